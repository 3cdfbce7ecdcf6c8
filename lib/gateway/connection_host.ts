/**
 * What a connection is given: the gateway's side of it, and what was agreed on in the handshake.
 *
 * @module
 */
import type { ViolationName } from "../frame/mod.ts";
import type { Hub } from "../pubsub/mod.ts";
import type { RequestRecord, RouteEntry } from "../route/table.ts";
import type { Connection } from "./connection.ts";
import type { DeflateContract } from "./deflate_contract.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import type { ConnectionOptions } from "./options.ts";
import type { TimerWheel } from "./timer_wheel.ts";
import type { Turn } from "./turn.ts";

/** What a connection needs of the gateway it belongs to. */
export interface ConnectionHost {
  readonly turn: Turn;
  readonly wheel: TimerWheel;
  readonly hub: Hub;
  readonly memory: MemoryBudget;
  /** The transport is gone and nothing is left of the connection but, perhaps, a pending handler. */
  removed(connection: Connection): void;
  /** No handler of a removed connection is pending any more. */
  finished(connection: Connection): void;
  /** A fault of the peer, for logs and counters. */
  violated(connection: Connection, violation: ViolationName): void;
}

/** What was agreed on in the handshake. */
export interface ConnectionOpening {
  readonly entry: RouteEntry;
  readonly options: ConnectionOptions;
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  readonly subprotocol: string;
  readonly context: unknown;
  /** Where compression was agreed on. */
  readonly deflate: DeflateContract | undefined;
}
