/** Inline, worker and process do the same: one script of events, the same commands, contexts, topics and lines of the log. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FORM } from "../../lib/frame/mod.ts";
import type { GivenBack, PeerEvents, RouteRuntime } from "../../lib/route/table.ts";
import type { Member, Subscribed, SubscribeOptions } from "../../lib/route/mod.ts";
import { RecordedCommands } from "../suites/recorded_commands.ts";
import { LogLines } from "../support/log_lines.ts";
import { routeSource, RUNTIME_KINDS, runtimeOf } from "../support/remote_code.ts";

/** Does what each message says, one thing after the other. */
const CODE = routeSource(
  `
  open(peer) { peer.send("open " + JSON.stringify(peer.context ?? null)); },
  async message(peer, message) {
    if (!message.isText) return peer.send(message);
    for (const [what, value] of message.json()) {
      if (what === "send") peer.send(value);
      if (what === "bytes") peer.send(new TextEncoder().encode(value));
      if (what === "echo") peer.send(message);
      if (what === "wait") for (let turn = 0; turn < value; turn++) await undefined;
      if (what === "context") peer.context = value;
      if (what === "mutate" && peer.context?.list) peer.context.list.push(value);
      if (what === "reply") peer.send(attempt(() => message.reply(value)));
      if (what === "subscribe") peer.subscribe(value);
      if (what === "since") await told(peer, peer.subscribe(value, { since: { epoch: "e", offset: 4 }, last: 2 }));
      if (what === "join") peer.presence.join(value, { key: value + "-key", state: { at: value } });
      if (what === "members") await told(peer, peer.presence.list(value));
      if (what === "watch") await told(peer, peer.presence.watch(value));
      if (what === "store") await told(peer, peer.publish(value, "stored"));
      if (what === "leave") { peer.presence.leave(value); peer.presence.unwatch(value); }
      if (what === "unsubscribe") peer.unsubscribe(value);
      if (what === "publish") peer.publish("news", value, { self: true });
      if (what === "topics") peer.send([...peer.topics].sort().join());
      if (what === "ping") peer.ping(value);
      if (what === "throw") throw new Error(value);
      if (what === "close") peer.close(4000, value);
      if (what === "terminate") peer.terminate();
    }
  },
  subscribe(peer, topic) { peer.send("may subscribe " + topic); return topic !== "c"; },
  async authenticate(peer, token) {
    for (let turn = 0; turn < token.length; turn++) await undefined;
    if (token === "throw") throw new Error("no token");
    return token.length % 2 === 0;
  },
  drain(peer) { peer.send("drain"); },
  error(peer, error) { peer.send("error " + error.message); },
  suspend(peer) { return { context: peer.context, topics: [...peer.topics].sort() }; },
  close(peer, { code, reason }) { peer.send("close " + code + " " + reason); },`,
  {
    before: `
const attempt = (work) => { try { work(); return "replied"; } catch (error) { return error.name + " " + error.message; } };
const told = async (peer, promise) => {
  try { peer.send("got " + JSON.stringify(await promise)); }
  catch (error) { peer.send(error.name + " " + error.message); }
};
`,
  },
);

type Step =
  | { readonly kind: "text" | "request"; readonly acts: ReadonlyArray<readonly [what: string, value: unknown]> }
  | { readonly kind: "subscribe" | "authenticate"; readonly text: string }
  | { readonly kind: "binary"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "drain" }
  | { readonly kind: "suspend" };

const short = fc.string({ unit: "grapheme", maxLength: 12 });
const topic = fc.constantFrom("a", "b", "c");
const act = fc.oneof(
  fc.tuple(fc.constantFrom("send", "bytes", "publish", "ping", "echo", "topics", "mutate", "reply"), short),
  fc.tuple(fc.constant("wait"), fc.integer({ min: 1, max: 5 })),
  fc.tuple(fc.constantFrom("subscribe", "unsubscribe"), topic),
  fc.tuple(fc.constantFrom("since", "join", "members", "watch", "store", "leave"), topic),
  fc.tuple(fc.constant("context"), fc.record({ list: fc.array(short, { maxLength: 3 }), name: short })),
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("throw", "close", "terminate"), short) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("text" as const, "text" as const, "request" as const),
      acts: fc.array(act, { maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("subscribe" as const), text: topic }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("authenticate" as const),
      text: fc.oneof({ weight: 9, arbitrary: short }, fc.constant("throw")),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("binary" as const), bytes: fc.uint8Array({ maxLength: 80 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "drain" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "suspend" as const }) },
);

/** Does as a connection does: takes back what code has not begun, and is in no topic once it closes. */
class TakingBack extends RecordedCommands {
  #isOpen = true;

