/**
 * Presence: who is in a topic, on all nodes.
 *
 * Each node tells the others of its own members, and takes their word for theirs; a node that is not heard of any more
 * takes its members along. A member whose connection has ended stays for `presenceTtlMs`, also where its node has ended
 * with it: who is back by then, on whatever node, never left.
 *
 * @module
 */
import type { Member } from "../subprotocol/mod.ts";
import { FanOut } from "./fan_out.ts";
import type { NodeChannel, NodeClock } from "./node_channel.ts";
import { PresencePublication } from "./publication.ts";
import type { Subscriber } from "./subscriber.ts";
import { checkTopic } from "./topic.ts";
import { type Statement, TopicMembers } from "./topic_members.ts";

/** What presence is made of. */
export interface PresenceParts {
  readonly nodes: NodeChannel;
  readonly clock: NodeClock;
  readonly limits: { readonly presenceTtlMs: number; readonly maxTopicsPerPeer: number };
}

/** There is too much of it: the words say of what. */
export class PresenceLimitError extends Error {
  override readonly name = "PresenceLimitError";
}

/** How long other nodes may take to say who is there. */
const ASK_TIMEOUT_MS = 2000;
/** A topic that somebody asked for is followed for so long, as he will ask again. */
const FOLLOW_MS = 30_000;

const LONGEST_KEY = 256;
/** JSON, in UTF-16 code units. */
const LONGEST_STATE = 1024;

/** One topic that this node follows. */
interface Followed {
  readonly members: TopicMembers;
  /** What the others are asked, until they have said who is there. */
  readonly asking: Set<Promise<void>>;
  /** Connections here by the key under which they are present. */
  readonly own: Map<string, Set<Subscriber>>;
  /** Members whose last connection has ended: what calls their leaving off. */
  readonly leaving: Map<string, () => void>;
  followedUntil: number;
  cancelUnfollow: () => void;
}

type PresenceNews = { readonly set: Statement } | { readonly deleted: string };

/** Presence on one node. */
export class Presence {
  readonly #nodes: NodeChannel;
  readonly #clock: NodeClock;
  readonly #limits: PresenceParts["limits"];
  readonly #topics = new Map<string, Followed>();
  readonly #watchers = new FanOut();
  /** Under which key a subscriber is present, by topic. */
  readonly #joined = new Map<Subscriber, Map<string, string>>();
  /** Nodes that have ended, with members who may come back elsewhere: what calls their leaving off. */
  readonly #ended = new Map<string, () => void>();
  #isClosed = false;

