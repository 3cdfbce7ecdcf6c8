/**
 * What becomes of a request whose route has been asked and does not answer.
 *
 * @module
 */
import type { RequestHead } from "../http/mod.ts";

/** A request while route code has the word. */
export interface AskedRoute {
  readonly head: RequestHead;
  readonly isUpgrade: boolean;
  /** The option whose time runs. */
  readonly limit: "upgradeTimeoutMs" | "responseTimeoutMs";
  /** What client and log are told when it has passed. */
  readonly overdue: string;
}

/** The route's `upgrade` was asked. */
export function askedToUpgrade(head: RequestHead): AskedRoute {
  const overdue = "The server did not decide within upgradeTimeoutMs whether to let you in: try again later.";
  return { head, isUpgrade: true, limit: "upgradeTimeoutMs", overdue };
}

/** The `get` or `post` of the route with this pattern was asked; or something of ours, which answers at once. */
export function askedToAnswer(head: RequestHead, route: string = head.path): AskedRoute {
  const overdue = `The route ${route} did not answer within responseTimeoutMs: try again later.`;
  return { head, isUpgrade: false, limit: "responseTimeoutMs", overdue };
}

/** What the route's signal says when its time is over. */
export function overdueReason({ limit }: AskedRoute): DOMException {
  return new DOMException(`The request was given up: ${limit} has passed`, "TimeoutError");
}
