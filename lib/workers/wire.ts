/**
 * What the parent and its workers say to each other: the kinds of records, and what their values are.
 *
 * The records are those of `lib/runtime` (kind, flags, id, payload); a call has an id above 0, and is answered by ANSWER or
 * FAILURE with the same one.
 *
 * @module
 */
import type { GatewayOptions } from "../gateway/mod.ts";
import type { ReplayedDeployment } from "./replayed_deployment.ts";

/** Both ways. */
export const BOTH = {
  /** The result of a call, as a value. */
  ANSWER: 1,
  /** The call failed: a value, {@linkcode FailureValue}. */
  FAILURE: 2,
} as const;

/** From the parent to a worker. */
export const DOWN = {
  /** Serve: a value, {@linkcode WorkerBoot}. Answered by READY or UNFIT. */
  BOOT: 8,
  /** Go away in good order. */
  DRAIN: 9,
  /** A call: an admin request, {@linkcode AdminAsk}. */
  ASK: 10,
  /** A call: take over what is in the routes folder, {@linkcode ReloadAsk}. */
  RELOAD: 11,
  /** A call: the reload before was in vain elsewhere; go back to what served. */
  RELOAD_BACK: 12,
  /** A call: the worker's metrics. Answered with their text. */
  METRICS: 13,
  /** A publication of a topic without history, of another worker. */
  MESSAGE: 16,
  /** A publication of a topic with history: its offset, and the same. */
  STORED: 17,
  /** Publications were lost to this worker: a value, `ResetValue`. */
  RESET: 18,
  /** A call: another worker has joined this topic. */
  WANTED: 19,
  /** No other worker has it any more. */
  UNWANTED: 20,
  /** Another worker has ended: what its node was called, as a value. */
  ENDED: 21,
} as const;

/** From a worker to the parent. */
export const UP = {
  /** It listens: a value, {@linkcode WorkerReady}. */
  READY: 8,
  /** It cannot start: a value, {@linkcode UnfitValue}. */
  UNFIT: 9,
  /** The deployments it has: a value, `ReplayedDeployment` each. */
  JOURNAL: 10,
  /** A call: whether code can be loaded, tried where nothing depends on it. The code. */
  REHEARSE: 11,
  /** This deployment is about to serve, after a start: its name. A call. */
  BEGIN: 12,
  /** A call: the metrics of all. Answered with their text. */
  METRICS: 13,
  /** A call: this topic's publications are for this worker. Flags: 1 when the topic has a history. */
  JOIN: 16,
  /** No more of this topic. */
  LEAVE: 17,
  /** A publication for the other workers. */
  SEND: 18,
  /** A call: the rule of a topic's history, and a publication to store. Answered with the offset. */
  APPEND: 19,
  /** A call: a value, `ReadValue`. Answered with a `Replay`. */
  READ: 20,
  /** So many publications more could not be sent: a number. */
  DROPPED: 21,
  /** What the worker's node is called, as a value. */
  NODE: 22,
} as const;

/** Flag of JOIN. */
export const HISTORY_FLAG = 1;

/** Longest payload of a record: both sides are one program, and a deployment may be large. */
export const MAX_LINK_RECORD_BYTES = 2 ** 31 - 1;

/** Why a call failed. */
export interface FailureValue {
  readonly message: string;
}

/** What a worker is to serve, and how. */
export interface WorkerBoot {
  /** From 1. */
  readonly number: number;
  readonly options: GatewayOptions;
  /** What the other workers have; none: begin with the routes folder. */
  readonly deployments: readonly ReplayedDeployment[];
  /** Name of a stored deployment with which the server has ended. */
  readonly crashed?: string;
  /** The canary of the others, and for which share of the peers it is. */
  readonly canary?: { readonly name: string; readonly share: number };
  /** Version of the routes folder that the others serve. */
  readonly version?: string;
}

/** Where a worker listens, and what is there: for the words at the start. */
export interface WorkerReady {
  readonly port: number;
  readonly transport: string;
  /** The route table, for a terminal; empty without routes. */
  readonly routes: string;
  readonly plugins: readonly string[];
}

/** Why a worker cannot start, and with what code a server ends then. */
export interface UnfitValue {
  readonly message: string;
  readonly code: number;
}

/** An admin request, with what of its head counts. */
export interface AdminAsk {
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyArray<readonly [string, string]>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** An answer to it. */
export interface AdminAnswer {
  readonly status: number;
  readonly headers: ReadonlyArray<readonly [string, string]>;
  readonly body: string;
}

/** Which version of the routes folder, and by which rules. */
export interface ReloadAsk {
  readonly version: string;
}
