/**
 * What a backplane over a broker must survive, written once: run against each broker by its own test.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Backplane, HistoryRule } from "../../lib/pubsub/mod.ts";
import { BackplaneNode, openNodes } from "../suites/backplane_node.ts";
import type { BrokerProcess } from "../support/broker_process.ts";

/** One kind of broker. */
export interface OutageSetting {
  /** Begins the names of the tests. */
  readonly name: string;
  start(): Promise<BrokerProcess>;
  /** The backplane of one more node. */
  node(broker: BrokerProcess): Backplane;
  readonly definition: Partial<Deno.TestDefinition>;
}

const KEEP: HistoryRule = { limit: 20_000, ttlMs: 600_000 };
const TOPICS = ["a", "b"] as const;
/** Publications of each node that are on their way at a time. */
const WINDOW = 40;

/** Defines the tests of one kind of broker. */
export function backplaneOutages(setting: OutageSetting): void {
  const define = (name: string, run: (broker: BrokerProcess, node: () => Backplane) => Promise<void>) =>
    Deno.test({
      name: `${setting.name}: ${name}`,
      ...setting.definition,
      async fn() {
        await using broker = await setting.start();
        await run(broker, () => setting.node(broker));
      },
    });
  killed(define);
  frozen(define);
  joinedMeanwhile(define);
  absent(define);
}

type Define = (name: string, run: (broker: BrokerProcess, node: () => Backplane) => Promise<void>) => void;

/** Publishes numbered messages, a few at a time, until it is told to stop. */
class Publisher {
  readonly #backplane: Backplane;
  readonly #mark: string;
  readonly #stored = new Map<string, number[]>();
  readonly refused: string[] = [];
  #isStopped = false;
  #count = 0;
  readonly #done: Promise<unknown>;

  constructor(backplane: Backplane, mark: string, total: number) {
    this.#backplane = backplane;
    this.#mark = mark;
    this.#done = Promise.all(Array.from({ length: WINDOW }, async () => {
      while (!this.#isStopped && this.#count < total) await this.#publish(this.#count++);
    }));
  }

  /** What was stored of a topic, by number. */
  stored(topic: string): readonly number[] {
    return (this.#stored.get(topic) ?? []).toSorted((a, b) => a - b);
  }

  /** Resolves when all that was begun is settled. */
  async finished(): Promise<void> {
    await this.#done;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#done;
  }

  async #publish(at: number): Promise<void> {
    const topic = TOPICS[at % TOPICS.length]!;
    try {
      await this.#backplane.append(topic, KEEP, { payload: `${this.#mark}:${at}`, from: this.#mark });
    } catch (error) {
      this.refused.push(String(error));
      return;
    }
    const known = this.#stored.get(topic);
    if (known === undefined) this.#stored.set(topic, [at]);
    else known.push(at);
  }
}

/** What a node was told of one topic, by publisher: numbers in the order they came. */
function toldBy(node: BackplaneNode, topic: string, mark: string): readonly number[] {
  return node.messages(topic).filter(({ envelope }) => envelope.from === mark)
    .map(({ envelope }) => Number(String(envelope.payload).split(":")[1]));
}

const MARKS = ["one", "two", "three"] as const;

/** Everything stored was told to everybody joined, once, in order. */
async function assertAllTold(nodes: readonly BackplaneNode[], publishers: readonly Publisher[]): Promise<void> {
  for (const topic of TOPICS) {
    const total = publishers.reduce((sum, publisher) => sum + publisher.stored(topic).length, 0);
    for (const node of nodes) {
      await node.count(topic, total);
      for (const [index, publisher] of publishers.entries()) {
        assertEquals(toldBy(node, topic, MARKS[index]!), publisher.stored(topic));
      }
      assertEquals(node.resets(topic), []);
      const offsets = node.messages(topic).map(({ offset }) => offset!);
      assert(offsets.every((offset, at) => at === 0 || offset > offsets[at - 1]!));
    }
  }
}

async function joinAll(nodes: readonly BackplaneNode[]): Promise<void> {
  await Promise.all(nodes.flatMap(({ backplane }) => TOPICS.map((topic) => backplane.join(topic, KEEP))));
}

const hasBeenDown = (node: BackplaneNode) => node.until(() => node.states.includes(false), "it has noticed");
const isUpAgain = (node: BackplaneNode) => node.until(() => node.states.at(-1) === true, "it is up again");

