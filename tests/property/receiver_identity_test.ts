/** Encode, mask, fragment, receive: what comes out is what went in. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { concat, receive, receiveByByte } from "../frame/recorder.ts";
import { eventsOf, framesOf, maskKey, type SentMessage, sentMessage } from "./streams.ts";

const messages = fc.array(sentMessage, { minLength: 1, maxLength: 3 });
const keys = fc.array(maskKey, { minLength: 1, maxLength: 4 });

function streamOf(sent: readonly SentMessage[], masks: readonly Uint8Array[]): Uint8Array {
  return concat(...sent.flatMap((message) => framesOf(message, masks)));
}

Deno.test("encode, mask, fragment, receive is the identity, with control frames between the fragments", () => {
  fc.assert(
    fc.property(messages, keys, (sent, masks) => {
      const { events, violation } = receive(streamOf(sent, masks));
      assertEquals([violation, events], [undefined, sent.flatMap(eventsOf)]);
    }),
    { numRuns: 300 },
  );
});

Deno.test("encode, mask, fragment, receive is the identity a byte at a time", () => {
  const small = messages.filter((sent) => sent.every(({ payload }) => payload.length < 2_000));
  fc.assert(
    fc.property(small, keys, (sent, masks) => {
      assertEquals(receiveByByte(streamOf(sent, masks)).events, sent.flatMap(eventsOf));
    }),
    { numRuns: 150 },
  );
});
