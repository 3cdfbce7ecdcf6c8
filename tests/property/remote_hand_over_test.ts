/** Whatever arrives when, and however long handlers take: across hand-overs between remote codes nothing is lost. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FORM } from "../../lib/frame/mod.ts";
import { HandlerQueue } from "../../lib/gateway/handler_queue.ts";
import { HandOver, type Movable } from "../../lib/gateway/hand_over.ts";
import { type GivenBack, type PeerEvents, type RouteEntry, RouteTable } from "../../lib/route/table.ts";
import type { CloseInfo, Message } from "../../lib/route/mod.ts";
import { checkRouteModule } from "../../lib/runtime/mod.ts";
import { RemoteRuntime } from "../../lib/runtime/remote/remote_runtime.ts";
import { MemoryChannel } from "../runtime/remote/support/memory_channel.ts";
import { turns } from "../runtime/remote/support/records.ts";
import { RecordedCommands } from "../suites/recorded_commands.ts";
import { FakeClock } from "../support/fake_clock.ts";

type Step =
  | { readonly kind: "message" | "request" | "question"; readonly turns: number; readonly bytes: number }
  | { readonly kind: "swap" | "drain" }
  | { readonly kind: "wait"; readonly turns: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom("message" as const, "request" as const, "question" as const),
        turns: fc.oneof(fc.constant(0), fc.nat(60)),
        bytes: fc.oneof(fc.nat(20), fc.nat(40_000)),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), turns: fc.nat(80) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("swap" as const, "swap" as const, "drain" as const) }) },
  ),
  { maxLength: 40 },
);

/** Code that takes its time with each message, and knows how many there were. */
async function codeOf(version: number, log: string[]): Promise<RouteEntry> {
  let count = -1;
  const handle = async (text: string): Promise<void> => {
    const [name, waits] = text.split(" ");
    log.push(`${name} begins`);
    for (let left = Number(waits); left > 0; left--) await Promise.resolve();
    log.push(`${name} ends as ${count++}`);
  };
  const route = {
    open: () => void (count = 0),
    async message(_: unknown, message: Message): Promise<void> {
      await handle(message.text());
      // Every other one says nothing, and is acknowledged.
      if (message.isRequest && count % 2 === 0) message.reply(`as ${count}`);
    },
    async subscribe(_: unknown, topic: string): Promise<boolean> {
      await handle(topic);
      return true;
    },
    drain: () => void log.push("drain"),
    suspend: () => count,
    resume: (_: unknown, state: unknown) => void (count = state as number),
  };
  const runtime = await RemoteRuntime.load({
    kind: "worker",
    name: String(version),
    open: (events) =>
      new MemoryChannel(
        () =>
          Promise.resolve({ routes: [checkRouteModule({ default: route }, { file: `${version}.ts`, pattern: "/" })] }),
        events,
      ),
    boot: { code: { kind: "module", source: "" }, deployment: String(version), isDevelopment: true },
    clock: new FakeClock(),
    publish: () => Promise.resolve(),
    log: { warn: (message) => void log.push(message), error: (message) => void log.push(message) },
  });
  await runtime.start();
  return RouteTable.of([runtime]).entries[0]!;
}

/** As a session of `sockeye.v1`: a message that begins with a question mark asks for a subscription. */
function asking(events: PeerEvents) {
  return {
    open: () => events.open(),
    message(form: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void | Promise<void> {
      // What is not waited for is given ahead.
      if (bytes[start] !== 0x3f) return events.message(form, bytes, start, end);
      return allowed(events, new TextDecoder().decode(bytes.subarray(start + 1, end)));
    },
    drain: () => events.drain(),
    close: (info: CloseInfo) => events.close(info),
  };
}

async function allowed(events: PeerEvents, topic: string): Promise<void> {
  if (!await events.subscribe(topic)) throw new Error("the code has not said yes");
}

/** A connection as a hand-over sees it. */
class Mover extends RecordedCommands implements Movable {
  entry: RouteEntry;
  events: PeerEvents;
  readonly queue: HandlerQueue;

  constructor(entry: RouteEntry) {
    super();
    this.entry = entry;
    this.events = entry.runtime.attach(entry.index, this);
    const none = { give() {} };
    this.queue = new HandlerQueue(asking(this.events), { pin() {}, pins: none, buffers: none }, { onSettled() {} });
  }

  attach(entry: RouteEntry): PeerEvents {
    this.entry = entry;
    this.events = entry.runtime.attach(entry.index, this);
    this.queue.handTo(asking(this.events));
    return this.events;
  }

  override giveBack(messages: readonly GivenBack[], isDrainDue: boolean): void {
    this.queue.giveBack(messages);
    if (isDrainDue) this.queue.drain();
  }
}

Deno.test("any messages run once, in order, one at a time, whichever code has the peer", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const log: string[] = [];
      const codes = await Promise.all([codeOf(1, log), codeOf(2, log)]);
      const peer = new Mover(codes[0]!);
      peer.queue.open();
      let swapping: Promise<unknown> = Promise.resolve();
      const sent: string[] = [];
      const requests: number[] = [];
      let drains = 0;
      for (const step of all) {
        if (step.kind === "message" || step.kind === "request" || step.kind === "question") {
          const name = `m${sent.length}`;
          const isRequest = step.kind === "request";
          const before = isRequest ? "1234" : step.kind === "question" ? "?" : "";
          const bytes = new TextEncoder().encode(`${before}${name} ${step.turns} ${"x".repeat(step.bytes)}`);
          if (isRequest) {
            // No number begins as a question does.
            new DataView(bytes.buffer).setUint32(0, 256 * sent.length, true);
            requests.push(256 * sent.length);
          }
          sent.push(name);
          const form = FORM.TEXT | FORM.BORROWED;
          peer.queue.message(isRequest ? form | FORM.REQUEST : form, bytes, 0, bytes.length);
          // Nobody says that a chunk stays as it is when its handler has settled.
          if (!peer.queue.isBusy) bytes.fill(0xee);
        } else if (step.kind === "swap") {
          await swapping;
          const entry = codes[peer.entry === codes[0] ? 1 : 0]!;
          swapping = new HandOver(peer, { entry, reason: "swap", clock: new FakeClock(), timeoutMs: 1000 }).done;
        } else if (step.kind === "drain") {
          peer.queue.drain();
          drains++;
        } else if (step.kind === "wait") await turns(step.turns);
      }
      await swapping;
      const closed = Promise.withResolvers<void>();
      const { events } = peer;
      peer.queue.handTo({
        ...asking(events),
        close: async (info) => {
          await events.close(info);
          closed.resolve();
        },
      });
      peer.queue.close({ code: 1000, reason: "", wasClean: true });
      await closed.promise;
      const drained = log.filter((line) => line === "drain").length;
      assertEquals(
        log.filter((line) => line !== "drain"),
        sent.flatMap((name, at) => [`${name} begins`, `${name} ends as ${at}`]),
      );
      assertEquals([drained <= drains, drained > 0 || drains === 0], [true, true]);
      assertEquals(peer.calls.map(([name, number]) => [name, number]), requests.map((number) => ["reply", number]));
      await Promise.all(codes.map(({ runtime }) => runtime.stop()));
    }),
    { numRuns: 500 },
  );
});
