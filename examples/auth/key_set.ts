/**
 * The token is signed by a login service that publishes its keys, as those that speak OpenID Connect do; and a claim says
 * who may come in. The keys are fetched when the first token comes; from then on a new one is found by its `kid`.
 *
 * @module
 */
import { defineRoute } from "sockeye";
import { jwt } from "sockeye/auth";

const auth = jwt<{ roles?: readonly string[] }>({
  algorithms: ["RS256"],
  keySet: Deno.env.get("SOCKEYE_JWT_KEYS") ?? "https://login.example.com/.well-known/jwks.json",
  issuer: "https://login.example.com",
  audience: "https://edge.example.com",
  allows: ({ roles = [] }) => roles.includes("member"),
});

export default defineRoute("/key_set", {
  authenticate: auth.authenticate,
  message: (peer, message) => void peer.send(`${peer.context.claims.sub}: ${message.text()}`),
});
