/**
 * The metrics on the public port, where the option `publicMetrics` says so: who makes them, and where they are.
 *
 * @module
 */
import type { RequestHead } from "../http/mod.ts";

/** Who makes them. */
export interface PublicMetrics {
  /** @throws {HttpError} to who may not read them. */
  check(head: RequestHead): void;
  /** Answers; never rejects. */
  answer(): Promise<Response>;
}

/** Where they are, here as on the admin listener. */
export const METRICS_PATH = "/metrics";
