/**
 * `/ask`: each request of a client of ours is answered with its own text.
 *
 * @module
 */
import { defineRoute } from "sockeye";

export default defineRoute("/ask", {
  message: (_peer, message) => void message.reply(message.text()),
});
