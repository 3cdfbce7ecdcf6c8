/**
 * The token comes as a subprotocol, `sockeye.token.` and the token in base64url: for pages with a plain `WebSocket`, which
 * can send nothing else with a handshake, and for our client with `tokenIn: "subprotocol"`. Proxies may log it, so that
 * such a token had better be short-lived, or good for one connection.
 *
 * ```js ignore
 * const carried = btoa(token).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
 * new WebSocket("wss://edge.example.com/subprotocol", ["chat", `sockeye.token.${carried}`]);
 * ```
 *
 * @module
 */
import { defineRoute } from "sockeye";
import { jwt } from "sockeye/auth";

const auth = jwt<{ name: string }>({
  algorithms: ["HS256"],
  secret: Deno.env.get("SOCKEYE_JWT_SECRET") ?? "",
  issuer: "https://login.example.com",
  audience: "https://edge.example.com",
});

export default defineRoute("/subprotocol", {
  // A browser wants one of those that it offers to be chosen.
  options: { subprotocols: ["chat"] },
  upgrade: auth.upgrade,
  message: (peer, message) => void peer.send(`${peer.context.claims.name}: ${message.text()}`),
});
