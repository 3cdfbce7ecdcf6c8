/**
 * A deployment as it goes from the workers to the parent, and from there to a worker that is started anew. Types only.
 *
 * @module
 */
import type { DeploymentState, UploadedCode } from "../deploy/mod.ts";

/** What is known of a deployment. Times in milliseconds since 1970. */
export interface DeploymentRow {
  readonly name: string;
  readonly state: DeploymentState;
  /** Of a canary. */
  readonly share?: number | undefined;
  readonly reason?: string | undefined;
  readonly readyAt: number;
  readonly activeAt?: number | undefined;
  readonly replacedAt?: number | undefined;
}

/** With what was uploaded. */
export interface ReplayedDeployment extends DeploymentRow {
  /** Undefined when what was stored is damaged. */
  readonly upload?: UploadedCode | undefined;
}