function killed(define: Define): void {
  define(
    "killed and started again under load, nothing stored is lost, told twice or out of order",
    async (broker, node) => {
      await using nodes = await openNodes(node, 3);
      await joinAll(nodes);
      const publishers = nodes.map(({ backplane }, index) => new Publisher(backplane, MARKS[index]!, 1_000));
      for (const count of [300, 1_200]) {
        await nodes[0]!.count("a", count / 2);
        await broker.kill();
        await Promise.all(nodes.map(hasBeenDown));
        assert(nodes.every(({ backplane }) => !backplane.isUp));
        await broker.restart();
        await Promise.all(nodes.map(isUpAgain));
        for (const { states } of nodes) states.length = 0;
      }
      await Promise.all(publishers.map((publisher) => publisher.finished()));
      assertEquals(publishers.map(({ refused }) => refused), [[], [], []]);
      await assertAllTold(nodes, publishers);
    },
  );
}

function frozen(define: Define): void {
  define("stopped for 3 s under load, it loses nothing either", async (broker, node) => {
    await using nodes = await openNodes(node, 3);
    await joinAll(nodes);
    const publishers = nodes.map(({ backplane }, index) => new Publisher(backplane, MARKS[index]!, 1_000));
    await nodes[0]!.count("a", 100);
    await broker.freeze(3);
    await Promise.all(publishers.map((publisher) => publisher.finished()));
    assertEquals(publishers.map(({ refused }) => refused), [[], [], []]);
    await assertAllTold(nodes, publishers);
  });
}

function joinedMeanwhile(define: Define): void {
  define("who joins while it is away is told where it goes on, and all from there on", async (broker, node) => {
    await using nodes = await openNodes(node, 1);
    const [one] = nodes;
    await joinAll(nodes);
    const publisher = new Publisher(one!.backplane, MARKS[0], 600);
    await one!.count("a", 100);
    await broker.kill();
    await hasBeenDown(one!);
    await using late = new BackplaneNode(node());
    // Both resolve: the broker is tried again and again.
    await late.open();
    await joinAll([late]);
    assertEquals([late.backplane.isUp, late.states], [false, []]);
    await broker.restart();
    await Promise.all([isUpAgain(one!), isUpAgain(late)]);
    await publisher.finished();
    assertEquals(publisher.refused, []);
    await assertAllTold([one!], [publisher]);
    for (const topic of TOPICS) {
      const [begin] = late.resets(topic);
      const last = one!.messages(topic).at(-1)!.offset!;
      await late.until(() => (late.messages(topic).at(-1)?.offset ?? begin!.offset) >= last, "it has caught up");
      const expected = one!.messages(topic).filter(({ offset }) => offset! > begin!.offset);
      assertEquals(late.told(topic), [{ kind: "reset", position: begin! }, ...expected]);
    }
  });
}

function absent(define: Define): void {
  define("while it is away, what is appended waits, in order, and what is sent is dropped", async (broker, node) => {
    await using nodes = await openNodes(node, 2);
    const [one, two] = nodes;
    await joinAll(nodes);
    await Promise.all(nodes.map(({ backplane }) => backplane.join("now", undefined)));
    await broker.kill();
    await Promise.all(nodes.map(hasBeenDown));
    const publisher = new Publisher(one!.backplane, MARKS[0], WINDOW);
    one!.backplane.send("now", { payload: "dropped", from: "" });
    let refusal = "";
    await Promise.resolve(two!.backplane.read("a", KEEP, {})).catch((error) => refusal = error.message);
    assert(refusal.includes(`127.0.0.1:${broker.port} cannot be reached`), refusal);
    await broker.restart();
    await Promise.all(nodes.map(isUpAgain));
    // By the time it says that it is up, what was held is stored.
    await publisher.finished();
    assertEquals(TOPICS.flatMap((topic) => publisher.stored(topic)).length, WINDOW);
    await assertAllTold(nodes, [publisher]);
    one!.backplane.send("now", { payload: "passed on", from: "" });
    await two!.count("now", 1);
    assertEquals(two!.payloads("now"), ["passed on"]);
  });

  define("a server that is not there yet is waited for", async (broker, node) => {
    await broker.kill();
    await using nodes = await openNodes(node, 1);
    const [one] = nodes;
    assertEquals([one!.backplane.isUp, one!.states], [false, []]);
    const stored = one!.backplane.append("a", KEEP, { payload: "x", from: "" });
    await broker.restart();
    await isUpAgain(one!);
    assertEquals([one!.backplane.isUp, one!.states, typeof await stored], [true, [true], "number"]);
  });
}
