/**
 * `/lab`: does to its peer what the peer asks, and tells `/closes` how each connection ended.
 *
 * `close CODE REASON`, `close` (without a code of one's own), `ping TEXT`, `terminate`, `throw`, `origin`, `flood N`.
 *
 * @module
 */
import { defineRoute } from "sockeye";

/** Where the ends of connections are told: `{ name, code, reason, wasClean }`, `name` being what the URL said. */
export const CLOSES_TOPIC = "closes";

export default defineRoute("/lab", {
  options: { subprotocols: ["sockeye.lab", "chat"] },
  message(peer, message) {
    const [, verb = "", words = ""] = /^(\S+) ?([^]*)$/.exec(message.text()) ?? [];
    const [, code = "", reason = ""] = /^(\d+) ?([^]*)$/.exec(words) ?? [];
    if (verb === "close" && code === "") peer.close();
    else if (verb === "close") peer.close(Number(code), reason);
    else if (verb === "ping") peer.ping(words);
    else if (verb === "terminate") peer.terminate();
    else if (verb === "throw") throw new Error(words);
    else if (verb === "origin") peer.send(peer.request.headers.get("origin") ?? "none");
    else if (verb === "flood") { for (let i = 0; i < Number(words); i++) peer.send(String(i)); }
    else peer.send(`unknown: ${verb}`);
  },
  close(peer, info) {
    return peer.publish(CLOSES_TOPIC, JSON.stringify({ name: peer.url.searchParams.get("name"), ...info }));
  },
});
