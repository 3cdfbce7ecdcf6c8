/** The client's stream: what the server has is dropped, and everything else stays. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Outgoing } from "../../lib/client/poll_outgoing.ts";

Deno.test("what is acknowledged is gone, also in the middle of a part", () => {
  const outgoing = new Outgoing();
  outgoing.push(new Uint8Array([1, 2, 3]));
  outgoing.push(new Uint8Array([4, 5]));
  assertEquals([...outgoing.piece(4)], [1, 2, 3, 4]);
  assertEquals(outgoing.acknowledge(4), true);
  assertEquals([outgoing.start, outgoing.end, [...outgoing.piece(100)]], [4, 5, [5]]);
  assertEquals(outgoing.acknowledge(4), true);
  assertEquals(outgoing.acknowledge(5), true);
  assertEquals([...outgoing.piece(100)], []);
});

Deno.test("what cannot be acknowledged changes nothing", () => {
  const outgoing = new Outgoing();
  outgoing.push(new Uint8Array([1, 2, 3]));
  outgoing.acknowledge(2);
  for (const position of [1, 4, -1, NaN, Infinity]) assertEquals(outgoing.acknowledge(position), false);
  assertEquals([outgoing.start, outgoing.end, [...outgoing.piece(9)]], [2, 3, [3]]);
});

Deno.test("property: pieces from the position that is acknowledged are the stream", () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 12 });
  fc.assert(fc.property(parts, fc.array(fc.nat({ max: 7 })), fc.integer({ min: 1, max: 20 }), (parts, steps, most) => {
    const outgoing = new Outgoing();
    const stream = parts.flatMap((part) => [...part]);
    for (const part of parts) outgoing.push(Uint8Array.from(part));
    let at = 0;
    for (const step of steps) {
      at = Math.min(stream.length, at + step);
      assertEquals(outgoing.acknowledge(at), true);
      assertEquals([...outgoing.piece(most)], stream.slice(at, at + most));
    }
  }));
});