  givenBack: readonly GivenBack[] = [];

  isDrainDue = false;

  override giveBack(messages: readonly GivenBack[], isDrainDue: boolean): void {
    this.givenBack = messages;
    this.isDrainDue = isDrainDue;
  }

  constructor() {
    super({ context: { list: [] } });
    const { topics } = this;
    const subscribe = topics.subscribe.bind(topics);
    topics.subscribe = (topic: string, options?: SubscribeOptions) => {
      if (!this.#isOpen) return { recovered: false };
      const begun = subscribe(topic, options);
      return options === undefined ? begun : this.#later({ recovered: true, position: { epoch: topic, offset: 9 } });
    };
    topics.members = (topic: string) => this.#later([{ key: topic, state: { at: topic } }]);
    const publish = topics.publish.bind(topics);
    topics.publish = (topic, payload, self) => {
      publish(topic, payload, self);
      if (topic !== "news") return this.#stored(topic);
    };
    const { join, watch } = { join: topics.join.bind(topics), watch: topics.watch.bind(topics) };
    topics.join = (topic, key, state) => this.#isOpen ? join(topic, key, state) : undefined;
    topics.watch = (topic) => {
      if (!this.#isOpen) return;
      watch(topic);
      if (topic === "c") throw new TypeError("cannot be watched");
    };
  }

  /** As by a broker that is away at times. */
  async #stored(topic: string): Promise<void> {
    await undefined;
    if (topic === "b") throw new Error("cannot be stored");
  }

  async #later<T extends Subscribed | readonly Member[]>(value: T): Promise<T> {
    await undefined;
    return value;
  }

  override close(code: number, reason: string): void {
    super.close(code, reason);
    this.#end();
  }

  override fail(): void {
    super.fail();
    this.#end();
  }

  override terminate(): void {
    super.terminate();
    this.#end();
  }

  #end(): void {
    this.#isOpen = false;
    this.topics.names.clear();
  }
}

/** Resolves when everything that was given to the code has been handled. */
async function settle(events: PeerEvents, commands: TakingBack): Promise<void> {
  for (;;) {
    await events.halt?.();
    const { givenBack, isDrainDue } = commands;
    if (givenBack.length === 0 && !isDrainDue) return;
    commands.givenBack = [];
    commands.isDrainDue = false;
    if (isDrainDue) await events.drain();
    for (const { form, bytes } of givenBack) await events.message(form, bytes, 0, bytes.length);
  }
}

/** What is seen of one peer from outside. */
async function play(runtime: RouteRuntime, log: LogLines, steps: readonly Step[]): Promise<unknown> {
  const commands = new TakingBack();
  const events = runtime.attach(0, commands);
  const from = log.lines.length;
  const states: unknown[] = [];
  let requests = 0;
  await events.open();
  for (const step of steps) {
    // It comes before messages that wait, of which inline code has none here.
    if (step.kind === "drain" || step.kind === "suspend") await settle(events, commands);
    switch (step.kind) {
      case "drain":
        await events.drain();
        break;
      case "suspend":
        states.push(await events.suspend());
        break;
      case "subscribe":
      case "authenticate":
        states.push(await events[step.kind](step.text));
        break;
      case "binary":
        await events.message(0, step.bytes.slice(), 0, step.bytes.length);
        break;
      default: {
        const isRequest = step.kind === "request";
        const bytes = new TextEncoder().encode(`1234${JSON.stringify(step.acts)}`);
        if (isRequest) new DataView(bytes.buffer).setUint32(0, ++requests, true);
        const form = isRequest ? FORM.TEXT | FORM.REQUEST : FORM.TEXT;
        await events.message(form, bytes, isRequest ? 0 : 4, bytes.length);
      }
    }
  }
  await events.close({ code: 1001, reason: "gone", wasClean: false });
  return { calls: commands.calls, context: commands.context, states, log: log.lines.slice(from).map(withoutStack) };
}

function withoutStack(line: string): string {
  return line.split("\n", 1)[0]!;
}

Deno.test("one script of events has the same commands, states, contexts and log lines in each runtime", async () => {
  const log = new LogLines();
  const runtimes = await Promise.all(RUNTIME_KINDS.map((kind) => runtimeOf(kind, CODE, log)));
  try {
    for (const runtime of runtimes) await runtime.start();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const seen: unknown[] = [];
        for (const runtime of runtimes) seen.push(await play(runtime, log, steps));
        assertEquals(seen[1], seen[0], "worker");
        assertEquals(seen[2], seen[0], "process");
      }),
      { numRuns: 200 },
    );
  } finally {
    for (const runtime of runtimes) await runtime.stop();
  }
});
