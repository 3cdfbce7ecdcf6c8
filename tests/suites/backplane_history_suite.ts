/**
 * What every backplane must do with histories; see {@linkcode backplaneSuite}.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import type { Backplane, HistoryRule, Replay } from "../../lib/pubsub/mod.ts";
import type { BackplaneNode } from "./backplane_node.ts";
import type { Define } from "./backplane_suite.ts";

const KEEP: HistoryRule = { limit: 2_000, ttlMs: 600_000 };
const FIVE: HistoryRule = { limit: 5, ttlMs: 600_000 };

/** Appends texts one after the other. @returns their offsets. */
async function appendAll(backplane: Backplane, topic: string, rule: HistoryRule, texts: readonly string[]) {
  const offsets: number[] = [];
  for (const payload of texts) offsets.push(await backplane.append(topic, rule, { payload, from: "" }));
  return offsets;
}

const numbers = (count: number, start = 0): string[] => Array.from({ length: count }, (_, at) => `${start + at}`);
const payloads = ({ envelopes }: Replay) => envelopes.map(({ payload }) => payload);

/** Defines the tests. */
export function backplaneHistorySuite(define: Define): void {
  order(define);
  joining(define);
  replaying(define);
  limits(define);
  losses(define);
}

function order(define: Define): void {
  define(
    "a stored publication is told to every node that joined, its own included, with its offset",
    2,
    async (nodes) => {
      const [one] = nodes;
      await Promise.all(nodes.map(({ backplane }) => backplane.join("a", KEEP)));
      const offsets = await appendAll(one!.backplane, "a", KEEP, ["x", "y", "z"]);
      assert(offsets.every((offset, index) => index === 0 || offset > offsets[index - 1]!));
      for (const node of nodes) {
        await node.count("a", 3);
        assertEquals(node.payloads("a"), ["x", "y", "z"]);
        assertEquals(node.messages("a").map(({ offset }) => offset), offsets);
      }
    },
  );

  define("all nodes see one order, in which each publisher's own is kept", 3, async (nodes) => {
    await Promise.all(nodes.map(({ backplane }) => backplane.join("a", KEEP)));
    const perNode = 300;
    const stored = await Promise.all(nodes.flatMap(({ backplane }, node) =>
      numbers(perNode).map(async (at) => {
        const payload = `${node}:${at}`;
        return { payload, offset: await backplane.append("a", KEEP, { payload, from: "" }) };
      })
    ));
    const expected = stored.toSorted((a, b) => a.offset - b.offset);
    for (const node of nodes) {
      await node.count("a", nodes.length * perNode);
      const told = node.messages("a").map(({ envelope, offset }) => ({ payload: envelope.payload, offset }));
      assertEquals(told, expected);
    }
    for (const node of nodes.keys()) {
      const own = expected.filter(({ payload }) => payload.startsWith(`${node}:`)).map(({ payload }) => payload);
      assertEquals(own, numbers(perNode).map((at) => `${node}:${at}`));
    }
  });
}

function joining(define: Define): void {
  define("joined, then read: nothing is left out, and doubles show by their offset", 2, async ([one, two]) => {
    for (const round of numbers(10)) {
      const topic = `a ${round}`;
      let isDone = false;
      const appended = (async () => {
        for (let at = 0; !isDone; at++) await one!.backplane.append(topic, KEEP, { payload: `${at}`, from: "" });
        return await one!.backplane.append(topic, KEEP, { payload: "end", from: "" });
      })();
      await two!.backplane.join(topic, KEEP);
      const replay = await two!.backplane.read(topic, KEEP, { last: 2_000 });
      isDone = true;
      const end = await appended;
      const isLast = () => two!.messages(topic).at(-1)?.offset === end;
      await two!.until(isLast, "the last one is told");
      const after = two!.messages(topic).filter(({ offset }) => offset! > replay.position.offset);
      const seen = [...payloads(replay), ...after.map(({ envelope }) => envelope.payload)];
      assertEquals(seen, [...numbers(seen.length - 1), "end"]);
    }
  });

  define("a node that joins is told nothing of what was before", 2, async ([one, two]) => {
    await appendAll(one!.backplane, "a", KEEP, ["before"]);
    await two!.backplane.join("a", KEEP);
    await appendAll(one!.backplane, "a", KEEP, ["after"]);
    await two!.count("a", 1);
    assertEquals(two!.payloads("a"), ["after"]);
    assertEquals(two!.resets("a"), []);
  });
}

