/** What goes from the hub to subscribers. @module */
import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { PresencePublication, Publication } from "../../lib/pubsub/publication.ts";
import { headerEnd } from "../../lib/subprotocol/v1.ts";
import { receive } from "../frame/recorder.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The one message in a frame, as a client's receiver has it. */
function received(frame: Uint8Array): { readonly isText: boolean; readonly payload: Uint8Array } {
  const { events, violation } = receive(frame, { expectMasked: false });
  assertEquals([events.length, violation], [1, undefined]);
  const [kind, hex] = events[0]!.split(" ");
  return { isText: kind === "text", payload: Uint8Array.fromHex(hex!) };
}

Deno.test("Publication is, plain, the message as it was published, and framed the same behind its header", () => {
  const payload = fc.oneof(fc.string({ unit: "grapheme", maxLength: 200 }), fc.uint8Array({ maxLength: 200 }));
  const offset = fc.option(fc.maxSafeNat(), { nil: undefined });
  fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1 }), payload, offset, (topic, payload, offset) => {
    const publication = new Publication(topic, payload as string | Uint8Array<ArrayBuffer>, offset);
    const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    const isText = typeof payload === "string";
    const plain = received(publication.plain.frame);
    assertEquals([plain.isText, plain.payload], [isText, bytes]);
    const framed = received(publication.framed.frame);
    assertEquals(framed.isText, isText);
    const at = headerEnd(framed.payload, 0, framed.payload.length);
    const header = JSON.parse(decoder.decode(framed.payload.subarray(0, at)));
    assertEquals(header, offset === undefined ? ["pub", topic] : ["pub", topic, offset]);
    assertEquals(framed.payload.subarray(at + 1), bytes);
  }));
});

Deno.test("Publication keeps a byte order mark, and copies bytes that change later", () => {
  assertEquals(decoder.decode(new Publication("t", "\ufeffa").framed.payload), '["pub","t"]\n\ufeffa');
  const bytes = Uint8Array.of(1, 2);
  const publication = new Publication("t", bytes, 3);
  bytes[0] = 9;
  assertEquals(publication.plain.payload, Uint8Array.of(1, 2));
  assertEquals(publication.framed.payload.slice(-2), Uint8Array.of(1, 2));
});

Deno.test("Publication is encoded once for all", () => {
  const publication = new Publication("t", "hi");
  assertStrictEquals(publication.plain.frame, publication.plain.frame);
  assertStrictEquals(publication.framed, publication.framed);
});

Deno.test("PresencePublication is, plain, its event as JSON, and framed a message of the protocol", () => {
  const event = { type: "join", topic: "t", member: { key: "ann", state: { at: 1 } } } as const;
  const publication = new PresencePublication(event);
  assertEquals(JSON.parse(decoder.decode(publication.plain.payload)), event);
  assertEquals(decoder.decode(publication.framed.payload), '["presence","join","t","ann",{"at":1}]\n');
  assertStrictEquals(publication.plain, publication.plain);
  assertStrictEquals(publication.framed, publication.framed);
});
