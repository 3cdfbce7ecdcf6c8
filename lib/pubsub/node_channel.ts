/**
 * What nodes say to each other, beside publications: questions, news, and that they are there.
 *
 * It goes over topics without history whose names no peer can have, so that every backplane carries it.
 *
 * @module
 */
import type { Backplane, Envelope } from "./backplane.ts";

/** Time, passed in. */
export interface NodeClock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Calls once after `delayMs`; the function it returns cancels that. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** What a channel is made of. */
export interface NodeChannelParts {
  readonly node: string;
  readonly backplane: Backplane;
  readonly clock: NodeClock;
  /** A node that is not heard of for so long is gone. */
  readonly ttlMs: number;
}

/** Takes what another node says. @returns the answer, where it is a question. */
export type NodeHandler = (value: unknown, node: string) => unknown;

interface NodeMessage {
  readonly node: string;
  /** What it is about; a channel of somebody's above, or one of the channel's own: `beat`, `bye`, `answer`. */
  readonly kind: string;
  /** Of a question, and of its answer. */
  readonly call?: number;
  readonly value?: unknown;
  /** Of an answer that is none: why. */
  readonly problem?: string;
}

/** A question. */
export interface Question {
  readonly kind: string;
  readonly value: unknown;
  readonly timeoutMs: number;
  answered(node: string, value: unknown): void;
}

/** A question to nodes, and who has not answered yet. */
interface Asked {
  readonly missing: Set<string>;
  answered: Question["answered"];
  problem: string | undefined;
  settle(): void;
}

const NODE_PREFIX = "\u0001";
const ALL_NODES = `${NODE_PREFIX}nodes`;
const NOBODY = "";

/** Whether a topic is between nodes. */
export function isNodeTopic(topic: string): boolean {
  return topic.startsWith(NODE_PREFIX);
}

/** The channel of one node. */
export class NodeChannel {
  readonly node: string;
  readonly #parts: NodeChannelParts;
  readonly #handlers = new Map<string, NodeHandler>();
  readonly #topicHandlers = new Map<string, NodeHandler>();
  readonly #heardAt = new Map<string, number>();
  readonly #asked = new Map<number, Asked>();
  readonly #onGone: ((node: string, hasSaidGoodbye: boolean) => void)[] = [];
  readonly #onHeard: ((node: string) => void)[] = [];
  #lastCall = 0;
  #lastBeatAt = 0;
  #isClosed = false;
  #cancelBeat = () => {};

  constructor(parts: NodeChannelParts) {
    this.#parts = parts;
    this.node = parts.node;
  }

