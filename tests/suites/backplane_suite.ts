/**
 * What every backplane must do, written once: run against each implementation by its own test.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Backplane, HistoryRule } from "../../lib/pubsub/mod.ts";
import { type BackplaneNodes, openNodes } from "./backplane_node.ts";
import { backplaneHistorySuite } from "./backplane_history_suite.ts";

/** Where nodes meet: one broker, one process. Disposing of it ends it. */
export interface Meeting extends AsyncDisposable {
  /** The backplane of one more node, not open yet. */
  node(): Backplane;
  /** Loses all histories, while nodes are connected. Left out where that cannot happen. */
  forget?(): Promise<void>;
}

/** How the tests of one implementation are defined. */
export interface SuiteSetting {
  /** Begins the names of the tests. */
  readonly name: string;
  /** Begins a meeting without a past. */
  meet(): Promise<Meeting>;
  /** Goes into the definition of each test. */
  readonly definition?: Partial<Deno.TestDefinition>;
  /** How many nodes may meet. Default: as many as a test wants. */
  readonly maxNodes?: number;
}

/** Defines one test: a meeting and so many nodes. */
export type Define = (
  name: string,
  nodeCount: number,
  run: (nodes: BackplaneNodes, meeting: Meeting) => Promise<void>,
) => void;

/** A rule that keeps all that the tests below publish. */
export const KEEP: HistoryRule = { limit: 2_000, ttlMs: 600_000 };

/** Defines the tests of one implementation. */
export function backplaneSuite(setting: SuiteSetting): void {
  const { name: implementation, meet, definition = {}, maxNodes = Infinity } = setting;
  const define: Define = (name, nodeCount, run) =>
    Deno.test({
      name: `${implementation}: ${name}`,
      ...definition,
      ignore: definition.ignore === true || nodeCount > maxNodes,
      async fn() {
        await using meeting = await meet();
        await using nodes = await openNodes(() => meeting.node(), nodeCount);
        await run(nodes, meeting);
      },
    });
  passingOn(define);
  topicNames(define);
  backplaneHistorySuite(define);
}

/** Every byte, twice over. */
const BYTES = Uint8Array.from({ length: 512 }, (_, index) => index & 0xff);

const PAYLOADS: ReadonlyArray<string | Uint8Array<ArrayBuffer>> = [
  "Hello",
  "",
  new Uint8Array(),
  BYTES,
  "\ufeffа ö 漢 👩‍👩‍👧 \0 \r\n",
  new Uint8Array(300_000).fill(7),
  JSON.stringify({ text: "x".repeat(50_000) }),
];

