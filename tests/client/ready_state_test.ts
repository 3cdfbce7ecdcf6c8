/** The states are numbered as those of the platform's WebSocket. @module */
import { assertEquals } from "@std/assert";
import * as states from "../../lib/client/ready_state.ts";

Deno.test("the states are those of WebSocket", () => {
  const { CONNECTING, OPEN, CLOSING, CLOSED } = WebSocket;
  assertEquals({ ...states }, { CONNECTING, OPEN, CLOSING, CLOSED });
});
