/** Views that are sent where they lie: whatever is read, sent and settled meanwhile, every payload arrives as it was. @module */
import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { defineRoute, type Message, type Peer } from "sockeye";
import { createTestServer, encodeClientFrame, type TestPeer } from "../../lib/testing/mod.ts";

/** What a handler does with the view it was given. Each way ends in the payload being sent `copies` times. */
const WAYS: Readonly<Record<string, Way>> = {
  "sends it": { copies: 1, handle: (peer, { view }) => void peer.send(view) },
  "sends it twice": {
    copies: 2,
    handle(peer, { view }) {
      peer.send(view);
      peer.send(view);
    },
  },
  "sends it, then waits": {
    copies: 1,
    async handle(peer, { view }) {
      peer.send(view);
      await rounds(view.length % 5);
    },
  },
  "waits, then sends it": {
    copies: 1,
    async handle(peer, { view }) {
      await rounds(1 + view.length % 4);
      peer.send(view);
    },
  },
  "sends it, waits, and sends it again": {
    copies: 2,
    async handle(peer, { view }) {
      peer.send(view);
      await rounds(2);
      peer.send(view);
    },
  },
  "waits, sends it, and waits again": {
    copies: 1,
    async handle(peer, { view }) {
      await rounds(2);
      peer.send(view);
      await rounds(3);
    },
  },
  "publishes it, and sends it": {
    copies: 2,
    handle(peer, { view }) {
      peer.publish(`echo:${peer.id}`, view, { self: true });
      peer.send(view);
    },
  },
  "sends it, and publishes it": {
    copies: 2,
    async handle(peer, { view }) {
      peer.send(view);
      await rounds(1);
      await peer.publish(`echo:${peer.id}`, view, { self: true });
    },
  },
  "sends it in two halves": {
    copies: 1,
    handle(peer, { view }) {
      const middle = view.length >> 1;
      peer.send(view.subarray(0, middle));
      peer.send(view.subarray(middle));
    },
  },
  "waits for room after it": {
    copies: 1,
    handle: (peer, { view }) => peer.send(view) ? undefined : peer.drained(),
  },
};

interface Way {
  readonly copies: number;
  readonly handle: (peer: Peer, message: Message) => void | Promise<void>;
}

const WAY_NAMES = Object.keys(WAYS);

interface Sent {
  readonly bytes: number;
  readonly way: number;
  /** Whether it comes in two fragments, which never lie whole in a chunk. */
  readonly isCut: boolean;
  /** So many turns of the event loop come before it. */
  readonly pause: number;
  /** Whether the client reads from here on; undefined: as before. */
  readonly isReading: boolean | undefined;
}

interface Plan {
  readonly messages: readonly Sent[];
  /** Most bytes that one write takes, in each direction. */
  readonly clientWrites: number;
  readonly serverWrites: number;
}

/** Messages of about one size follow each other in buffers of one class: there a buffer let go too early shows. */
const messages: fc.Arbitrary<readonly Sent[]> = fc.constantFrom(100, 4_096, 8_000, 15_000, 30_000, 65_000, 200_000)
  .chain((about) =>
    fc.array(
      fc.record({
        bytes: fc.oneof(
          { arbitrary: fc.integer({ min: about - 99, max: about + 99 }), weight: 4 },
          fc.constantFrom(1, 4_095, 4_096, 4_097, 16_000, 32_768, 65_535, 65_536, 65_600, 100_000, 200_000),
        ),
        way: fc.nat(WAY_NAMES.length - 1),
        isCut: fc.oneof({ arbitrary: fc.constant(false), weight: 3 }, fc.boolean()),
        pause: fc.nat(4),
        isReading: fc.constantFrom(true, false, undefined),
      }),
      { minLength: 1, maxLength: 20 },
    )
  );

const plan: fc.Arbitrary<Plan> = fc.record({
  messages,
  clientWrites: fc.constantFrom(3_001, 20_000, Infinity),
  serverWrites: fc.constantFrom(1_777, 9_999, Infinity),
});

/** So many turns of the event loop, in which everything that can move does. */
async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round++) await new Promise<void>((resolve) => void setImmediate(resolve));
}

/** A payload that no other is alike: one byte tells the way, the rest follows from the peer and the place. */
function payloadOf(peer: number, place: number, { bytes, way }: Sent): Uint8Array<ArrayBuffer> {
  let state = Math.imul(peer * 1000 + place + 1, 0x9e3779b1);
  const payload = new Uint8Array(bytes);
  for (let at = 1; at < bytes; at++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + at;
    payload[at] = state >>> 24;
  }
  payload[0] = way;
  return payload;
}

function framesOf(payload: Uint8Array, isCut: boolean): readonly Uint8Array[] {
  if (!isCut) return [encodeClientFrame({ opcode: 2, payload })];
  const middle = payload.length >> 1;
  return [
    encodeClientFrame({ opcode: 2, payload: payload.subarray(0, middle), fin: false }),
    encodeClientFrame({ opcode: 0, payload: payload.subarray(middle) }),
  ];
}

const echo = defineRoute({
  options: { highWaterBytes: 64 * 1024, maxBufferedBytes: 1 << 28, maxQueuedBytes: 1 << 20, maxMessageBytes: 1 << 20 },
  open: (peer) => peer.subscribe(`echo:${peer.id}`),
  message: (peer, message) => WAYS[WAY_NAMES[message.view[0]!]!]!.handle(peer, message),
});

async function converse(peer: TestPeer, name: number, plan: Plan): Promise<void> {
  peer.limitReading(plan.serverWrites);
  for (const [place, each] of plan.messages.entries()) {
    await rounds(each.pause);
    if (each.isReading === true) peer.resumeReading();
    else if (each.isReading === false) peer.stopReading();
    for (const frame of framesOf(payloadOf(name, place, each), each.isCut)) sendInParts(peer, frame, plan.clientWrites);
  }
  peer.resumeReading();
  for (const [place, each] of plan.messages.entries()) await expectPayload(peer, name, place, each);
}

function sendInParts(peer: TestPeer, bytes: Uint8Array, most: number): void {
  for (let at = 0; at < bytes.length; at += most) peer.sendRaw(bytes.subarray(at, at + most));
}

async function expectPayload(peer: TestPeer, name: number, place: number, each: Sent): Promise<void> {
  const payload = payloadOf(name, place, each);
  const total = payload.length * WAYS[WAY_NAMES[each.way]!]!.copies;
  for (let at = 0; at < total;) {
    const part = await peer.receive();
    if (typeof part === "string") throw new TypeError("a binary message came back as text");
    const from = at % payload.length;
    const what = `message ${place} of peer ${name}, which the handler ${WAY_NAMES[each.way]}`;
    if (Buffer.compare(part, payload.subarray(from, from + part.length)) !== 0) {
      throw new Error(`${what}: not as it was`);
    }
    at += part.length;
  }
}

Deno.test("every view that is sent arrives as it was, however it is sent, read, written and settled", async () => {
  await using server = await createTestServer({ "/": echo }, { isDevelopment: false });
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 3 }), async (plans) => {
      const peers = await Promise.all(plans.map(() => server.connect("/")));
      await Promise.all(peers.map((peer, name) => converse(peer, name, plans[name]!)));
      await Promise.all(peers.map((peer) => peer.close(1000)));
      assertEquals([server.connectionCount, server.logs], [0, []]);
    }),
    { numRuns: 60 },
  );
});
