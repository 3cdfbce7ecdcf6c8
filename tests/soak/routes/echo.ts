/**
 * `/echo`: what comes goes back.
 *
 * @module
 */
import { defineRoute } from "sockeye";

export default defineRoute("/echo", {
  message: (peer, message) => void peer.send(message),
});
