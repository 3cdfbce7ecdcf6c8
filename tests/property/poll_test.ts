/** Whatever a network does to polling, each side gets what the other has sent, in order, once. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { POLL_BUNDLE } from "../../lib/client/poll_bundle.ts";
import * as source from "../../lib/client/poll_socket.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { type Fate, pass, PollServer, serverClose, serverFrame, settled } from "../support/poll_server.ts";

/** One thing that happens. */
type Step =
  | { readonly kind: "up" | "down"; readonly text: string; readonly isSplit: boolean }
  | { readonly kind: "wait"; readonly ms: number };

const FATES: readonly Fate[] = ["request lost", "answer lost", "answer cut", "twice", "late", 502, 503, 504];

const fate = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Fate>("arrives") },
  { weight: 1, arbitrary: fc.constantFrom(...FATES) },
);

const text = fc.string({ unit: "binary", maxLength: 300 });

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom("up" as const, "down" as const), text, isSplit: fc.boolean() }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
);

/** A socket, its server, and what came through. */
class World {
  readonly clock = new FakeClock();
  readonly server = new PollServer(this.clock);
  readonly socket;
  readonly got: string[] = [];
  readonly closes: unknown[] = [];
  readonly sentUp: string[] = [];
  readonly sentDown: string[] = [];

  constructor(
    { pollSocket }: typeof source,
    transport: "long-poll" | "poll",
    maxBytes: number,
    repeatedBytes: number,
  ) {
    const { server, clock } = this;
    this.server.repeatedBytes = repeatedBytes;
    this.server.maxAnswerBytes = maxBytes;
    // So that no series of losses is long enough to give up.
    Object.assign(this.server.terms, { maxBodyBytes: maxBytes, sessionTimeoutMs: 10_000_000 });
    this.socket = new (pollSocket({ transport, fetch: server.fetch, clock, random: () => 0.5 }))("ws://x/", []);
    this.socket.addEventListener("message", (event) => this.got.push((event as MessageEvent<string>).data));
    this.socket.addEventListener("close", (event) => {
      const { code, reason, wasClean } = event as CloseEvent;
      this.closes.push([code, reason, wasClean]);
    });
  }

  async happen(step: Step): Promise<void> {
    if (step.kind === "wait") return await pass(this.clock, step.ms);
    const { kind, text, isSplit } = step;
    if (kind === "up") {
      this.sentUp.push(text);
      this.socket.send(text);
    } else {
      this.sentDown.push(text);
      const bytes = new TextEncoder().encode(text);
      const half = bytes.length >> 1;
      if (isSplit) this.server.say(serverFrame(1, bytes.slice(0, half), false), serverFrame(0, bytes.slice(half)));
      else this.server.say(serverFrame(1, bytes));
    }
    if (isSplit) await settled();
  }

  texts(): string[] {
    const frames = this.server.frames().filter(([opcode]) => opcode === 1);
    return frames.map(([, payload]) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(payload));
  }
}

const cases = fc.record({
  transport: fc.constantFrom("long-poll" as const, "poll" as const),
  steps: fc.array(step, { maxLength: 25 }),
  fates: fc.array(fate, { maxLength: 40 }),
  maxBytes: fc.constantFrom(7, 100, 1_048_576),
  repeatedBytes: fc.nat({ max: 30 }),
  closer: fc.constantFrom("client" as const, "server" as const),
});

const url = URL.createObjectURL(new Blob([POLL_BUNDLE], { type: "text/javascript" }));
const bundled: typeof source = await import(url);
URL.revokeObjectURL(url);

for (const [name, client] of [["lib/client", source], ["the bundle", bundled]] as const) {
  Deno.test(`${name}: what is lost, late, cut or doubled costs no byte of either stream, and closes cleanly`, async () => {
    await check(client);
  });
}

async function check(client: typeof source): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases, async ({ transport, steps, fates, maxBytes, repeatedBytes, closer }) => {
      const world = new World(client, transport, maxBytes, repeatedBytes);
      await settled();
      const left = [...fates];
      world.server.fate = () => left.shift() ?? "arrives";
      for (const step of steps) await world.happen(step);
      // From here on, nothing more goes wrong; what has gone wrong is waited for.
      left.length = 0;
      await pass(world.clock, 6_000_000, 1_000_000);
      await pass(world.clock, 20_000, 500);
      assertEquals(world.got, world.sentDown);
      assertEquals(world.texts(), world.sentUp);
      assertEquals([world.socket.bufferedAmount, world.server.violations, world.closes], [0, [], []]);
      if (closer === "server") world.server.say(serverClose(4000, "bye"));
      else {
        world.socket.close(4000, "bye");
        await pass(world.clock, 1_000);
        world.server.say(serverClose(4000, "bye"));
      }
      await pass(world.clock, 5_000);
      assertEquals(world.closes, [[4000, "bye", true]]);
      assertEquals(world.server.frames().filter(([opcode]) => opcode === 8).length, 1);
      assertEquals(world.server.violations, []);
    }),
    { numRuns: 400 },
  );
}
