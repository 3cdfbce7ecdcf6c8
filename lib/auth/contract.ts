/**
 * What `sockeye/auth` takes and gives. Types only.
 *
 * @module
 */
import type { Admission, Awaitable, UpgradeAcceptance, UpgradeContext } from "../route/mod.ts";
import type { TokenError } from "./token_error.ts";

/** What a token says. RFC 7519 §4.1 names these; any other may be there too. */
export interface Claims {
  /** Who issued it. */
  readonly iss?: string;
  /** Who it is about. */
  readonly sub?: string;
  /** Whom it is for. */
  readonly aud?: string | readonly string[];
  /** When it expires, in seconds since 1970. */
  readonly exp?: number;
  /** Before which it is not to be accepted, in seconds since 1970. */
  readonly nbf?: number;
  /** When it was issued, in seconds since 1970. */
  readonly iat?: number;
  /** Its own name. */
  readonly jti?: string;
  /** What the issuer adds. */
  readonly [claim: string]: unknown;
}

/** How tokens may be signed: RFC 7518 §3.1 and RFC 8037 §3.1. `none` is no such way. */
export type SignatureAlgorithm =
  | "HS256"
  | "HS384"
  | "HS512"
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA";

/** A key set at a URL (RFC 7517), which is fetched when it is first needed and kept. */
export interface KeySetOptions {
  /** Where it is: `https:`, or `http:` on this machine. */
  readonly url: string | URL;
  /** A set this old is fetched again when it is next used; meanwhile, and if that fails, it goes on. Default: 600 000. */
  readonly maxAgeMs?: number;
  /** A key that the set does not have is looked for at most this often, at least 1 000. Default: 30 000. */
  readonly minIntervalMs?: number;
  /** Longest wait for an answer. Default: 5 000. */
  readonly timeoutMs?: number;
}

/** Options of `jwt`. One of `secret`, `publicKey` and `keySet` says what signatures are checked with. */
export interface JwtOptions<Custom = unknown> {
  /** How tokens may be signed; what their own header says counts for nothing beside this. */
  readonly algorithms: readonly SignatureAlgorithm[];
  /** For HS256 and its like: a secret shared with the issuer, at least as long as the hash (32 bytes). */
  readonly secret?: string | Uint8Array;
  /** For all others: the public key, as PEM (`-----BEGIN PUBLIC KEY-----`) or as JWK. */
  readonly publicKey?: string | Readonly<Record<string, unknown>>;
  /** For all others: where the issuer publishes its keys. */
  readonly keySet?: string | URL | KeySetOptions;
  /** Who may have issued it. Default: anybody who has the key. */
  readonly issuer?: string | readonly string[];
  /** Whom it is to be for, one of these. A token that is for somebody is refused where this is left out. */
  readonly audience?: string | readonly string[];
  /** Claims it must have, beside `exp`. Default: none. */
  readonly requiredClaims?: readonly string[];
  /** True takes tokens without `exp`, too: whoever has one has it for good. Default: false. */
  readonly mayNeverExpire?: boolean;
  /** How far the issuer's clock may be off, for `exp` and `nbf`. Default: 5 000. */
  readonly clockToleranceMs?: number;
  /** Name of a cookie that may carry the token. Default: none. */
  readonly cookie?: string;
  /** Whether who brings a good token may come in here: false refuses with 403, or 4403. Default: yes. */
  readonly allows?: (claims: Claims & Custom) => Awaitable<boolean>;
  /** Told why a token was refused, for logs: the error holds nothing of the token. */
  readonly onRefusal?: (error: TokenError) => void;
  /** For tests: milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

/** What a peer's context holds once it is in. */
export interface ClaimsContext<Custom = unknown> {
  /** What the token said that the peer brought last. */
  readonly claims: Claims & Custom;
}

/** The hooks of a route that lets in whoever has a good token. */
export interface JwtAuth<Custom = unknown> {
  /**
   * The hook `upgrade`: takes a token of the handshake, which is `Authorization: Bearer`, a subprotocol
   * `sockeye.token.*` or the cookie, and refuses with 401 or 403. Where the route has `authenticate` too, only the cookie
   * is looked at here, and who has none is asked for a token there.
   */
  readonly upgrade: (
    request: Request,
    context: Pick<UpgradeContext<unknown>, "asksForToken">,
  ) => Promise<UpgradeAcceptance<ClaimsContext<Custom>> | Response | undefined>;
  /**
   * The hook `authenticate`: takes a token of the handshake, or of the first message, and later ones in its place, of the
   * same issuer and subject.
   */
  readonly authenticate: (
    peer: { context: ClaimsContext<Custom> },
    token: string,
  ) => Promise<Admission | false>;
  /**
   * Checks a token, for other uses: `get`, `post`, scripts.
   *
   * @throws {TokenError} when it is not good.
   * @throws {KeySetError} when there are no keys to check it with.
   */
  readonly verify: (token: string) => Promise<Claims & Custom>;
}
