/**
 * The parent's side of the workers' backplane: who has joined what, and the one store of histories.
 *
 * A publication goes to the workers that joined its topic, as it came. What a worker does not read waits up to a bound:
 * beyond it publications without history are dropped and counted. Those of a topic with history are left out, and the worker
 * gets them from the history when it reads again; what is gone from there by then, it is told that it has missed.
 *
 * @module
 */
import type { HistoryRule, HistoryStore, Replay } from "../pubsub/mod.ts";
import { decodeValue, type TakeRecord } from "../runtime/mod.ts";
import type { ReadValue, ResetValue } from "./backplane_values.ts";
import type { Link } from "./link.ts";
import { envelopeOf, PREFIX_BYTES, putStored, ruleAt, setOffset, topicOf } from "./publication_record.ts";
import { DOWN, HISTORY_FLAG, UP } from "./wire.ts";
import { readTopic, wireTopic } from "./wire_topic.ts";

/** What the host needs of a link to a worker. */
export type HostLink = Pick<Link, "isOpen" | "unsentBytes" | "writer" | "call" | "answer" | "fail" | "settle">;

/** What the host is made of. */
export interface BackplaneHostParts {
  readonly store: HistoryStore;
  readonly clock: { setTimer(callback: () => void, delayMs: number): () => void };
  /** With more than this waiting for one worker its publications are dropped. */
  readonly maxUnsentBytes?: number;
}

/** More than this for one worker is not kept. */
export const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

/**
 * Who joins a topic waits until the others know of it, so that nothing they publish from then on is left out; a worker that
 * does not come to it is not waited for longer than this.
 */
export const WANTED_TIMEOUT_MS = 1_000;

/** What a worker was not sent of a topic, as it does not read. */
interface Gap {
  readonly rule: HistoryRule;
  /** Offsets. */
  sentUpTo: number;
  leftOutUpTo: number;
  isFilling: boolean;
}

/** Joins the workers' hubs. */
export class BackplaneHost {
  readonly #parts: BackplaneHostParts;
  readonly #maxUnsentBytes: number;
  readonly #nodes = new Set<BackplaneNode>();
  /** Nodes by the topics that they joined. */
  readonly #joined = new Map<string, Set<BackplaneNode>>();
  #dropped = 0;

  constructor(parts: BackplaneHostParts) {
    this.#parts = parts;
    this.#maxUnsentBytes = parts.maxUnsentBytes ?? MAX_UNSENT_BYTES;
  }

  /** Publications that were dropped since the start, because a worker did not read, or could not send. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Number of topics that a worker has joined. */
  get topicCount(): number {
    return this.#joined.size;
  }

