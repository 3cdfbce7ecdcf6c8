/**
 * The states of a connection after its handshake, as a table. RFC 6455 §7.
 *
 * @module
 */

/** States by name. */
export const STATE = {
  /** Both sides may send. */
  OPEN: 0,
  /** We sent a Close frame; the peer's is awaited. */
  CLOSING: 1,
  /** The peer broke a rule or a limit: we said why and listen no more. */
  FAILED: 2,
  /** Both Close frames have passed, ours perhaps still in the write buffer. */
  CLOSED: 3,
  /** The transport is gone. */
  ENDED: 4,
} as const;

/** One of the five states. */
export type State = typeof STATE[keyof typeof STATE];

/** What can happen to a connection. */
export type StateEvent = "sendClose" | "receiveClose" | "fail" | "end";

interface StateRow {
  readonly name: string;
  /** Frames that arrive are read. RFC 6455 §7.1.7: after failing, data is no longer processed. */
  readonly receives: boolean;
  /** Data messages that arrive reach the route. */
  readonly delivers: boolean;
  /** Data messages may be sent. RFC 6455 §5.5.1: an application "MUST NOT send any more data frames" after a Close. */
  readonly sends: boolean;
  /** Pings are answered. RFC 6455 §5.5.2: they must be, "unless it already received a Close frame". */
  readonly answersPings: boolean;
  /** The state after an event; an event that is not named changes nothing. */
  readonly on: Partial<Record<StateEvent, State>>;
}

const { OPEN, CLOSING, FAILED, CLOSED, ENDED } = STATE;

/** The table. */
export const STATES: Readonly<Record<State, StateRow>> = {
  [OPEN]: {
    name: "open",
    receives: true,
    delivers: true,
    sends: true,
    answersPings: true,
    on: { sendClose: CLOSING, receiveClose: CLOSED, fail: FAILED, end: ENDED },
  },
  [CLOSING]: {
    name: "closing",
    receives: true,
    delivers: false,
    sends: false,
    answersPings: true,
    on: { receiveClose: CLOSED, fail: FAILED, end: ENDED },
  },
  [FAILED]: {
    name: "failed",
    receives: false,
    delivers: false,
    sends: false,
    answersPings: false,
    on: { end: ENDED },
  },
  [CLOSED]: {
    name: "closed",
    receives: false,
    delivers: false,
    sends: false,
    answersPings: false,
    on: { end: ENDED },
  },
  [ENDED]: {
    name: "ended",
    receives: false,
    delivers: false,
    sends: false,
    answersPings: false,
    on: {},
  },
};

/** The state after an event. */
export function nextState(state: State, event: StateEvent): State {
  return STATES[state].on[event] ?? state;
}
