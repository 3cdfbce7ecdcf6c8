/**
 * The token comes in a cookie, which a login page of the same site has set: `HttpOnly; Secure; SameSite=Lax`. Who has no
 * cookie may bring its token as a client of ours does, and who came by one may bring another before it expires.
 *
 * A browser sends the cookie whatever page asks: that only pages of your own get in is the work of `allowedOrigins`,
 * which by default are those of the server's own host.
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
  cookie: "session",
});

export default defineRoute("/cookie", {
  upgrade: auth.upgrade,
  authenticate: auth.authenticate,
  message: (peer, message) => void peer.send(`${peer.context.claims.name}: ${message.text()}`),
});
