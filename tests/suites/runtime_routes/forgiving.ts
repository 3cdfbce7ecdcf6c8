/** A route with a schema whose `error` hook keeps the connection. */
import { defineRoute, SchemaError } from "sockeye";
import { chatSchema } from "./_chat_schema.ts";

export default defineRoute("/forgiving", {
  schema: { message: chatSchema },
  message(peer, message) {
    peer.send(JSON.stringify(message.value));
  },
  error(peer, error) {
    peer.send(error instanceof SchemaError ? `miss: ${error.issues.length} ${error.message}` : `error: ${error}`);
  },
});
