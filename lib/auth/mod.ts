/**
 * Who may come in: the hooks of routes that ask for a JSON Web Token.
 *
 * @example
 * ```ts
 * import { defineRoute } from "sockeye";
 * import { jwt } from "sockeye/auth";
 *
 * const auth = jwt({ algorithms: ["RS256"], keySet: "https://login.example.com/.well-known/jwks.json" });
 *
 * export default defineRoute("/me", {
 *   authenticate: auth.authenticate,
 *   open: (peer) => void peer.send(`hello ${peer.context.claims.sub}`),
 * });
 * ```
 *
 * @module
 */
export type { Claims, ClaimsContext, JwtAuth, JwtOptions, KeySetOptions, SignatureAlgorithm } from "./contract.ts";
export { jwt } from "./jwt.ts";
export { KeySetError, TokenError, type TokenFault } from "./token_error.ts";
