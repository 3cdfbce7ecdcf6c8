/** `/topic`: what our client can do with a route; what is posted is published. @module */
import { defineRoute } from "sockeye";

export async function post(request: Request, { publish }: { publish(topic: string, data: string): Promise<void> }) {
  await publish("topic", await request.text());
  return new Response();
}

export default defineRoute("/topic", {
  subscribe: () => true,
  async message(peer, message) {
    if (message.isRequest) return message.reply(`echo ${message.text()}`);
    if (message.isText && message.text() === "publish") await peer.publish("topic", "news", { self: true });
    else peer.send(message);
  },
});
