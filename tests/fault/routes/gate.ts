/** `/gate`: each message's handler stays pending until a POST lets it go; what happens is printed. @module */
import { defineRoute } from "sockeye";

let waiting: (() => void)[] = [];

export default defineRoute("/gate", {
  open(peer) {
    console.log("gate opened");
    peer.signal.addEventListener("abort", () => console.log("gate aborted"));
  },
  async message(peer, message) {
    const text = message.text().slice(0, 16);
    console.log(`gate holds ${text}`);
    await new Promise<void>((resolve) => waiting.push(resolve));
    console.log(`gate passed ${text}`);
    peer.send(text);
  },
  close(_peer, { code, wasClean }) {
    console.log(`gate closed ${code} ${wasClean ? "clean" : "unclean"}`);
  },
});

/** Lets go of the handlers that are pending now. */
export function post(): Response {
  const released = waiting;
  waiting = [];
  for (const resolve of released) resolve();
  return Response.json(released.length);
}
