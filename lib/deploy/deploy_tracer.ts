/**
 * The border between deployments and what makes spans of them, and what stands there when nothing does.
 *
 * @module
 */
import type { DeploymentState } from "./deployment.ts";

/** Makes spans of what is done to deployments. */
export interface DeployTracer {
  /** Does it in a span of its own, which its log lines belong to; what it throws ends the span as a failure. */
  operation<Result>(name: OperationName, work: () => Promise<Result>): Promise<Result>;
  /**
   * Does a step of the operation under way, in a span below that of the operation. The work itself is done outside of
   * both: what code sets going when it starts goes on for as long as it serves.
   */
  step<Result>(name: StepName, work: () => Promise<Result>): Promise<Result>;
  /** Says of the operation under way what is known of it. */
  note(facts: DeployFacts): void;
}

/** What is done to a deployment; a reload is one that nobody uploaded. */
export type OperationName = "upload" | "activate" | "promote" | "rollback" | "reload";

/** What that takes. `prepare` is loading, and whatever else is to be found out before it may serve. */
export type StepName = "prepare" | "start" | "swap" | "stop";

/** What is known of an operation. */
export interface DeployFacts {
  /** Name of the deployment that it is about. */
  readonly deployment?: string;
  /** What has become of that. */
  readonly state?: DeploymentState;
  /** Of a canary. */
  readonly share?: number | undefined;
  /** Peers that go on with its code. */
  readonly moved?: number;
  /** Peers whose route is gone. */
  readonly dismissed?: number;
  /** Peers that could not be resumed. */
  readonly lost?: number;
}

/** Where nothing is traced. */
export const UNTRACED: DeployTracer = {
  operation: (_name, work) => work(),
  step: (_name, work) => work(),
  note() {},
};