  constructor({ nodes, clock, limits }: PresenceParts) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#limits = limits;
    nodes.handle("members", (topic) => typeof topic === "string" ? this.#ownMembers(topic) : []);
    nodes.onGone((node, hasSaidGoodbye) => this.#nodeGone(node, hasSaidGoodbye));
    nodes.onHeard((node) => this.#nodeHeard(node));
  }

  /**
   * The subscriber is present.
   *
   * @param key empty for the subscriber's id. @param state JSON.
   * @throws {TypeError} {PresenceLimitError}
   */
  join(subscriber: Subscriber, topic: string, key: string, state: string): void {
    checkTopic(topic);
    const name = key === "" ? subscriber.id : key;
    checkMember(name, state);
    if (this.#isClosed) return;
    const before = this.#joined.get(subscriber)?.get(topic);
    if (before === undefined && (this.#joined.get(subscriber)?.size ?? 0) >= this.#limits.maxTopicsPerPeer) {
      throw new PresenceLimitError(
        `a peer may be present in ${this.#limits.maxTopicsPerPeer} topics (maxTopicsPerPeer)`,
      );
    }
    if (before !== undefined && before !== name) this.leave(subscriber, topic);
    const followed = this.#follow(topic);
    entry(this.#joined, subscriber, () => new Map<string, string>()).set(topic, name);
    followed.leaving.get(name)?.();
    followed.leaving.delete(name);
    entry(followed.own, name, () => new Set<Subscriber>()).add(subscriber);
    const statement: Statement = [name, state, followed.members.nextVersion(name)];
    // The others first: who is told here may do something that comes after it.
    this.#tell(topic, { set: statement });
    followed.members.set(this.#nodes.node, statement);
  }

  /** The subscriber is present no longer. */
  leave(subscriber: Subscriber, topic: string): void {
    const joined = this.#joined.get(subscriber);
    const name = joined?.get(topic);
    if (joined === undefined || name === undefined) return;
    joined.delete(topic);
    if (joined.size === 0) this.#joined.delete(subscriber);
    if (this.#withoutHolder(subscriber, topic, name)) this.#left(topic, name);
  }

  /** The subscriber's connection has ended: it watches nothing any more, and may come back. */
  ended(subscriber: Subscriber): void {
    for (const topic of this.#watchers.topicsOf(subscriber)) this.unwatch(subscriber, topic);
    const joined = this.#joined.get(subscriber);
    if (joined === undefined) return;
    this.#joined.delete(subscriber);
    for (const [topic, name] of joined) {
      if (!this.#withoutHolder(subscriber, topic, name)) continue;
      // Under its own id nobody comes back.
      if (name === subscriber.id) this.#left(topic, name);
      else {
        const cancel = this.#clock.setTimer(() => {
          this.#topics.get(topic)?.leaving.delete(name);
          this.#left(topic, name);
        }, this.#limits.presenceTtlMs);
        this.#topics.get(topic)?.leaving.set(name, cancel);
      }
    }
  }

  /** Who is present, on all nodes. */
  list(topic: string): readonly Member[] | Promise<readonly Member[]> {
    checkTopic(topic);
    if (this.#isClosed) return [];
    const followed = this.#follow(topic);
    followed.followedUntil = this.#clock.now() + FOLLOW_MS;
    const known = knownOf(followed);
    if (known !== undefined) return known.then(() => this.#listed(topic, followed));
    return this.#listed(topic, followed);
  }

  /** The subscriber is sent what happens to the members from now on. @throws {TypeError} {PresenceLimitError} */
  watch(subscriber: Subscriber, topic: string): void | Promise<void> {
    checkTopic(topic);
    if (this.#isClosed) return;
    const watched = this.#watchers.topicsOf(subscriber);
    if (watched.size >= this.#limits.maxTopicsPerPeer && !watched.has(topic)) {
      throw new PresenceLimitError(`a peer may watch ${this.#limits.maxTopicsPerPeer} topics (maxTopicsPerPeer)`);
    }
    const followed = this.#follow(topic);
    this.#watchers.add(subscriber, topic);
    return knownOf(followed);
  }

  /** It is sent nothing more of it. */
  unwatch(subscriber: Subscriber, topic: string): void {
    if (this.#watchers.remove(subscriber, topic)) this.#unfollowLater(topic, this.#topics.get(topic));
  }

  /** Nothing is left that would call back. */
  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#ended.values()) cancel();
    this.#ended.clear();
    for (const { leaving, cancelUnfollow } of this.#topics.values()) {
      cancelUnfollow();
      for (const cancel of leaving.values()) cancel();
    }
    this.#topics.clear();
    this.#joined.clear();
  }

  #follow(topic: string): Followed {
    let followed = this.#topics.get(topic);
    if (followed !== undefined) return followed;
    followed = {
      members: new TopicMembers((type, member) => {
        this.#watchers.deliver(topic, new PresencePublication({ type, topic, member }));
      }),
      asking: new Set(),
      own: new Map(),
      leaving: new Map(),
      followedUntil: 0,
      cancelUnfollow: () => {},
    };
    this.#topics.set(topic, followed);
    const joined = this.#nodes.follow(presenceTopic(topic), (news, node) => this.#heard(topic, news, node));
    // What is told between an answer and the join would be missed.
    if (joined === undefined) this.#ask(topic, followed, this.#nodes.others);
    else this.#await(followed, joined.then(() => this.#asked(topic, followed, this.#nodes.others)));
    return followed;
  }

  /** Has others say who is there. */
  #ask(topic: string, followed: Followed, nodes: readonly string[]): void {
    if (nodes.length > 0) this.#await(followed, this.#asked(topic, followed, nodes));
  }

  #await(followed: Followed, asked: Promise<void>): void {
    const known = asked.finally(() => followed.asking.delete(known));
    followed.asking.add(known);
  }

  async #asked(topic: string, followed: Followed, nodes: readonly string[]): Promise<void> {
    if (this.#topics.get(topic) !== followed || nodes.length === 0) return;
    const missing = await this.#nodes.askSome(nodes, {
      kind: "members",
      value: topic,
      timeoutMs: ASK_TIMEOUT_MS,
      answered: (node, statements) => {
        if (this.#topics.get(topic) === followed) followed.members.replace(node, readStatements(statements));
      },
    });
    // Nobody waits any longer, but it is asked until it answers, or is gone.
    const silent = this.#nodes.others.filter((node) => missing.includes(node));
    if (this.#topics.get(topic) === followed && silent.length > 0) void this.#asked(topic, followed, silent);
  }

  #heard(topic: string, news: unknown, node: string): void {
    const members = this.#topics.get(topic)?.members;
    if (members === undefined || typeof news !== "object" || news === null) return;
    const { set, deleted } = news as { readonly set?: unknown; readonly deleted?: unknown };
    for (const statement of readStatements([set])) members.set(node, statement);
    if (typeof deleted === "string") members.delete(node, deleted);
  }

  #nodeGone(node: string, hasSaidGoodbye: boolean): void {
    if (!hasSaidGoodbye || this.#isClosed) return this.#forget(node);
    this.#ended.set(node, this.#clock.setTimer(() => this.#forget(node), this.#limits.presenceTtlMs));
  }

  #forget(node: string): void {
    this.#ended.delete(node);
    for (const { members } of this.#topics.values()) members.replace(node, []);
  }

  /** What it has said before is not known. */
  #nodeHeard(node: string): void {
    this.#ended.get(node)?.();
    this.#ended.delete(node);
    for (const [topic, followed] of this.#topics) this.#ask(topic, followed, [node]);
  }

  #ownMembers(topic: string): readonly Statement[] {
    return this.#topics.get(topic)?.members.ofNode(this.#nodes.node) ?? [];
  }

  #listed(topic: string, followed: Followed): readonly Member[] {
    const members = followed.members.list();
    this.#unfollowLater(topic, followed);
    return members;
  }

  /** @returns true when it was the last under this key. */
  #withoutHolder(subscriber: Subscriber, topic: string, name: string): boolean {
    const holders = this.#topics.get(topic)?.own.get(name);
    if (holders === undefined) return false;
    holders.delete(subscriber);
    return holders.size === 0;
  }

  #left(topic: string, name: string): void {
    const followed = this.#topics.get(topic);
    if (followed === undefined) return;
    followed.own.delete(name);
    this.#tell(topic, { deleted: name });
    followed.members.delete(this.#nodes.node, name);
    this.#unfollowLater(topic, followed);
  }

  /** A topic that nobody here has to do with is not followed for long. */
  #unfollowLater(topic: string, followed: Followed | undefined): void {
    if (followed === undefined || this.#topics.get(topic) !== followed) return;
    followed.cancelUnfollow();
    followed.cancelUnfollow = () => {};
    if (followed.own.size > 0 || this.#watchers.subscriberCount(topic) > 0) return;
    const waitMs = followed.followedUntil - this.#clock.now();
    if (waitMs > 0 && this.#nodes.others.length > 0) {
      followed.cancelUnfollow = this.#clock.setTimer(() => this.#unfollowLater(topic, followed), waitMs);
      return;
    }
    this.#topics.delete(topic);
    this.#nodes.unfollow(presenceTopic(topic));
  }

  #tell(topic: string, news: PresenceNews): void {
    this.#nodes.tell(presenceTopic(topic), news);
  }
}

function presenceTopic(topic: string): string {
  return `presence:${topic}`;
}

function checkMember(key: string, state: string): void {
  if (key.length === 0 || key.length > LONGEST_KEY) {
    throw new TypeError(`the key of a member has 1 to ${LONGEST_KEY} characters, not ${key.length}`);
  }
  if (state.length > LONGEST_STATE) {
    throw new TypeError(`the state of a member is at most ${LONGEST_STATE} characters of JSON, not ${state.length}`);
  }
  if (!isJson(state)) throw new TypeError("the state of a member is JSON");
}

/** Resolves when all that were asked have answered; undefined when nobody has to be waited for. */
function knownOf({ asking }: Followed): Promise<void> | undefined {
  return asking.size === 0 ? undefined : Promise.all(asking).then(() => {});
}

/** What another node says, as far as it makes sense. */
function readStatements(value: unknown): readonly Statement[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((statement: unknown): Statement[] => {
    if (!Array.isArray(statement)) return [];
    const [key, state, version] = statement as unknown[];
    const isOne = typeof key === "string" && typeof state === "string" && typeof version === "number" && isJson(state);
    return isOne ? [[key, state, version]] : [];
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = create());
  return value;
}
