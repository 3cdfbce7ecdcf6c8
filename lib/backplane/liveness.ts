/**
 * Notices a broker that no longer answers, on a connection that still looks open.
 *
 * @module
 */
import type { BackplaneClock, Session } from "./broker.ts";

/** Pause between an answer and the next question. */
export const PING_INTERVAL_MS = 5_000;
/** A broker that has not answered for so long is taken for gone. */
export const PING_TIMEOUT_MS = 10_000;

/** Asks the session again and again, and drops it when there is no answer. @returns a function that ends it. */
export function watchLiveness(session: Session, clock: BackplaneClock): () => void {
  let cancel = () => {};
  let hasEnded = false;
  const ask = () => {
    cancel = clock.setTimer(() => session.drop(`no answer in ${PING_TIMEOUT_MS} ms`), PING_TIMEOUT_MS);
    session.ping().then(rest, () => {
      // The session says itself that it has ended.
    });
  };
  const rest = () => {
    if (hasEnded) return;
    cancel();
    cancel = clock.setTimer(ask, PING_INTERVAL_MS);
  };
  rest();
  return () => {
    hasEnded = true;
    cancel();
  };
}
