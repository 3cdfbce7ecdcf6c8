/**
 * The border between the HTTP exchange and what it belongs to. Types only.
 *
 * @module
 */
import type { HttpError, RequestHead } from "../http/mod.ts";
import type { UpgradeDecision } from "../route/table.ts";
import type { Connection } from "./connection.ts";
import type { GatewayCounts } from "./gateway_counts.ts";
import type { HttpExchange } from "./http_exchange.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import type { GatewayOptions } from "./option_table.ts";
import type { TimerWheel } from "./timer_wheel.ts";
import type { Transport } from "./transport.ts";
import type { Turn } from "./turn.ts";

/** What is to be done with a request, decided on its head. */
export type Decision =
  | {
    readonly kind: "http";
    /** The pattern of the route that answers; undefined where none does. */
    readonly route?: string;
    /** It takes the time that it needs, and says so itself: none of the limits of route code is for it. */
    readonly isHeld?: true;
    /** Told how many bytes the answer came to, its head included. */
    written?(byteLength: number): void;
    /** Told when the client has gone before its request was whole. */
    dropped?(): void;
    /** Makes the response; never rejects. The signal tells when nobody waits for it any more. */
    answer(body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Response>;
  }
  | UpgradeRequest;

/** A valid opening handshake. */
export interface UpgradeRequest {
  readonly kind: "websocket";
  /** True when the route has a say. */
  readonly isAsked: boolean;
  /** Asks the route; never throws or rejects. */
  ask(signal: AbortSignal): UpgradeDecision | Promise<UpgradeDecision>;
  /**
   * What becomes of it; a `Response` refuses. Called at the moment it takes effect, because while the route was asked
   * the last place may have been taken. Never throws.
   *
   * @param decision the route's; `undefined` where it was not asked.
   */
  settle(decision: UpgradeDecision | undefined): Acceptance | Response;
}

/** A handshake that succeeded. */
export interface Acceptance {
  /** The 101. */
  readonly response: Uint8Array;
  /** Makes the connection, which takes the transport over when it is opened. */
  connect(transport: Transport): Connection;
}

/** What the exchange needs of the gateway. */
export interface ExchangeHost {
  readonly options: GatewayOptions;
  readonly turn: Turn;
  readonly wheel: TimerWheel;
  readonly memory: MemoryBudget;
  readonly counts: GatewayCounts;
  /** True while the server is going away: each answer is then the last on its connection. */
  readonly isDraining: boolean;
  /** The Date field's value now. */
  readonly date: string;
  /** @throws {HttpError} to refuse. */
  decide(head: RequestHead, remoteAddress: string): Decision;
  /** What a route answered cannot be sent. */
  failed(error: unknown, head: RequestHead, remoteAddress: string): void;
  /** A request was refused. */
  refused(error: HttpError, head: RequestHead | undefined, remoteAddress: string): void;
  /** Nothing is left of the exchange: the transport is gone, or a connection has it. */
  left(exchange: HttpExchange): void;
}
