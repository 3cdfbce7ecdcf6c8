/** A route with a schema and without an `error` hook. */
import { defineRoute } from "sockeye";
import { chatSchema } from "./_chat_schema.ts";

export default defineRoute("/chat", {
  schema: { message: chatSchema },
  message(peer, message) {
    peer.send(JSON.stringify(message.value));
  },
});
