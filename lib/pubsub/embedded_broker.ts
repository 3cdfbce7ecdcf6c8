/**
 * The backplane that needs no server: nodes of one process, or one node alone, around one store of histories.
 *
 * @module
 */
import { Fifo } from "../frame/mod.ts";
import type { SubscribeOptions } from "../subprotocol/mod.ts";
import type { Backplane, BackplaneEvents, Envelope, HistoryRule, Replay } from "./backplane.ts";
import type { HistoryStore } from "./history_store.ts";

/** Joins nodes that share it. */
export class EmbeddedBroker {
  readonly store: HistoryStore;
  /** Nodes by the topics that they joined. */
  readonly #joined = new Map<string, Set<EmbeddedNode>>();
  /** What was stored while one before it goes to the nodes: all get both in the same order. */
  readonly #due = new Fifo<readonly [topic: string, envelope: Envelope, offset: number]>();
  #isDelivering = false;

  constructor(store: HistoryStore) {
    this.store = store;
  }

  /** A node of its own. */
  node(): Backplane {
    return new EmbeddedNode(this);
  }

  /** From a node to the others. */
  send(sender: EmbeddedNode, topic: string, envelope: Envelope): void {
    for (const node of this.#joined.get(topic) ?? []) if (node !== sender) node.deliver(topic, envelope, undefined);
  }

  /** What has been stored, to all nodes. */
  stored(topic: string, envelope: Envelope, offset: number): void {
    this.#due.push([topic, envelope, offset]);
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      for (let due = this.#due.shift(); due !== undefined; due = this.#due.shift()) {
        for (const node of this.#joined.get(due[0]) ?? []) node.deliver(...due);
      }
    } finally {
      this.#isDelivering = false;
    }
  }

  /** The node is told of the topic from now on. */
  join(node: EmbeddedNode, topic: string): void {
    let nodes = this.#joined.get(topic);
    if (nodes === undefined) this.#joined.set(topic, nodes = new Set());
    nodes.add(node);
  }

  /** The node is told of the topic no more. */
  leave(node: EmbeddedNode, topic: string): void {
    const nodes = this.#joined.get(topic);
    if (nodes?.delete(node) === true && nodes.size === 0) this.#joined.delete(topic);
  }
}

class EmbeddedNode implements Backplane {
  readonly name = "memory";
  readonly isUp = true;
  readonly #broker: EmbeddedBroker;
  readonly #topics = new Set<string>();
  #events: BackplaneEvents | undefined;

  constructor(broker: EmbeddedBroker) {
    this.#broker = broker;
  }

  open(events: BackplaneEvents): Promise<void> {
    this.#events = events;
    return Promise.resolve();
  }

  send(topic: string, envelope: Envelope): void {
    this.#broker.send(this, topic, envelope);
  }

  join(topic: string): void {
    this.#topics.add(topic);
    this.#broker.join(this, topic);
  }

  leave(topic: string): void {
    this.#topics.delete(topic);
    this.#broker.leave(this, topic);
  }

  append(topic: string, rule: HistoryRule, envelope: Envelope): number | Promise<number> {
    const offset = this.#broker.store.append(topic, rule, envelope);
    if (typeof offset === "number") return this.#stored(topic, envelope, offset);
    return offset.then((known) => this.#stored(topic, envelope, known));
  }

  read(topic: string, rule: HistoryRule, request: SubscribeOptions): Replay | Promise<Replay> {
    return this.#broker.store.read(topic, rule, request);
  }

  close(): Promise<void> {
    for (const topic of this.#topics) this.#broker.leave(this, topic);
    this.#topics.clear();
    return Promise.resolve();
  }

  deliver(topic: string, envelope: Envelope, offset: number | undefined): void {
    this.#events?.onMessage(topic, envelope, offset);
  }

  #stored(topic: string, envelope: Envelope, offset: number): number {
    this.#broker.stored(topic, envelope, offset);
    return offset;
  }
}