function replaying(define: Define): void {
  define("a topic that nobody has published to has a position, from which it is gone on", 2, async ([one, two]) => {
    const empty = await one!.backplane.read("a", FIVE, { last: 10 });
    assertEquals([empty.isRecovered, empty.envelopes], [false, []]);
    const again = await two!.backplane.read("a", FIVE, { since: empty.position });
    assertEquals([again.isRecovered, again.envelopes, again.position], [true, [], empty.position]);
    await appendAll(one!.backplane, "a", FIVE, ["x", "y"]);
    const replay = await two!.backplane.read("a", FIVE, { since: empty.position });
    assertEquals([replay.isRecovered, payloads(replay)], [true, ["x", "y"]]);
  });

  define(
    "a replay begins after `since`, or is the `last` ones, in order, with where the topic is",
    2,
    async (nodes) => {
      const [one, two] = nodes;
      const offsets = await appendAll(one!.backplane, "a", KEEP, numbers(20));
      const { position, envelopes } = await two!.backplane.read("a", KEEP, { last: 3 });
      assertEquals(envelopes.map(({ offset }) => offset), offsets.slice(-3));
      assertEquals(envelopes.map(({ payload }) => payload), ["17", "18", "19"]);
      assertEquals(position.offset, offsets[19]);
      for (const [since, missed] of [[19, 0], [18, 1], [0, 19]] as const) {
        const request = { since: { epoch: position.epoch, offset: offsets[since]! }, last: 2 };
        const replay = await two!.backplane.read("a", KEEP, request);
        assertEquals([replay.isRecovered, payloads(replay), replay.position], [
          true,
          numbers(missed, since + 1),
          position,
        ]);
      }
      assertEquals(await two!.backplane.read("a", KEEP, {}), { isRecovered: false, envelopes: [], position });
      assertEquals(payloads(await two!.backplane.read("a", KEEP, { last: 0 })), []);
      assertEquals(payloads(await two!.backplane.read("a", KEEP, { last: 1_000 })), numbers(20));
    },
  );

  define("a position of another epoch, or of the future, is not recovered", 1, async ([one]) => {
    await appendAll(one!.backplane, "a", KEEP, ["x", "y"]);
    const { position } = await one!.backplane.read("a", KEEP, {});
    for (const since of [{ ...position, epoch: "another" }, { ...position, offset: position.offset + 1 }]) {
      const replay = await one!.backplane.read("a", KEEP, { since, last: 1 });
      assertEquals([replay.isRecovered, payloads(replay), replay.position], [false, ["y"], position]);
    }
  });
}

