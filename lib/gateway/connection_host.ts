/**
 * What a connection is given, the gateway's side of it and what was agreed on in the handshake; and what it is to whom.
 *
 * @module
 */
import type { ViolationName } from "../frame/mod.ts";
import type { ProtocolEvents, ServerProtocol } from "../protocol/mod.ts";
import type { Hub, Subscriber } from "../pubsub/mod.ts";
import type { Admission } from "../route/mod.ts";
import type { PeerCommands, RequestRecord, RouteEntry } from "../route/table.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionTopics } from "./connection_topics.ts";
import type { DeflateContract } from "./deflate_contract.ts";
import type { GatewayCounts } from "./gateway_counts.ts";
import type { Movable } from "./hand_over.ts";
import type { QueueEvents } from "./handler_queue.ts";
import type { Inspection } from "./inspection.ts";
import type { MemoryBudget, MemoryHolder } from "./memory_budget.ts";
import type { ConnectionOptions } from "./options.ts";
import type { Seated } from "./roster.ts";
import type { TimerEntry, TimerWheel } from "./timer_wheel.ts";
import type { Transport, TransportEvents } from "./transport.ts";
import type { Turn } from "./turn.ts";

/** What a connection needs of the gateway it belongs to. */
export interface ConnectionHost {
  readonly turn: Turn;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly hub: Hub;
  readonly memory: MemoryBudget;
  readonly counts: GatewayCounts;
  /** The transport is gone and nothing is left of the connection but, perhaps, a pending handler. */
  removed(connection: Connection): void;
  /** No handler of a removed connection is pending any more. */
  finished(connection: Connection): void;
  /** Asked who is to be told by the transport of a connection that opens. */
  readonly inspection?: Inspection | undefined;
  /** A fault of the peer, for logs and counters. */
  violated(connection: Connection, violation: ViolationName): void;
}

/** What a connection is to those it works with. */
export interface ConnectionRoles
  extends
    TransportEvents,
    ProtocolEvents,
    QueueEvents,
    PeerCommands,
    Subscriber,
    TimerEntry,
    Seated,
    MemoryHolder,
    Movable {
  readonly topics: ConnectionTopics;
  /** Messages that were taken for sending, publications among them. */
  readonly sentMessages: number;
}

/** What is on either side of a connection's protocol, for whoever watches it. */
export interface ConnectionEnds {
  readonly transport: Transport;
  readonly protocol: ServerProtocol;
  readonly options: ConnectionOptions;
}

/** What was agreed on in the handshake. */
export interface ConnectionOpening {
  readonly entry: RouteEntry;
  readonly options: ConnectionOptions;
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  readonly subprotocol: string;
  readonly context: unknown;
  /** The token that came with the handshake. */
  readonly token: string | undefined;
  /** The route has let it in, without a token that `authenticate` is to see. */
  readonly admission: Admission | undefined;
  /** The route refused it, which the client is to learn by a close code. */
  readonly refusedFor: ViolationName | undefined;
  /** Where compression was agreed on. */
  readonly deflate: DeflateContract | undefined;
}
