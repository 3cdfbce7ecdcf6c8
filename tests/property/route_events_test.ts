import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type ClientFrame, createTestServer, encodeClientFrame } from "../../lib/testing/mod.ts";

/** A message as the frames it is sent in, with pings between them. */
const message = fc.record({
  isText: fc.boolean(),
  parts: fc.array(fc.string({ maxLength: 200, unit: "grapheme" }), { minLength: 1, maxLength: 4 }),
  pings: fc.array(fc.boolean(), { maxLength: 4 }),
}).map(({ isText, parts, pings }): readonly ClientFrame[] =>
  parts.flatMap((payload, at) => {
    const frame = { opcode: at > 0 ? 0 : isText ? 1 : 2, payload, fin: at === parts.length - 1 };
    return pings[at] === true ? [frame, { opcode: 9, payload: String(at) }] : [frame];
  })
);

/** How a script ends: with a Close, with a fault, or with the end of the stream. */
const ending = fc.constantFrom<ClientFrame | "end">(
  { opcode: 8, payload: Uint8Array.of(0x03, 0xe8, 0x6f, 0x6b) },
  { opcode: 8 },
  { opcode: 3 },
  { opcode: 1, masked: false },
  { opcode: 0, payload: "nothing to continue" },
  "end",
);

const script = fc.record({ messages: fc.array(message, { maxLength: 12 }), ending });

type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

const KINDS = ["sync", "async", "mixed"] as const;

/** What a route sees of a script that comes in pieces cut at these places. */
async function eventsOf(
  { messages, ending }: Script,
  cuts: readonly number[],
  kind: typeof KINDS[number],
): Promise<readonly unknown[]> {
  const events: unknown[] = [];
  let count = 0;
  const wait = async () => {
    for (let rounds = count % 7; rounds > 0; rounds--) await Promise.resolve();
  };
  const settle = () => kind === "sync" || (kind === "mixed" && ++count % 2 === 0) ? undefined : wait();
  await using server = await createTestServer({
    "/": {
      open() {
        events.push("open");
        return settle();
      },
      message(_peer, got) {
        events.push([got.isText, got.isText ? got.text() : [...got.view]]);
        return settle();
      },
      close(_peer, info) {
        events.push(info);
        return settle();
      },
    },
  });
  const peer = await server.connect("/");
  const bytes = new Uint8Array(messages.flat().flatMap((frame) => [...encodeClientFrame(frame)]));
  const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  for (const [at, end] of [...places, bytes.length].entries()) {
    peer.sendRaw(bytes.subarray(places[at - 1] ?? 0, end));
    if (end % 3 === 0) await server.still();
  }
  await server.settled();
  if (ending === "end") peer.endWriting();
  else peer.sendFrame(ending);
  await peer.closed;
  await server.settled();
  const pongs = peer.frames.filter(({ type }) => type === "pong").map(({ payload }) => [...payload]);
  return [...events, ...pongs];
}

Deno.test("a route sees the same events whatever the chunking, and whether its handlers are synchronous or not", async () => {
  await fc.assert(
    fc.asyncProperty(
      script,
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.constantFrom(...KINDS),
      async (steps, cuts, kind) => {
        assertEquals(await eventsOf(steps, cuts, kind), await eventsOf(steps, [], "sync"));
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("a route sees the same events when a script comes one byte at a time", async () => {
  await fc.assert(
    fc.asyncProperty(script, async (steps) => {
      const everywhere = Array.from({ length: 600 }, (_, at) => at);
      assertEquals(await eventsOf(steps, everywhere, "async"), await eventsOf(steps, [], "sync"));
    }),
    { numRuns: 25 },
  );
});
