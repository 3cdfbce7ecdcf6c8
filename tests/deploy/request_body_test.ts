/** A body, and not a byte more than it may have. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { readBody } from "../../lib/deploy/request_body.ts";
import { RequestError } from "../../lib/deploy/request_error.ts";

function post(chunks: readonly number[], headers: Record<string, string> = {}) {
  const taken: number[] = [];
  const left = [...chunks];
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const length = left.shift();
      if (length === undefined) return controller.close();
      taken.push(length);
      controller.enqueue(new Uint8Array(length).fill(taken.length));
    },
  }, { highWaterMark: 0 });
  return { request: new Request("http://localhost/", { method: "POST", body, headers }), taken };
}

Deno.test("readBody gives the bytes of all chunks, up to the last that is allowed", async () => {
  assertEquals([...await readBody(post([2, 1, 3]).request, 6, "too long")], [1, 1, 2, 3, 3, 3]);
  assertEquals([...await readBody(new Request("http://localhost/"), 6, "too long")], []);
});

Deno.test("readBody refuses one byte more with 413, and reads nothing after it", async () => {
  const { request, taken } = post([4, 3, 5]);
  const error = await assertRejects(() => readBody(request, 6, "too long"), RequestError, "too long");
  assertEquals([error.status, taken], [413, [4, 3]]);
});

Deno.test("readBody refuses a length that is announced with 413, and reads nothing", async () => {
  const { request, taken } = post([7], { "content-length": "7" });
  const error = await assertRejects(() => readBody(request, 6, "too long"), RequestError, "too long");
  assertEquals([error.status, taken], [413, []]);
});

Deno.test("readBody fails with what the connection ended with", async () => {
  const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError("gone")) });
  const request = new Request("http://localhost/", { method: "POST", body });
  await assertRejects(() => readBody(request, 6, "too long"), TypeError, "gone");
});
