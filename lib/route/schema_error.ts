/**
 * `SchemaError`: what a route's `error` hook gets when a message does not match `schema.message`.
 *
 * @module
 */
import type { SchemaIssue } from "./contract.ts";

const BRAND = Symbol.for("sockeye.SchemaError");

/** Issues named in the error's message; all of them are in `issues`. */
const MAX_ISSUES_IN_MESSAGE = 5;

/**
 * A message did not match the route's schema. Without an `error` hook the peer is closed with 1008; with one, the hook
 * decides, and the connection stays open.
 *
 * @example
 * ```ts
 * import { defineRoute, SchemaError } from "sockeye";
 *
 * export default defineRoute({
 *   error(peer, error) {
 *     if (error instanceof SchemaError) peer.send(JSON.stringify({ problem: error.message }));
 *   },
 * });
 * ```
 */
export class SchemaError extends Error {
  /** Always `SchemaError`. */
  override readonly name = "SchemaError";
  /** What the schema found, as it worded it. */
  readonly issues: readonly SchemaIssue[];

  /** A deployment that was built on its own has this class once more: `instanceof` holds across all of them. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && BRAND in value;
  }

  /** Words the first few issues into the message. */
  constructor(issues: readonly SchemaIssue[], options?: ErrorOptions) {
    super(`the message does not match the schema: ${wording(issues)}`, options);
    this.issues = issues;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

function wording(issues: readonly SchemaIssue[]): string {
  const named = issues.slice(0, MAX_ISSUES_IN_MESSAGE).map((issue) => {
    const path = pathOf(issue);
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
  const unnamed = issues.length - named.length;
  return named.join("; ") + (unnamed > 0 ? `; and ${unnamed} more` : "");
}

function pathOf(issue: SchemaIssue): string {
  return (issue.path ?? []).map((step) => String(typeof step === "object" ? step.key : step)).join(".");
}
