/**
 * The token comes as `Authorization: Bearer`, which services and scripts can send, and browsers cannot. With `upgrade`
 * alone, who has none gets a response with 401 and never a WebSocket; HTTP on the same path asks for the same token.
 *
 * @module
 */
import { defineRoute } from "sockeye";
import { jwt, TokenError } from "sockeye/auth";

const auth = jwt({
  algorithms: ["EdDSA"],
  publicKey: Deno.env.get("SOCKEYE_JWT_PUBLIC_KEY") ?? "",
  issuer: "https://login.example.com",
  audience: "https://edge.example.com",
});

export default defineRoute("/header", {
  upgrade: auth.upgrade,
  message: (peer, message) => void peer.send(`${peer.context.claims.sub}: ${message.text()}`),
});

export async function get(request: Request): Promise<Response> {
  try {
    const claims = await auth.verify(/^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "");
    return Response.json({ sub: claims.sub });
  } catch (error) {
    if (error instanceof TokenError) return new Response(`${error.message}\n`, { status: 401 });
    throw error;
  }
}
