/** Says what it is told of a move, and moves as the peer's context asks it to. */
import { defineRoute, type Peer } from "sockeye";

interface Moving {
  readonly suspend?: "throws" | "rejects" | "function" | "waits";
  readonly resume?: "throws" | "rejects" | "waits";
}

const given: Record<string, unknown> = { list: [1, 2], map: new Map([["a", 1n]]) };

function contextOf(peer: Pick<Peer, "context">): Moving {
  return (peer.context ?? {}) as Moving;
}

export default defineRoute("/moving", {
  message(peer, message) {
    peer.send(`got ${message.text()}`);
  },
  suspend(peer): unknown {
    peer.send("suspend");
    const { suspend } = contextOf(peer);
    if (suspend === "throws") throw new Error("cannot leave");
    if (suspend === "rejects") return Promise.reject(new Error("cannot leave"));
    if (suspend === "function") return () => {};
    return suspend === "waits" ? Promise.resolve(given) : given;
  },
  resume(peer, state, { reason }) {
    peer.send(`resume ${reason} ${(state as { list?: number[] } | undefined)?.list}`);
    const { resume } = contextOf(peer);
    if (resume === "throws") throw new Error("cannot come");
    if (resume === "rejects") return Promise.reject(new Error("cannot come"));
    if (resume === "waits") return Promise.resolve();
  },
  close(peer) {
    peer.send("close");
  },
});
