/**
 * What records carry as values. Types only.
 *
 * @module
 */
import type { CloseInfo, ResumeReason, SubscribeOptions, TransportName } from "../../route/mod.ts";
import type { RequestRecord, RouteDescriptor, UpgradeDecision } from "../../route/table.ts";
import type { ErrorRecord } from "./value.ts";

/** Which code to load, and how. */
export interface Boot {
  readonly code: Code;
  /** What `peer.deployment` says. */
  readonly deployment: string;
  readonly isDevelopment: boolean;
}

/** Where the code is. */
export type Code =
  /** A folder of route files, of which these are meant; all without `files`. */
  | { readonly kind: "folder"; readonly folder: string; readonly version?: string; readonly files?: readonly string[] }
  /** A module that imports nothing but `node:` and exports `routes`, in JavaScript; of them these files' are meant. */
  | { readonly kind: "module"; readonly source: string; readonly files?: readonly string[] };

/** What READY says. */
export interface Ready {
  readonly descriptors: readonly RouteDescriptor[];
  /** What the code says of itself, if it does. */
  readonly manifest?: unknown;
}

/** A connection at a route. */
export interface PeerOpening {
  readonly route: number;
  readonly peer: string;
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  readonly subprotocol: string;
  readonly transport: TransportName;
  readonly bufferedAmount: number;
  readonly highWaterBytes: number;
  readonly context?: unknown;
  readonly topics: readonly string[];
}

export interface UpgradeCall {
  readonly route: number;
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  readonly subprotocols: readonly string[];
}

/** A `Response` without its body, which follows in parts where there is one. */
export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: ReadonlyArray<readonly [string, string]>;
  readonly hasBody: boolean;
}

export type UpgradeResult =
  | Extract<UpgradeDecision, { readonly accept: true }>
  | { readonly accept: false; readonly response: ResponseHead };

export interface ExchangeCall {
  readonly route: number;
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyArray<readonly [string, string]>;
  /** The body follows the value. */
  readonly hasBody: boolean;
  readonly params: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
}

export interface CloseCall {
  readonly call: number;
  readonly info: CloseInfo;
}

/** HALT and SUSPEND. */
export interface PeerCall {
  readonly call: number;
}

export interface ResumeCall {
  readonly call: number;
  readonly state?: unknown;
  readonly reason: ResumeReason;
}

/** SUBSCRIBE and AUTHENTICATE, down: the topic, or the token. */
export interface QuestionCall {
  readonly call: number;
  readonly text: string;
}

/** SUBSCRIBE, up. */
export interface SubscribeCall extends TopicCall {
  readonly options?: SubscribeOptions;
}

export interface JoinCall extends TopicCall {
  readonly key: string;
  /** JSON. */
  readonly state: string;
}

/** MEMBERS and WATCH. */
export interface TopicCall {
  readonly call: number;
  readonly topic: string;
}

export interface LogLine {
  readonly level: "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The field `error`, if there is one. */
  readonly error?: ErrorRecord;
}
