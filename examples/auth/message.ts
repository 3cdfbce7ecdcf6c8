/**
 * The token comes in the first message, which is how a page with our client brings it: nothing of it is in a URL, in a
 * header, or in the log of a proxy. What brings it otherwise, as `Authorization: Bearer` or as a subprotocol, is let in too.
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

export default defineRoute("/message", {
  authenticate: auth.authenticate,
  message: (peer, message) => void peer.send(`${peer.context.claims.name}: ${message.text()}`),
});
