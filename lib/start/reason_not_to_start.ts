/**
 * Why a server cannot start, as its operator reads it, and what its process ends with.
 *
 * @module
 */
import { HistoryError, RefusedError } from "../backplane/mod.ts";
import { DEPLOY_START_ERRORS } from "../deploy/mod.ts";
import { ListenError, OptionError } from "../gateway/mod.ts";
import { TopicRuleError } from "../pubsub/mod.ts";
import { messageOf } from "../route/table.ts";
import { HibernationError, ManifestError, RouteLoadError, withoutVersions } from "../runtime/mod.ts";
import { UnfitError, WorkersUnavailableError } from "../workers/mod.ts";

/** Exit codes: 0 after a drain, 1 when it cannot start, 2 for a wrong option, 130 and 143 at a second signal. */
export const EXIT = { CANNOT_START: 1, WRONG_OPTION: 2 } as const;

/** Why, and the code. */
export interface ReasonNotToStart {
  readonly message: string;
  readonly code: number;
}

/** Errors whose message says it all: what is wrong, where, and what to do. */
const REASONS = [
  ...DEPLOY_START_ERRORS,
  HibernationError,
  HistoryError,
  ListenError,
  ManifestError,
  OptionError,
  RefusedError,
  RouteLoadError,
  TopicRuleError,
  UnfitError,
  WorkersUnavailableError,
];

/** Whether it is one for an operator. What is none is a fault of ours, or of whoever wrote the routes. */
export function isReason(error: unknown): boolean {
  return REASONS.some((reason) => error instanceof reason);
}

/** For a person, and for whoever started the process. What is no reason comes with its stack. */
export function reasonNotToStart(error: unknown): ReasonNotToStart {
  if (!isReason(error) && error instanceof Error) {
    return { message: error.stack ?? error.message, code: EXIT.CANNOT_START };
  }
  const message = withoutVersions(messageOf(error));
  if (error instanceof UnfitError) return { message, code: error.exitCode };
  return { message, code: error instanceof OptionError ? EXIT.WRONG_OPTION : EXIT.CANNOT_START };
}