function passingOn(define: Define): void {
  define("a publication without history reaches the other nodes that joined, and nobody else", 3, async (nodes) => {
    const [one, two, three] = nodes;
    await Promise.all([one!.backplane.join("a", undefined), two!.backplane.join("a", undefined)]);
    await three!.backplane.join("end", undefined);
    await two!.backplane.join("end", undefined);
    one!.backplane.send("a", { payload: "Hello", from: "peer-1" });
    one!.backplane.send("end", { payload: "", from: "" });
    await Promise.all([two!.count("end", 1), three!.count("end", 1)]);
    const told = [{ kind: "message" as const, envelope: { payload: "Hello", from: "peer-1" }, offset: undefined }];
    assertEquals(nodes.map((node) => node.told("a")), [[], told, []]);
  });

  define("payloads arrive as they were: texts as texts, bytes as bytes, and from whom", 2, async ([one, two]) => {
    await Promise.all([two!.backplane.join("now", undefined), two!.backplane.join("kept", KEEP)]);
    for (const [index, payload] of PAYLOADS.entries()) {
      one!.backplane.send("now", { payload, from: `peer ${index} ☂` });
      await one!.backplane.append("kept", KEEP, { payload, from: `peer ${index} ☂` });
    }
    await Promise.all([two!.count("now", PAYLOADS.length), two!.count("kept", PAYLOADS.length)]);
    const expected = PAYLOADS.map((payload, index) => ({ payload, from: `peer ${index} ☂` }));
    assertEquals(two!.messages("now").map(({ envelope }) => envelope), expected);
    assertEquals(two!.messages("kept").map(({ envelope }) => envelope), expected);
    const { envelopes } = await two!.backplane.read("kept", KEEP, { last: 100 });
    assertEquals(envelopes.map(({ payload, from }) => ({ payload, from })), expected);
  });

  define("publications without history keep the order of each node that sent them", 3, async ([one, two, three]) => {
    await three!.backplane.join("a", undefined);
    for (let at = 0; at < 500; at++) {
      one!.backplane.send("a", { payload: `${at}`, from: "one" });
      two!.backplane.send("a", { payload: `${at}`, from: "two" });
    }
    await three!.count("a", 1_000);
    const expected = Array.from({ length: 500 }, (_, at) => `${at}`);
    for (const from of ["one", "two"]) {
      const sent = three!.messages("a").filter(({ envelope }) => envelope.from === from);
      assertEquals(sent.map(({ envelope }) => envelope.payload), expected);
    }
  });

  define("of a topic that was left nothing more is told", 2, async ([one, two]) => {
    for (const [topic, rule] of [["now", undefined], ["kept", KEEP]] as const) {
      await two!.backplane.join(topic, rule);
      two!.backplane.leave(topic);
    }
    await Promise.all([two!.backplane.join("end", undefined), two!.backplane.join("kept end", KEEP)]);
    one!.backplane.send("now", { payload: "a", from: "" });
    await one!.backplane.append("kept", KEEP, { payload: "a", from: "" });
    one!.backplane.send("end", { payload: "a", from: "" });
    await one!.backplane.append("kept end", KEEP, { payload: "a", from: "" });
    await Promise.all([two!.count("end", 1), two!.count("kept end", 1)]);
    assertEquals([two!.told("now"), two!.told("kept")], [[], []]);
  });

  define("a topic that is left and joined again at once is joined", 2, async ([one, two]) => {
    for (let round = 0; round < 20; round++) {
      for (const [topic, rule] of [["now", undefined], ["kept", KEEP]] as const) {
        const first = two!.backplane.join(topic, rule);
        // Sometimes before it was joined at all.
        if (round % 2 === 0) await first;
        two!.backplane.leave(topic);
        await two!.backplane.join(topic, rule);
      }
      one!.backplane.send("now", { payload: `${round}`, from: "" });
      await one!.backplane.append("kept", KEEP, { payload: `${round}`, from: "" });
      await Promise.all([two!.count("now", round + 1), two!.count("kept", round + 1)]);
    }
    const expected = Array.from({ length: 20 }, (_, round) => `${round}`);
    assertEquals([two!.payloads("now"), two!.payloads("kept")], [expected, expected]);
  });
}

/** Names that mean something to somebody on the way. */
const ODD_TOPICS: readonly string[] = [
  ...["a.b", "a.*", "a.>", ">", "*", "a b", "$SYS", "{a}b", "}{", "a/b", "a//b", "a\\b", "%41", "A", "a", "=0041"],
  ...["ключ", "👩‍👩‍👧", "\u0000", "\u0001presence:a", "a\r\nb", "\ud800", "x".repeat(256), "☂".repeat(256)],
];

function topicNames(define: Define): void {
  define("topics are told apart, whatever characters they are made of", 2, async ([one, two]) => {
    const kept = (topic: string) => `${topic}!`;
    await Promise.all(ODD_TOPICS.flatMap((topic) => [
      two!.backplane.join(topic, undefined),
      two!.backplane.join(kept(topic), KEEP),
    ]));
    for (const topic of ODD_TOPICS) {
      one!.backplane.send(topic, { payload: JSON.stringify(topic), from: "" });
      await one!.backplane.append(kept(topic), KEEP, { payload: JSON.stringify(topic), from: "" });
    }
    for (const topic of ODD_TOPICS) {
      await Promise.all([two!.count(topic, 1), two!.count(kept(topic), 1)]);
      assertEquals([two!.payloads(topic), two!.payloads(kept(topic))], [
        [JSON.stringify(topic)],
        [JSON.stringify(topic)],
      ]);
    }
  });

  define("a node joins 1000 topics, and each publication finds its own", 2, async ([one, two]) => {
    const topics = Array.from({ length: 1_000 }, (_, index) => ({
      topic: `room:${index}`,
      rule: index % 2 === 0 ? KEEP : undefined,
    }));
    await Promise.all(topics.map(({ topic, rule }) => two!.backplane.join(topic, rule)));
    await Promise.all(topics.map(async ({ topic, rule }) => {
      if (rule === undefined) one!.backplane.send(topic, { payload: topic, from: "" });
      else await one!.backplane.append(topic, rule, { payload: topic, from: "" });
    }));
    for (const { topic } of topics) await two!.count(topic, 1);
    assert(topics.every(({ topic }) => two!.payloads(topic).length === 1 && two!.payloads(topic)[0] === topic));
  });
}
