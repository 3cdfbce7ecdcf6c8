/**
 * A backplane in a test's hands, and what it has told.
 *
 * @module
 */
import type { Backplane, Envelope } from "../../lib/pubsub/mod.ts";
import type { Position } from "../../lib/subprotocol/mod.ts";

/** One thing that was told of a topic. */
export type Told =
  | { readonly kind: "message"; readonly envelope: Envelope; readonly offset: number | undefined }
  | { readonly kind: "reset"; readonly position: Position };

/** So long a test waits for what should come at once. */
const DEADLINE_MS = 15_000;

/** One node. Disposing of it closes its backplane. */
export class BackplaneNode implements AsyncDisposable {
  readonly backplane: Backplane;
  /** What `onState` has said. */
  readonly states: boolean[] = [];
  readonly #told = new Map<string, Told[]>();
  readonly #watchers = new Set<() => void>();

  constructor(backplane: Backplane) {
    this.backplane = backplane;
  }

  async open(): Promise<this> {
    await this.backplane.open({
      onMessage: (topic, envelope, offset) => this.#note(topic, { kind: "message", envelope, offset }),
      onReset: (topic, position) => this.#note(topic, { kind: "reset", position }),
      onState: (isUp) => {
        this.states.push(isUp);
        this.#look();
      },
    });
    return this;
  }

  /** What was told of a topic, in order. */
  told(topic: string): readonly Told[] {
    return this.#told.get(topic) ?? [];
  }

  /** The payloads of a topic, in order. */
  payloads(topic: string): ReadonlyArray<Envelope["payload"]> {
    return this.messages(topic).map(({ envelope }) => envelope.payload);
  }

  messages(topic: string): ReadonlyArray<Told & { readonly kind: "message" }> {
    return this.told(topic).filter((each) => each.kind === "message");
  }

  resets(topic: string): readonly Position[] {
    return this.told(topic).flatMap((each) => each.kind === "reset" ? [each.position] : []);
  }

  /** Resolves as soon as this holds, which is looked at whenever something was told. */
  until(isMet: () => boolean, what: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watcher = () => {
      if (isMet()) resolve();
    };
    // deadline: it never comes to that
    const deadline = setTimeout(() => reject(new Error(`it never came to this: ${what}`)), DEADLINE_MS);
    this.#watchers.add(watcher);
    watcher();
    return promise.finally(() => {
      clearTimeout(deadline);
      this.#watchers.delete(watcher);
    });
  }

  /** Resolves when so many messages of a topic were told. */
  async count(topic: string, count: number): Promise<void> {
    try {
      await this.until(() => this.messages(topic).length >= count, "");
    } catch {
      throw new Error(`${this.messages(topic).length} of ${count} messages of ${JSON.stringify(topic)} were told`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.backplane.close();
  }

  #note(topic: string, told: Told): void {
    const known = this.#told.get(topic);
    if (known === undefined) this.#told.set(topic, [told]);
    else known.push(told);
    this.#look();
  }

  #look(): void {
    for (const look of [...this.#watchers]) look();
  }
}

/** Opens so many nodes. Disposing of what it returns closes them. */
export async function openNodes(node: () => Backplane, count: number): Promise<BackplaneNodes> {
  const nodes = Array.from({ length: count }, () => new BackplaneNode(node()));
  await Promise.all(nodes.map((each) => each.open()));
  return Object.assign(nodes, {
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((each) => each.backplane.close()));
    },
  });
}

/** Nodes in a row. */
export type BackplaneNodes = readonly BackplaneNode[] & AsyncDisposable;
