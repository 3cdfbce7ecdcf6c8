/** What may be asked of a deployment, and what may not. @module */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { readOrder } from "../../lib/deploy/order.ts";
import { RequestError } from "../../lib/deploy/request_error.ts";

function order(body?: string, type = "application/json"): Request {
  return new Request("http://localhost/", {
    method: "POST",
    ...(body === undefined ? {} : { body, headers: { "content-type": type } }),
  });
}

Deno.test("readOrder reads its fields; no body, or nothing in it, is an empty order", async () => {
  assertEquals(await readOrder(order('{"share":0.1,"allowRemoval":true}'), ["share", "allowRemoval"]), {
    share: 0.1,
    allowRemoval: true,
  });
  assertEquals(
    await readOrder(order('{"name":"x","insist":false}', "application/json; charset=utf-8"), ["name", "insist"]),
    {
      name: "x",
      insist: false,
    },
  );
  assertEquals([await readOrder(order(), ["share"]), await readOrder(order(" \n"), ["share"])], [{}, {}]);
});

for (
  const [what, request, status, problem] of [
    ["a form", () => order("share=1", "application/x-www-form-urlencoded"), 415, "content-type: application/json"],
    ["no JSON", () => order("{"), 400, "not JSON"],
    ["a list", () => order("[]"), 400, "must be a JSON object"],
    ["null", () => order("null"), 400, "must be a JSON object"],
    ["an unknown field", () => order('{"shares":1}'), 400, '"shares" is unknown here: known are share'],
    ["a field of every object", () => order('{"toString":1}'), 400, '"toString" is unknown'],
    ["a share of all", () => order('{"share":1}'), 400, "share must be a number above 0 and below 1, not 1"],
    ["a share of none", () => order('{"share":0}'), 400, "share must be"],
    ["a share in words", () => order('{"share":"0.1"}'), 400, "share must be"],
    ["too much", () => order(`{"share":${" ".repeat(5_000)}0.1}`), 413, "4096 characters at most"],
  ] as const
) {
  Deno.test(`readOrder refuses ${what} with ${status}`, async () => {
    const error = await assertRejects(() => readOrder(request(), ["share"]), RequestError);
    assertEquals(error.status, status);
    assertStringIncludes(error.message, problem);
  });
}
