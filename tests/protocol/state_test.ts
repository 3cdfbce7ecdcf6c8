/** The states of a connection as a table. @module */
import { assertEquals } from "@std/assert";
import { nextState, STATE, type State, type StateEvent, STATES } from "../../lib/protocol/state.ts";

const { OPEN, CLOSING, FAILED, CLOSED, ENDED } = STATE;
const ALL = Object.values(STATE);

Deno.test("nextState follows the closing handshake from either side (RFC 6455 §7.1.2, §7.1.4)", () => {
  const walk = (...events: StateEvent[]) => events.reduce<State>(nextState, OPEN);
  assertEquals(walk("sendClose"), CLOSING);
  assertEquals(walk("sendClose", "receiveClose"), CLOSED);
  assertEquals(walk("receiveClose"), CLOSED);
  assertEquals(walk("fail"), FAILED);
  assertEquals(walk("sendClose", "fail"), FAILED);
});

Deno.test("nextState: from every state the transport may end, and nothing leads out of that", () => {
  assertEquals(ALL.map((state) => nextState(state, "end")), ALL.map(() => ENDED));
  for (const event of ["sendClose", "receiveClose", "fail", "end"] as const) {
    assertEquals(nextState(ENDED, event), ENDED);
  }
});

Deno.test("nextState ignores what cannot happen any more: no way leads back to a state that sends", () => {
  for (const state of [FAILED, CLOSED]) {
    for (const event of ["sendClose", "receiveClose", "fail"] as const) assertEquals(nextState(state, event), state);
  }
  assertEquals(nextState(CLOSING, "sendClose"), CLOSING);
});

Deno.test("STATES: data is sent and delivered only while open (RFC 6455 §5.5.1)", () => {
  assertEquals(ALL.filter((state) => STATES[state].sends), [OPEN]);
  assertEquals(ALL.filter((state) => STATES[state].delivers), [OPEN]);
});

Deno.test("STATES: frames are read and pings answered until the peer's Close or its fault (RFC 6455 §5.5.2, §7.1.7)", () => {
  assertEquals(ALL.filter((state) => STATES[state].receives), [OPEN, CLOSING]);
  assertEquals(ALL.filter((state) => STATES[state].answersPings), [OPEN, CLOSING]);
});
