/** Replies to requests as they ask for it. */
import { defineRoute, type Message } from "sockeye";

const kept = new Map<string, Message>();

/** What an attempt comes to. */
function attempt(work: () => void): string {
  try {
    work();
    return "no error";
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

export default defineRoute("/requests", {
  message(peer, message) {
    const text = message.text();
    switch (text) {
      case "nothing":
        return;
      case "bytes":
        return message.reply(Uint8Array.of(1, 2));
      case "itself":
        return message.reply(message);
      case "keep":
        kept.set(peer.id, message);
        return;
      case "late":
        return void peer.send(attempt(() => kept.get(peer.id)?.reply("late")));
      case "twice":
        message.reply("once");
        return void peer.send(attempt(() => message.reply("twice")));
      case "object":
        return void peer.send(attempt(() => message.reply({} as string)));
      case "throw":
        throw new Error("thrown");
      case "throw after":
        message.reply("before");
        throw new Error("thrown");
      case "close":
        return peer.close(4000, "enough");
      case "later":
        return Promise.resolve().then(() => message.reply("later"));
      case "nothing later":
        return Promise.resolve().then(() => peer.send("no reply"));
      case "plain":
        return void peer.send(`${message.isRequest} ${attempt(() => message.reply("x"))}`);
    }
    message.reply(`${message.isRequest} ${message.byteLength} ${text}`);
  },
});
