/**
 * What is left of a peer for the code that has lost it.
 *
 * @module
 */
import type { TransportName } from "../route/mod.ts";
import type { PeerCommands, RequestRecord, TopicCommands } from "../route/table.ts";

/** Nothing is done, and who waits for it waits no longer. */
const NO_TOPICS: TopicCommands = {
  names: new Set(),
  subscribe: () => ({ recovered: false }),
  unsubscribe() {},
  publish() {},
  join() {},
  leave() {},
  members: () => [],
  watch() {},
  unwatch() {},
};

/** Knows what the peer was, and does nothing more: it belongs to other code now. */
export class RevokedCommands implements PeerCommands {
  readonly id: string;
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  readonly subprotocol: string;
  readonly transport: TransportName;
  readonly highWaterBytes: number;
  readonly bufferedAmount = 0;
  readonly topics = NO_TOPICS;
  /** As it was. What is written here nobody else sees. */
  context: unknown;

  constructor(commands: PeerCommands) {
    this.id = commands.id;
    this.request = commands.request;
    this.params = commands.params;
    this.subprotocol = commands.subprotocol;
    this.transport = commands.transport;
    this.highWaterBytes = commands.highWaterBytes;
    this.context = commands.context;
  }

  send(): boolean {
    return false;
  }

  forward(): boolean {
    return false;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  ping(): void {}
  close(): void {}
  terminate(): void {}
  reply(): void {}
  fail(): void {}
  giveBack(): void {}
}
