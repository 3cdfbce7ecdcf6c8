/** Sees all its peers from `start`, and says when it is stopped. */
import { defineRoute, type StartContext } from "sockeye";

let context: StartContext | undefined;

export default defineRoute("/watch", {
  async start(given) {
    context = given;
    await given.publish("watch", `started ${given.peers.size}`);
    given.signal.addEventListener("abort", () => void given.publish("watch", "aborted"), { once: true });
  },
  async stop() {
    await context?.publish("watch", "stopped");
  },
  message(peer) {
    peer.send([...context?.peers.keys() ?? []].join());
    for (const other of context?.peers.values() ?? []) other.send(`from ${peer.id}`);
  },
  close(peer) {
    peer.send([...context?.peers.keys() ?? []].join());
  },
});