  /** The other nodes that were heard of lately. */
  get others(): readonly string[] {
    return [...this.#heardAt.keys()];
  }

  /** From now on others know of this node, and it knows of them. */
  open(): void {
    const { backplane } = this.#parts;
    const joins = [backplane.join(ALL_NODES, undefined), backplane.join(this.#topicOf(this.node), undefined)];
    const pending = joins.filter((join) => join instanceof Promise);
    this.#beat();
    // The others answer at once: before it hears them, it would be asking in vain.
    if (pending.length === 0) this.#hello();
    else void Promise.allSettled(pending).then(() => this.#hello());
  }

  /** Says that it is gone. */
  close(): void {
    if (this.#isClosed) return;
    this.#cancelBeat();
    this.#say(ALL_NODES, { kind: "bye" });
    this.#isClosed = true;
    this.#heardAt.clear();
    for (const asked of [...this.#asked.values()]) asked.settle();
  }

  /**
   * Another node has ended: whoever has seen that for sure says so here, and nobody waits until it has been silent for
   * long. The others are told, as by the node itself.
   */
  ended(node: string): void {
    if (this.#isClosed || node === this.node) return;
    this.#gone(node, true);
    this.#say(ALL_NODES, { kind: "bye" }, node);
  }

  /** Who answers questions of a kind, or hears news of it. */
  handle(kind: string, handler: NodeHandler): void {
    this.#handlers.set(kind, handler);
  }

  /** Is told when a node has gone: it has said so, or another one has seen it, or it was not heard of for long. */
  onGone(told: (node: string, hasSaidGoodbye: boolean) => void): void {
    this.#onGone.push(told);
  }

  /** Is told of a node that has come, or has come back, or that may have said what this node has not heard. */
  onHeard(told: (node: string) => void): void {
    this.#onHeard.push(told);
  }

  /** Hears from now on what nodes say of a topic. @returns when that is so, if it takes time; it does not reject. */
  follow(topic: string, handler: NodeHandler): void | Promise<void> {
    const name = NODE_PREFIX + topic;
    this.#topicHandlers.set(name, handler);
    const joined = this.#parts.backplane.join(name, undefined);
    // Without it this node knows what it is told when it asks.
    if (joined instanceof Promise) return joined.catch(() => {});
  }

  /** Hears it no more. */
  unfollow(topic: string): void {
    const name = NODE_PREFIX + topic;
    if (this.#topicHandlers.delete(name)) this.#parts.backplane.leave(name);
  }

  /** Says something to the other nodes that follow a topic. */
  tell(topic: string, value: unknown): void {
    this.#say(NODE_PREFIX + topic, { kind: "topic", value });
  }

  /**
   * Asks all other nodes.
   *
   * @param answered is told each answer as it comes.
   * @returns when all have answered, or the time is over: who is there, and has not.
   */
  async askAll(
    kind: string,
    value: unknown,
    timeoutMs: number,
    answered: (node: string, value: unknown) => void,
  ): Promise<readonly string[]> {
    const { missing } = await this.#ask([ALL_NODES], this.others, { kind, value, timeoutMs, answered });
    return [...missing];
  }

  /** Asks some of the other nodes. @param question see {@linkcode askAll}. */
  async askSome(nodes: readonly string[], question: Question): Promise<readonly string[]> {
    const { missing } = await this.#ask(nodes.map((node) => this.#topicOf(node)), nodes, question);
    return [...missing];
  }

  /**
   * Asks one node.
   *
   * @throws {Error} with the words of its failure, or when it has not answered in time.
   */
  async ask(node: string, kind: string, value: unknown, timeoutMs: number): Promise<unknown> {
    let answer: { readonly value: unknown } | undefined;
    const answered = (_: string, value: unknown): void => void (answer = { value });
    const { problem } = await this.#ask([this.#topicOf(node)], [node], { kind, value, timeoutMs, answered });
    if (problem !== undefined) throw new Error(problem);
    if (answer === undefined) throw new Error(`the node ${node} does not answer`);
    return (answer as { readonly value: unknown }).value;
  }

  /** From the backplane: a message on a topic between nodes. */
  onMessage(topic: string, { payload }: Envelope): void {
    const message = readMessage(payload);
    if (message === undefined || message.node === this.node || this.#isClosed) return;
    if (message.kind === "bye") return this.#gone(message.node, true);
    const isKnown = this.#heardAt.has(message.node);
    this.#heardAt.set(message.node, this.#parts.clock.now());
    this.#take(topic, message);
    // Behind what it says: that is older than what it answers.
    if (!isKnown || message.kind === "hello") this.#met(message.node);
  }

  /** The broker has gone away or is back. While it is away nobody is gone for not being heard of. */
  onState(isUp: boolean): void {
    if (!isUp || this.#isClosed) return;
    this.#allAreThere();
    this.#hello();
    for (const node of this.others) this.#tellHeard(node);
  }

  #take(topic: string, message: NodeMessage): void {
    if (message.kind === "answer") this.#answered(message);
    else if (message.kind === "topic") this.#topicHandlers.get(topic)?.(message.value, message.node);
    else if (message.kind !== "beat" && message.kind !== "hello") this.#handle(message);
  }

  /** One that has just come does not know of this node; one that was away may have forgotten it. */
  #met(node: string): void {
    this.#say(this.#topicOf(node), { kind: "beat" });
    this.#tellHeard(node);
  }

  #tellHeard(node: string): void {
    for (const told of this.#onHeard) told(node);
  }

  #hello(): void {
    this.#say(ALL_NODES, { kind: "hello" });
  }

  #allAreThere(): void {
    const now = this.#parts.clock.now();
    for (const node of this.#heardAt.keys()) this.#heardAt.set(node, now);
  }

  /** What is known at once is said at once: said later, it might be older than what was told meanwhile. */
  #handle({ node, kind, call, value }: NodeMessage): void {
    const handler = this.#handlers.get(kind);
    if (handler === undefined) return this.#answer(node, call, { problem: `the node ${this.node} knows no "${kind}"` });
    try {
      const answer = handler(value, node);
      if (!(answer instanceof Promise)) return this.#answer(node, call, { value: answer });
      answer.then((known) => this.#answer(node, call, { value: known }))
        .catch((error: unknown) => this.#answer(node, call, { problem: messageOf(error) }));
    } catch (error) {
      this.#answer(node, call, { problem: messageOf(error) });
    }
  }

  #answer(node: string, call: number | undefined, answer: { value?: unknown; problem?: string }): void {
    if (call !== undefined) this.#say(this.#topicOf(node), { kind: "answer", call, ...answer });
  }

  #ask(topics: readonly string[], nodes: readonly string[], question: Question): Promise<Asked> {
    const { kind, value, timeoutMs, answered } = question;
    const call = ++this.#lastCall;
    const { promise, resolve } = Promise.withResolvers<Asked>();
    const asked: Asked = {
      missing: new Set(nodes),
      answered,
      problem: undefined,
      settle: () => {
        if (!this.#asked.delete(call)) return;
        cancelTimer();
        resolve(asked);
      },
    };
    this.#asked.set(call, asked);
    const cancelTimer = this.#parts.clock.setTimer(() => asked.settle(), timeoutMs);
    if (nodes.length === 0 || this.#isClosed) asked.settle();
    else for (const topic of topics) this.#say(topic, { kind, call, value });
    return promise;
  }

  #answered({ node, call = 0, value, problem }: NodeMessage): void {
    const asked = this.#asked.get(call);
    if (asked === undefined || !asked.missing.delete(node)) return;
    if (problem === undefined) asked.answered(node, value);
    else asked.problem = problem;
    if (asked.missing.size === 0) asked.settle();
  }

  #say(topic: string, message: Omit<NodeMessage, "node">, node = this.node): void {
    if (this.#isClosed) return;
    this.#parts.backplane.send(topic, { payload: JSON.stringify({ node, ...message }), from: NOBODY });
  }

  /** Two beats may be lost. Who has missed the third is gone, which is found out within the time to live. */
  #beat(): void {
    const { clock, ttlMs, backplane } = this.#parts;
    const now = clock.now();
    // What came while this node slept is heard after this: it tells nothing of the others.
    if (now - this.#lastBeatAt >= ttlMs / 2) this.#allAreThere();
    this.#lastBeatAt = now;
    this.#cancelBeat = clock.setTimer(() => {
      this.#say(ALL_NODES, { kind: "beat" });
      this.#beat();
      if (!backplane.isUp) return;
      const now = clock.now();
      for (const [node, heardAt] of this.#heardAt) if (now - heardAt >= 3 * ttlMs / 4) this.#gone(node, false);
    }, ttlMs / 4);
  }

  #gone(node: string, hasSaidGoodbye: boolean): void {
    if (!this.#heardAt.delete(node)) return;
    for (const asked of [...this.#asked.values()]) {
      asked.missing.delete(node);
      if (asked.missing.size === 0) asked.settle();
    }
    for (const told of this.#onGone) told(node, hasSaidGoodbye);
  }

  #topicOf(node: string): string {
    return `${NODE_PREFIX}node:${node}`;
  }
}

/** Undefined for what is none: whoever has access to the broker can say anything. */
function readMessage(payload: Envelope["payload"]): NodeMessage | undefined {
  if (typeof payload !== "string") return undefined;
  try {
    const message = JSON.parse(payload) as Partial<NodeMessage> | null;
    return typeof message?.node === "string" && typeof message.kind === "string" ? message as NodeMessage : undefined;
  } catch {
    return undefined; // Not of this version, or not of ours.
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
