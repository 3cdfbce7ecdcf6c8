/**
 * `/process`: says which process has the connection.
 *
 * @module
 */
import { defineRoute } from "sockeye";

export default defineRoute("/process", {
  open: (peer) => void peer.send(String(Deno.pid)),
});
