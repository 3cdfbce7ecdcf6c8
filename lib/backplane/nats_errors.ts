/**
 * What errors of the NATS client mean. Told apart by name: nothing here loads the client.
 *
 * @module
 */
import { messageOf } from "../route/table.ts";
import type { StoreOutcome } from "./held_appends.ts";
import { RefusedError } from "./refused_error.ts";

/** JetStream's codes for what is not there, or not allowed, for this account. */
const NOT_FOR_ACCOUNT: readonly unknown[] = [10_035, 10_039];

/** Of what JetStream answers, what passes: a cluster that elects. That a stream is full is for good. */
const PASSING: readonly unknown[] = [10_008, 10_009];

/** An append that expected the subject to be empty, and it is not. */
const WRONG_LAST_SEQUENCE = 10_071;

/** A stream has these subjects already, or one of this name is being made. */
const OVERLAP: readonly unknown[] = [10_058, 10_065];

/** What an error means that JetStream answers with: where it is not on, says how that is mended. */
export function asRefused(error: unknown, where: string): unknown {
  if (!isJetStreamOff(error)) return error;
  return new RefusedError(
    `topics with history need JetStream, which is off at ${where} (NATS_URL): start it as \`nats-server -js\``,
  );
}

/** Nobody answers for JetStream: it is off, or it is not up yet. */
export function isJetStreamOff(error: unknown): boolean {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return name === "JetStreamNotEnabled" || NOT_FOR_ACCOUNT.includes(code);
}

/** What became of an append that failed so. */
export function outcomeOf(error: unknown): StoreOutcome {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  if (error instanceof RefusedError) return error;
  if (name === "InvalidArgumentError") {
    return new Error(`not stored: ${messageOf(error)}; \`max_payload\` of the NATS server says how much it takes`);
  }
  if (name === "JetStreamApiError" && !PASSING.includes(code)) return new Error(`not stored: ${messageOf(error)}`);
  return undefined;
}

/** Somebody else was first. */
export function isLostRace(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === WRONG_LAST_SEQUENCE;
}

/** A stream cannot be made beside another. */
export function isOverlap(error: unknown): boolean {
  return OVERLAP.includes((error as { readonly code?: unknown }).code);
}