function limits(define: Define): void {
  define("who is `limit` behind is recovered, and who is one more behind is not", 2, async ([one, two]) => {
    for (const start of [0, 1, 7]) {
      const topic = `a ${start}`;
      await appendAll(one!.backplane, topic, FIVE, numbers(start));
      const { position: since } = await two!.backplane.read(topic, FIVE, {});
      for (let behind = 0; behind <= 7; behind++) {
        if (behind > 0) await appendAll(one!.backplane, topic, FIVE, [`${start + behind - 1}`]);
        const replay = await two!.backplane.read(topic, FIVE, { since, last: 2 });
        const expected = behind <= FIVE.limit ? numbers(behind, start) : numbers(2, start + behind - 2);
        assertEquals([replay.isRecovered, payloads(replay)], [behind <= FIVE.limit, expected], `${behind} of ${start}`);
      }
      assertEquals(payloads(await two!.backplane.read(topic, FIVE, { last: 100 })), numbers(5, start + 2));
    }
  });

  define("a quiet topic is recovered, however busy others of its rule are", 2, async ([one, two]) => {
    const { position: since } = await two!.backplane.read("quiet", FIVE, {});
    await appendAll(one!.backplane, "busy", FIVE, numbers(30));
    await appendAll(one!.backplane, "quiet", FIVE, ["x"]);
    await appendAll(one!.backplane, "busy", FIVE, numbers(30));
    const replay = await two!.backplane.read("quiet", FIVE, { since });
    assertEquals([replay.isRecovered, payloads(replay)], [true, ["x"]]);
  });

  define("topics of several rules are kept each by its own", 2, async ([one, two]) => {
    const rules = [FIVE, { limit: 3, ttlMs: 600_000 }, { limit: 3, ttlMs: 500_000 }, { limit: 1, ttlMs: 600_000 }];
    await Promise.all(rules.map((rule, index) => two!.backplane.join(`a ${index}`, rule)));
    await Promise.all(rules.map((rule, index) => appendAll(one!.backplane, `a ${index}`, rule, numbers(9))));
    for (const [index, rule] of rules.entries()) {
      await two!.count(`a ${index}`, 9);
      assertEquals(two!.payloads(`a ${index}`), numbers(9));
      assertEquals(payloads(await two!.backplane.read(`a ${index}`, rule, { last: 9 })), numbers(9).slice(-rule.limit));
    }
  });

  define("what is older than `ttlMs` is never replayed, and missing it is no recovery", 1, async ([one]) => {
    const rule = { limit: 100, ttlMs: 300 };
    const { backplane } = one!;
    const { position: since } = await backplane.read("a", rule, {});
    await appendAll(backplane, "a", rule, ["x", "y"]);
    const fresh = await backplane.read("a", rule, { since });
    assertEquals([fresh.isRecovered, payloads(fresh)], [true, ["x", "y"]]);
    let old = fresh;
    // Ends by itself: time passes.
    while (payloads(old).length > 0) old = await backplane.read("a", rule, { last: 10 });
    const missed = await backplane.read("a", rule, { since });
    assertEquals([missed.isRecovered, payloads(missed), missed.position], [false, [], fresh.position]);
    const quiet = await backplane.read("a", rule, { since: fresh.position });
    assertEquals([quiet.isRecovered, payloads(quiet), quiet.position], [true, [], fresh.position]);
    await appendAll(backplane, "a", rule, ["z"]);
    const after = await backplane.read("a", rule, { since: fresh.position });
    assertEquals([after.isRecovered, payloads(after)], [true, ["z"]]);
    assertEquals(payloads(await backplane.read("a", rule, { since, last: 10 })), ["z"]);
  });
}

function losses(define: Define): void {
  define("histories that are lost begin anew: joined nodes are told, and go on", 2, async (nodes, meeting) => {
    if (meeting.forget === undefined) return;
    const [one, two] = nodes;
    await Promise.all(nodes.map(({ backplane }) => backplane.join("a", KEEP)));
    await appendAll(one!.backplane, "a", KEEP, numbers(3));
    await two!.count("a", 3);
    const { position: old } = await two!.backplane.read("a", KEEP, {});
    await meeting.forget();
    await appendAll(one!.backplane, "a", KEEP, numbers(5, 3));
    for (const node of nodes) {
      await node.count("a", 8);
      assertEquals(node.payloads("a"), numbers(8));
      assertReset(node);
    }
    const replay = await two!.backplane.read("a", KEEP, { since: old, last: 9 });
    assertEquals([replay.isRecovered, payloads(replay)], [false, numbers(5, 3)]);
    assert(replay.position.epoch !== old.epoch);
    assertEquals(two!.resets("a")[0]?.epoch, replay.position.epoch);
  });
}

/** The reset stands between the two histories. */
function assertReset(node: BackplaneNode): void {
  assertEquals(node.told("a").map(({ kind }) => kind).indexOf("reset"), 3);
  assertEquals(node.resets("a").length, 1);
  assertGreater(node.messages("a")[3]?.offset, node.resets("a")[0]!.offset);
}
