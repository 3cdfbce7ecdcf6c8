import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Outbox } from "../../../lib/runtime/remote/outbox.ts";
import type { ResponseHead } from "../../../lib/runtime/remote/record_values.ts";
import { RemoteBodies } from "../../../lib/runtime/remote/remote_bodies.ts";
import { BODY_BROKEN, BODY_END, DOWN, WireError } from "../../../lib/runtime/remote/wire.ts";
import { recordsOf, turns } from "./support/records.ts";

const HEAD: ResponseHead = { status: 200, statusText: "", headers: [], hasBody: true };

/** Bodies whose code is the test. */
function bench() {
  const asked: Array<readonly [kind: number, id: number]> = [];
  const outbox = new Outbox((batch) => void asked.push(...recordsOf(batch).map(({ kind, id }) => [kind, id] as const)));
  const bodies = new RemoteBodies(outbox);
  const part = (id: number, bytes: ArrayLike<number>, flags = 0): void => {
    const batch = new Uint8Array(bytes.length + 4);
    batch.set(bytes, 2);
    bodies.take(id, flags, batch, 2, 2 + bytes.length);
    batch.fill(0xee);
  };
  return { bodies, asked, part };
}

Deno.test("RemoteBodies: any parts come through as one body, each asked for, and only when there is room", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1 })), async (parts) => {
      const { bodies, asked, part } = bench();
      const bytes = bodies.response(5, HEAD).bytes();
      for (const [at, one] of parts.entries()) {
        await turns();
        assertEquals(asked.length, at + 1);
        part(5, one);
      }
      await turns();
      part(5, [], BODY_END);
      assertEquals([...await bytes], parts.flatMap((one) => [...one]));
      assertEquals([asked, bodies.size], [[...parts, 0].map(() => [DOWN.PULL, 5] as const), 0]);
    }),
    { numRuns: 30 },
  );
});

Deno.test("RemoteBodies asks for one part ahead, and for no more while nobody reads", async () => {
  const { bodies, asked, part } = bench();
  const response = bodies.response(5, HEAD);
  await turns();
  part(5, [1]);
  await turns();
  assertEquals(asked.length, 1);
  const reader = response.body!.getReader();
  assertEquals((await reader.read()).value, Uint8Array.of(1));
  await turns();
  assertEquals(asked.length, 2);
  bodies.breakAll(new Error("over"));
  await assertRejects(() => reader.closed, Error, "over");
});

Deno.test("RemoteBodies passes status and fields on, and has no body where there is none", async () => {
  const { bodies, asked } = bench();
  const headers = [["x-a", "b"], ["set-cookie", "1"], ["set-cookie", "2"]] as const;
  const response = bodies.response(1, { status: 403, statusText: "No", headers, hasBody: false });
  assertEquals([response.status, response.statusText, response.body], [403, "No", null]);
  assertEquals([response.headers.get("x-a"), response.headers.getSetCookie()], ["b", ["1", "2"]]);
  await turns();
  assertEquals([asked, bodies.size], [[], 0]);
});

Deno.test("RemoteBodies says that a body broke off, and not why", async () => {
  const { bodies, part } = bench();
  const text = bodies.response(5, HEAD).text();
  await turns();
  part(5, [1]);
  await turns();
  part(5, [], BODY_BROKEN);
  await assertRejects(() => text, Error, "the answer broke off");
  assertEquals(bodies.size, 0);
});

Deno.test("RemoteBodies tells the code when nobody reads any more, and ignores what it has sent meanwhile", async () => {
  const { bodies, asked, part } = bench();
  const response = bodies.response(5, HEAD);
  await turns();
  await response.body!.cancel();
  await turns();
  assertEquals(asked, [[DOWN.PULL, 5], [DOWN.CANCEL, 5]]);
  part(5, [1]);
  assertEquals(bodies.size, 0);
});

Deno.test("RemoteBodies: a part that nobody asked for is a WireError", async () => {
  const { bodies, part } = bench();
  const response = bodies.response(5, HEAD);
  await turns();
  part(5, [1]);
  assertThrows(() => part(5, [2]), WireError, "nobody asked for");
  await response.body!.cancel();
});

const NO_ANSWERS: ReadonlyArray<readonly [what: string, head: Record<string, unknown>]> = [
  ["the status 101", { ...HEAD, status: 101 }],
  ["the status 99", { ...HEAD, status: 99 }],
  ["a body with the status 204", { ...HEAD, status: 204 }],
  ["a field of two lines", { ...HEAD, headers: [["x", "a\r\nb"]] }],
  ["a status text of two lines", { ...HEAD, statusText: "a\r\nb: c" }],
  ["fields that are none", { ...HEAD, headers: 5 }],
  ["nothing", {}],
];

for (const [what, head] of NO_ANSWERS) {
  Deno.test(`RemoteBodies: an answer with ${what} is a WireError`, () => {
    const { bodies } = bench();
    assertThrows(() => bodies.response(5, head as unknown as ResponseHead), WireError, "an answer that is none");
    bodies.breakAll(new Error("over"));
  });
}

Deno.test("RemoteBodies: when the code has ended, all bodies break", async () => {
  const { bodies } = bench();
  const texts = [1, 2].map((id) => bodies.response(id, HEAD).text());
  await turns();
  bodies.breakAll(new Error("it exited with 5"));
  for (const text of texts) await assertRejects(() => text, Error, "it exited with 5");
  assertEquals(bodies.size, 0);
});
