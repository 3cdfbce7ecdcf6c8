import { assertEquals, assertThrows } from "@std/assert";
import { fromForwarded, toForwarded } from "../../../lib/gateway/poll/forwarded_ask.ts";

Deno.test("an answer comes back as it went, over JSON", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
  const answers = [
    new Response(bytes, { headers: { "sockeye-sequence": "7" } }),
    new Response(null, { status: 204, headers: { "sockeye-acknowledge": "3" } }),
    new Response("gone\n", { status: 410 }),
  ];
  for (const answer of answers) {
    const copy = answer.clone();
    const back = fromForwarded(JSON.parse(JSON.stringify(await toForwarded(answer))));
    assertEquals([back.status, [...back.headers]], [copy.status, [...copy.headers]]);
    assertEquals(await back.bytes(), await copy.bytes());
  }
});

Deno.test("what is no answer is thrown out", () => {
  assertThrows(() => fromForwarded({ status: 200, headers: [], body: "*" }));
  assertThrows(() => fromForwarded({ status: 99, headers: [], body: "" }));
});
