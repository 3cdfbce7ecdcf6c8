/**
 * Who is present in one topic: by key, and by the nodes that say so.
 *
 * @module
 */
import type { Member, PresenceEvent } from "../subprotocol/mod.ts";

/** Told of each change. */
export type MemberListener = (type: PresenceEvent["type"], member: Member) => void;

/** What a node says of one member. */
export type Statement = readonly [
  key: string,
  /** JSON. */
  state: string,
  /** Above that of all statements of this key that the node knew of: the highest is the latest. */
  version: number,
];

interface Said {
  readonly state: string;
  readonly version: number;
}

interface Known {
  /** What was said last by those who say something. */
  state: string;
  readonly nodes: Map<string, Said>;
}

/**
 * The members of one topic. A member is there while one node says so. Its state is what was said last: whoever knows what
 * the nodes say knows the same, in whatever order it heard them.
 */
export class TopicMembers {
  readonly #listener: MemberListener;
  readonly #members = new Map<string, Known>();

  constructor(listener: MemberListener) {
    this.#listener = listener;
  }

  get size(): number {
    return this.#members.size;
  }

  /** All of them, in the order in which they came. */
  list(): readonly Member[] {
    return [...this.#members].map(([key, { state }]) => memberOf(key, state));
  }

  /** What one node says. */
  ofNode(node: string): readonly Statement[] {
    return [...this.#members].flatMap(([key, { nodes }]): Statement[] => {
      const said = nodes.get(node);
      return said === undefined ? [] : [[key, said.state, said.version]];
    });
  }

  /** A version for what is said of a member now. */
  nextVersion(key: string): number {
    let highest = 0;
    for (const { version } of this.#members.get(key)?.nodes.values() ?? []) highest = Math.max(highest, version);
    return highest + 1;
  }

  /** A node says that a member is there. */
  set(node: string, [key, state, version]: Statement): void {
    const said = { state, version };
    const known = this.#members.get(key);
    if (known === undefined) {
      this.#members.set(key, { state, nodes: new Map([[node, said]]) });
      return this.#listener("join", memberOf(key, state));
    }
    known.nodes.set(node, said);
    this.#decide(key, known);
  }

  /** A node says that a member is there no more. */
  delete(node: string, key: string): void {
    const known = this.#members.get(key);
    if (known === undefined || !known.nodes.delete(node)) return;
    if (known.nodes.size > 0) return this.#decide(key, known);
    this.#members.delete(key);
    this.#listener("leave", memberOf(key, known.state));
  }

  /** A node says which members there are: those that it says nothing of are there no more. */
  replace(node: string, statements: readonly Statement[]): void {
    const keys = new Set(statements.map(([key]) => key));
    for (const [key] of this.ofNode(node)) if (!keys.has(key)) this.delete(node, key);
    for (const statement of statements) this.set(node, statement);
  }

  #decide(key: string, known: Known): void {
    const state = latest(known.nodes);
    if (state === known.state) return;
    known.state = state;
    this.#listener("update", memberOf(key, state));
  }
}

/** Of two that were said at the same time that of the node whose name is greater, so that all take the same. */
function latest(nodes: ReadonlyMap<string, Said>): string {
  let best: { readonly node: string } & Said | undefined;
  for (const [node, said] of nodes) {
    const isLater = best === undefined || said.version > best.version ||
      (said.version === best.version && node > best.node);
    if (isLater) best = { node, ...said };
  }
  return best?.state ?? "null";
}

function memberOf(key: string, state: string): Member {
  return { key, state: JSON.parse(state) };
}
