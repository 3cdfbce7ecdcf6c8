/** Histories in a file answer as those in memory do, whatever is stored, drops out, ends and begins again. @module */
import { assert, assertEquals, assertFalse, assertGreater } from "@std/assert";
import fc from "fast-check";
import { type HistoryRule, type Replay, RingHistory } from "../../lib/pubsub/mod.ts";
import type { Position, SubscribeOptions } from "../../lib/subprotocol/mod.ts";
import { HistoryFolder, type OpenHistory, START_MS } from "../backplane/support/history_folder.ts";

const TOPICS = ["a", "a\0", "\ud800"];

type Step =
  | { readonly kind: "append"; readonly topic: string; readonly size: number }
  | { readonly kind: "read"; readonly topic: string; readonly since: number | undefined; readonly last: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "sweep" | "restart" | "kill" };

const topic = fc.constantFrom(...TOPICS);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("append" as const), topic, size: fc.nat(300) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      topic,
      since: fc.option(fc.nat(40), { nil: undefined }),
      last: fc.nat(4),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("sweep" as const, "restart" as const, "kill" as const) }) },
);

/** Where both are at one moment; what each says of it must be the same. */
interface Moment {
  readonly ring: Position;
  readonly file: Position;
}

/** One of each, side by side. */
class Pair {
  readonly #here: HistoryFolder;
  readonly #rule: HistoryRule;
  readonly #maxBytes: number;
  readonly #ring: RingHistory;
  readonly #moments: Moment[] = [];
  /** Offsets in the file by those in memory. */
  readonly #offsets = new Map<number, number>();
  #file: OpenHistory;
  #now = START_MS;
  #payloads = 0;

  constructor(here: HistoryFolder, rule: HistoryRule, maxBytes: number) {
    this.#here = here;
    this.#rule = rule;
    this.#maxBytes = maxBytes;
    this.#ring = new RingHistory({ maxBytes, now: () => this.#now, epoch: "ring" });
    this.#file = here.open({ maxBytes });
  }

  do(step: Step): void {
    this.#file.now = this.#now;
    if (step.kind === "append") this.#append(step.topic, step.size);
    else if (step.kind === "read") this.#read(step.topic, step.since, step.last);
    else if (step.kind === "wait") this.#now += step.ms;
    else if (step.kind === "sweep") this.#file.sweep();
    else this.#again(step.kind);
  }

  #append(topic: string, size: number): void {
    const payload = new Uint8Array(size).fill(this.#payloads++);
    const offset = this.#file.append(topic, payload, this.#rule);
    assertGreater(offset, Math.max(0, ...this.#moments.map(({ file }) => file.offset)));
    this.#offsets.set(this.#ring.append(topic, this.#rule, { payload, from: "p" }), offset);
    this.#look(topic, {}, {});
  }

  #read(topic: string, since: number | undefined, last: number): void {
    const moment = since === undefined ? undefined : this.#moments.at(-1 - since);
    this.#look(topic, { since: moment?.ring, last }, { since: moment?.file, last });
  }

  #look(topic: string, inRing: SubscribeOptions, inFile: SubscribeOptions): void {
    const ring = this.#ring.read(topic, this.#rule, inRing);
    const file = this.#file.read(topic, inFile);
    assertEquals(said(file), said(ring, this.#offsets));
    this.#moments.push({ ring: ring.position, file: file.position });
  }

  #again(how: "restart" | "kill"): void {
    const { folder } = this.#file;
    if (how === "restart") this.#file.close();
    this.#file = this.#here.open({
      maxBytes: this.#maxBytes,
      folder: how === "restart" ? folder : this.#here.copy(folder),
    }, this.#now);
    assertEquals(this.#file.notes, []);
  }
}

function said({ isRecovered, envelopes }: Replay, offsets?: ReadonlyMap<number, number>): unknown {
  return [isRecovered, envelopes.map(({ payload, from, offset }) => [payload, from, offsets?.get(offset) ?? offset])];
}

Deno.test("SqliteHistory says what RingHistory says, over restarts and kills too", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 80, size: "max" }),
      fc.record({ limit: fc.integer({ min: 1, max: 5 }), ttlMs: fc.integer({ min: 1, max: 150 }) }),
      fc.constantFrom(1_000, 3_000, 1_000_000),
      (steps, rule, maxBytes) => {
        using here = new HistoryFolder();
        const pair = new Pair(here, rule, maxBytes);
        for (const one of steps) pair.do(one);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("SqliteHistory that has lost its last moments gives no offset twice, and nobody goes on from what is lost", () => {
  fc.assert(
    fc.property(fc.nat(12), fc.integer({ min: 1, max: 12 }), fc.boolean(), (kept, lost, isKnown) => {
      using here = new HistoryFolder();
      const first = here.open({ bootedAt: START_MS - 1e6 });
      const before = Array.from({ length: kept }, () => (first.append("a"), first.position()));
      const folder = here.copy();
      const after = Array.from({ length: lost }, () => (first.append("a"), first.position()));
      const second = here.open({ folder, bootedAt: isKnown ? START_MS : undefined });
      assertGreater(second.append("a"), after.at(-1)!.offset);
      for (const position of after) assertFalse(second.isRecovered("a", position));
      for (const position of before) assertEquals(second.isRecovered("a", position), !isKnown);
      assert(second.isRecovered("a", second.position()));
    }),
    { numRuns: 40 },
  );
});
