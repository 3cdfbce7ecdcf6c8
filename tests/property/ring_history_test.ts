/** Histories in memory against a list. @module */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { bytesOf } from "../../lib/pubsub/history_store.ts";
import { type HistoryRule, RingHistory } from "../../lib/pubsub/mod.ts";

const RULES: readonly HistoryRule[] = [{ limit: 3, ttlMs: 100 }, { limit: 50, ttlMs: 1000 }, { limit: 1, ttlMs: 500 }];
const TOPICS = ["a", "b", "c", "d", "e"];

const topic = fc.nat(TOPICS.length - 1);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("append" as const), topic, bytes: fc.constantFrom(0, 10, 400, 2_000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      topic,
      since: fc.option(fc.integer({ min: 0, max: 60 })),
      isForeign: fc.integer({ min: 0, max: 9 }).map((die) => die === 0),
      last: fc.option(fc.nat(6), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 40, 100, 600) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rule" as const), topic, rule: fc.nat(2) }) },
);

interface Kept {
  readonly topic: string;
  readonly offset: number;
  readonly payload: string;
  readonly rule: HistoryRule;
  readonly storedAt: number;
  readonly bytes: number;
}

/** What should be kept: a list in order, and of each topic the highest offset that was dropped. */
class Model {
  kept: Kept[] = [];
  readonly floors = new Map<string, number>();
  offset = 0;

  append(
    topic: string,
    rule: HistoryRule,
    payload: string,
    { now, maxBytes }: { now: number; maxBytes: number },
  ): void {
    this.expire(now);
    const bytes = bytesOf({ payload, from: "" });
    this.kept.push({ topic, rule, payload, bytes, offset: ++this.offset, storedAt: now });
    this.limit(topic, rule);
    while (this.bytes > maxBytes) this.#drop(this.kept[0]!);
  }

  get bytes(): number {
    return this.kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** What one rule dropped, no other brings back; and what is older goes first. */
  expire(now: number): void {
    for (const one of [...this.kept]) if (now - one.storedAt >= one.rule.ttlMs) this.#drop(one);
  }

  /** As the rule of now has it. */
  trim(topic: string, rule: HistoryRule, now: number): void {
    for (const one of this.of(topic)) if (now - one.storedAt >= rule.ttlMs) this.#drop(one);
    this.limit(topic, rule);
  }

  limit(topic: string, rule: HistoryRule): void {
    while (this.of(topic).length > rule.limit) this.#drop(this.of(topic)[0]!);
  }

  of(topic: string): Kept[] {
    return this.kept.filter((one) => one.topic === topic);
  }

  #drop({ topic, offset }: Kept): void {
    this.kept = this.kept.filter((one) => one.topic !== topic || one.offset > offset);
    this.floors.set(topic, Math.max(offset, this.floors.get(topic) ?? 0));
  }
}

Deno.test("RingHistory keeps what a list would, and goes on from where nothing is missing", () => {
  const maxBytes = fc.constantFrom(1e9, 3_000, 900, 0);
  const maxFloors = fc.constantFrom(100_000, 2, 0);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: "max" }), maxBytes, maxFloors, (steps, maxBytes, maxFloors) => {
      let now = 0;
      const ring = new RingHistory({ maxBytes, maxFloors, now: () => now, epoch: "e" });
      const model = new Model();
      const rules = TOPICS.map(() => RULES[0]!);
      for (const one of steps) {
        if (one.kind === "wait") now += one.ms;
        else if (one.kind === "rule") rules[one.topic] = RULES[one.rule]!;
        else if (one.kind === "append") {
          const payload = "x".repeat(one.bytes / 2);
          model.append(TOPICS[one.topic]!, rules[one.topic]!, payload, { now, maxBytes });
          assertEquals(ring.append(TOPICS[one.topic]!, rules[one.topic]!, { payload, from: "" }), model.offset);
        } else {
          const name = TOPICS[one.topic]!;
          const rule = rules[one.topic]!;
          model.expire(now);
          model.trim(name, rule, now);
          const since = one.since === null ? undefined : { epoch: one.isForeign ? "f" : "e", offset: one.since };
          const { isRecovered, envelopes, position } = ring.read(name, rule, { since, last: one.last });
          assertEquals(position, { epoch: "e", offset: model.offset });
          const kept = model.of(name);
          const isKnown = since !== undefined && since.epoch === "e" && since.offset <= model.offset;
          const isWhole = isKnown && since.offset >= (model.floors.get(name) ?? 0);
          // With floors that are forgotten it may say that something is missing where nothing is, never that nothing is.
          if (isRecovered) assert(isWhole);
          else if (maxFloors > TOPICS.length) assert(!isWhole);
          const expected = isRecovered
            ? kept.filter(({ offset }) => offset > since!.offset)
            : kept.slice(kept.length - Math.min(kept.length, one.last ?? 0));
          assertEquals(
            envelopes.map(({ offset, payload }) => [offset, payload]),
            expected.map(({ offset, payload }) => [offset, payload]),
          );
        }
        assertEquals(ring.heldBytes, heldBytes(model, one.kind, ring));
      }
    }),
    { numRuns: 500 },
  );
});

/** A wait drops nothing until somebody looks. */
function heldBytes(model: Model, kind: string, ring: RingHistory): number {
  return kind === "append" || kind === "read" ? model.bytes : ring.heldBytes;
}