  /** A worker is there, and is told what the others want. */
  attach(link: HostLink): BackplaneNode {
    const node = new BackplaneNode(this, link);
    for (const topic of this.#joined.keys()) void this.#want(node, topic);
    this.#nodes.add(node);
    return node;
  }

  /** A worker is gone, and so is all that it joined; the others are told at once. */
  detach(node: BackplaneNode): void {
    this.#nodes.delete(node);
    for (const topic of [...node.topics]) this.leave(node, topic);
    if (node.name === undefined) return;
    for (const { link } of this.#nodes) link.writer.putValue(DOWN.ENDED, 0, 0, node.name);
  }

  /** Resolves when the others know of it. */
  async join(node: BackplaneNode, topic: string, hasHistory: boolean): Promise<void> {
    let nodes = this.#joined.get(topic);
    if (nodes === undefined) this.#joined.set(topic, nodes = new Set());
    nodes.add(node);
    node.topics.add(topic);
    const told: Promise<void>[] = [];
    for (const other of this.#nodes) {
      if (other === node) continue;
      const telling = other.wanted.has(topic) ? other.wanted.get(topic) : this.#want(other, topic);
      if (telling !== undefined) told.push(telling);
    }
    // Of a topic with history everything comes by here.
    if (!hasHistory && told.length > 0) await this.#inTime(Promise.all(told));
  }

  leave(node: BackplaneNode, topic: string): void {
    node.topics.delete(topic);
    node.gaps.delete(topic);
    const nodes = this.#joined.get(topic);
    if (nodes?.delete(node) !== true) return;
    if (nodes.size === 0) this.#joined.delete(topic);
    for (const other of this.#nodes) {
      const isAlone = nodes.size === 0 || (nodes.size === 1 && nodes.has(other));
      if (isAlone && other.wanted.delete(topic)) other.link.writer.putText(DOWN.UNWANTED, 0, 0, wireTopic(topic));
    }
  }

  /** From one worker to the others. */
  relay(sender: BackplaneNode, flags: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    for (const node of this.#joined.get(topicOf(bytes, start, end)) ?? []) {
      if (node === sender) continue;
      if (this.#isFull(node)) this.#dropped++;
      else node.link.writer.put(DOWN.MESSAGE, flags, 0, bytes, start, end);
    }
  }

  /** Stores, and then tells all. @param record what was sent, which is the host's from now on. */
  append(record: Uint8Array<ArrayBuffer>, flags: number): number | Promise<number> {
    const topic = topicOf(record, PREFIX_BYTES, record.length);
    const rule = ruleAt(record, 0);
    const stored = (offset: number): number => {
      setOffset(record, offset);
      for (const node of this.#joined.get(topic) ?? []) this.#deliver(node, topic, { rule, offset }, flags, record);
      return offset;
    };
    const envelope = envelopeOf(record, PREFIX_BYTES, record.length, flags);
    const offset = this.#parts.store.append(topic, rule, envelope);
    return typeof offset === "number" ? stored(offset) : offset.then(stored);
  }

  read({ topic, rule, request }: ReadValue): unknown {
    return this.#parts.store.read(topic, rule, request);
  }

  /** A worker had so many publications that it could not send. */
  addDropped(count: number): void {
    this.#dropped += count;
  }

  /** The worker reads again: it gets what was left out. */
  mend(node: BackplaneNode): void {
    if (node.gaps.size === 0 || node.link.unsentBytes > this.#maxUnsentBytes / 2) return;
    for (const [topic, gap] of node.gaps) if (!gap.isFilling) void this.#fill(node, topic, gap);
  }

  async #fill(node: BackplaneNode, topic: string, gap: Gap): Promise<void> {
    gap.isFilling = true;
    const { store } = this.#parts;
    try {
      const { position: { epoch } } = await store.read(topic, gap.rule, {});
      for (let isBehind = true; isBehind;) {
        const since = { epoch, offset: gap.sentUpTo };
        const replay = await store.read(topic, gap.rule, { since });
        if (node.gaps.get(topic) !== gap || !node.link.isOpen) return;
        this.#putReplay(node, topic, replay);
        const { offset } = replay.position;
        // What has been stored since it was read was left out, too.
        isBehind = offset > gap.sentUpTo && offset < gap.leftOutUpTo;
        gap.sentUpTo = offset;
      }
      node.gaps.delete(topic);
    } catch {
      // The store cannot be asked: it is tried again with the next batch.
      gap.isFilling = false;
    }
  }

  #putReplay({ link: { writer } }: BackplaneNode, topic: string, { isRecovered, envelopes, position }: Replay): void {
    if (isRecovered) { for (const envelope of envelopes) putStored(writer, DOWN.STORED, topic, envelope); }
    else writer.putValue(DOWN.RESET, 0, 0, { topic, position } satisfies ResetValue);
  }

  #deliver(
    node: BackplaneNode,
    topic: string,
    { rule, offset }: { readonly rule: HistoryRule; readonly offset: number },
    flags: number,
    record: Uint8Array<ArrayBuffer>,
  ): void {
    const gap = node.gaps.get(topic);
    if (gap !== undefined) gap.leftOutUpTo = offset;
    else if (!this.#isFull(node)) node.link.writer.put(DOWN.STORED, flags, 0, record, 0, record.length);
    else node.gaps.set(topic, { rule, sentUpTo: offset - 1, leftOutUpTo: offset, isFilling: false });
  }

  #isFull(node: BackplaneNode): boolean {
    return node.link.unsentBytes > this.#maxUnsentBytes;
  }

  /** Resolves when the worker knows; one that ends meanwhile publishes nothing any more. */
  #want(node: BackplaneNode, topic: string): Promise<void> {
    const telling = node.link.call((writer, id) => writer.putText(DOWN.WANTED, 0, id, wireTopic(topic))).then(
      () => {},
      () => {},
    )
      .then(() => {
        if (node.wanted.get(topic) === telling) node.wanted.set(topic, undefined);
      });
    node.wanted.set(topic, telling);
    return telling;
  }

  async #inTime(told: Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#parts.clock.setTimer(resolve, WANTED_TIMEOUT_MS);
    await Promise.race([told, promise]);
    cancel();
  }
}

function numberAt(bytes: Uint8Array, start: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(start, true);
}

/** One worker, as the host knows it. */
export class BackplaneNode {
  readonly link: HostLink;
  /** What it is called among nodes, once it has said so. */
  name: string | undefined;
  readonly topics = new Set<string>();
  /** Topics that it was told another worker has joined, and until it has answered that it knows, the answer. */
  readonly wanted = new Map<string, Promise<void> | undefined>();
  /** Topics with history of which something was left out. */
  readonly gaps = new Map<string, Gap>();
  readonly #host: BackplaneHost;

  constructor(host: BackplaneHost, link: HostLink) {
    this.#host = host;
    this.link = link;
  }

  /** Takes a record of the worker. */
  readonly take: TakeRecord = (kind, flags, id, bytes, start, end) => {
    switch (kind) {
      case UP.JOIN: {
        const topic = readTopic(bytes, start, end);
        return this.link.settle(id, () => this.#host.join(this, topic, (flags & HISTORY_FLAG) !== 0));
      }
      case UP.LEAVE:
        return this.#host.leave(this, readTopic(bytes, start, end));
      case UP.SEND:
        return this.#host.relay(this, flags, bytes, start, end);
      case UP.APPEND: {
        const record = bytes.slice(start, end);
        return this.link.settle(id, () => this.#host.append(record, flags));
      }
      case UP.NODE:
        this.name = decodeValue(bytes, start, end) as string;
        return;
      case UP.DROPPED:
        return this.#host.addDropped(numberAt(bytes, start));
      case UP.READ: {
        const question = decodeValue(bytes, start, end) as ReadValue;
        return this.link.settle(id, () => this.#host.read(question));
      }
    }
  };
}
