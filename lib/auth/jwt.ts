/**
 * `jwt`: the hooks of a route that lets in whoever brings a good JSON Web Token. RFC 7519, RFC 8725.
 *
 * @module
 */
import { errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from "jose";
import type { Admission, UpgradeAcceptance, UpgradeContext } from "../route/mod.ts";
import type { Claims, ClaimsContext, JwtAuth, JwtOptions } from "./contract.ts";
import { cookieOf, presentedToken } from "./handshake_sources.ts";
import { type FindKey, keysOf } from "./keys.ts";
import { checkOptions } from "./options_check.ts";
import { KeySetError, TokenError, type TokenFault } from "./token_error.ts";

/** What holds where it is not said. */
export const JWT_DEFAULTS = {
  /** Whether a token may be without `exp`. */
  mayNeverExpire: false,
  /** How far the issuer's clock may be off. */
  clockToleranceMs: 5_000,
} as const satisfies Partial<JwtOptions>;

/** A longer token is not looked at; its claims would not fit into a peer's context. */
export const MAX_TOKEN_LENGTH = 8_192;

/**
 * Makes the hooks of a route that lets in whoever brings a good token, for as long as the token is good.
 *
 * @typeParam Custom the claims that your issuer adds. They are what the issuer says, and not checked.
 * @throws {TypeError} when the options cannot be kept: nothing of a secret is in the message.
 *
 * @example
 * ```ts
 * import { defineRoute } from "sockeye";
 * import { jwt } from "sockeye/auth";
 *
 * const auth = jwt<{ name: string }>({
 *   algorithms: ["HS256"],
 *   secret: "a secret of 32 bytes, or of more",
 *   issuer: "https://example.com",
 * });
 *
 * export default defineRoute("/me", {
 *   authenticate: auth.authenticate,
 *   open(peer) {
 *     peer.send(`hello ${peer.context.claims.name}`);
 *   },
 * });
 * ```
 */
export function jwt<Custom = unknown>(options: JwtOptions<Custom>): JwtAuth<Custom> {
  const check = new TokenCheck(options);
  return {
    upgrade: (request, context) => check.upgrade(request, context),
    authenticate: (peer, token) => check.authenticate(peer, token),
    verify: (token) => check.verify(token),
  };
}

/** The rules of one `jwt`. What they are made of is private, so that nothing that prints it shows a secret. */
class TokenCheck<Custom> {
  readonly #options: JwtOptions<Custom>;
  readonly #findKey: FindKey;
  readonly #rules: JWTVerifyOptions;
  readonly #toleranceMs: number;
  readonly #now: () => number;

  constructor(options: JwtOptions<Custom>) {
    checkOptions(options as JwtOptions);
    const { issuer, audience, requiredClaims = [] } = options;
    const { clockToleranceMs: toleranceMs, mayNeverExpire } = { ...JWT_DEFAULTS, ...options };
    this.#options = options;
    this.#findKey = keysOf(options);
    this.#toleranceMs = toleranceMs;
    this.#now = options.now ?? Date.now;
    this.#rules = {
      algorithms: [...options.algorithms],
      requiredClaims: mayNeverExpire ? [...requiredClaims] : ["exp", ...requiredClaims],
      clockTolerance: toleranceMs / 1000,
      ...(issuer === undefined ? {} : { issuer: [issuer].flat() }),
      ...(audience === undefined ? {} : { audience: [audience].flat() }),
    };
  }

  async upgrade(
    { headers }: Request,
    { asksForToken }: Pick<UpgradeContext<unknown>, "asksForToken">,
  ): Promise<UpgradeAcceptance<ClaimsContext<Custom>> | Response | undefined> {
    const { cookie } = this.#options;
    const presented = presentedToken(headers);
    // `authenticate` is asked about that next.
    if (presented !== undefined && asksForToken) return undefined;
    const token = presented ?? (cookie === undefined ? undefined : cookieOf(headers, cookie));
    if (token === undefined) return asksForToken ? undefined : refusal(401, "a token is needed");
    const claims = await this.#accepted(token);
    if (claims instanceof TokenError) return refusal(claims.fault === "not-allowed" ? 403 : 401, claims.message, true);
    return { context: { claims }, admission: this.#admissionOf(claims) };
  }

  async authenticate(peer: { context: ClaimsContext<Custom> }, token: string): Promise<Admission | false> {
    // There is no context before the first token.
    const before = (peer.context as Partial<ClaimsContext> | undefined)?.claims;
    const claims = await this.#accepted(token, before);
    if (claims instanceof TokenError) return false;
    peer.context = { ...peer.context, claims };
    return this.#admissionOf(claims);
  }

  async verify(token: string): Promise<Claims & Custom> {
    if (token.length > MAX_TOKEN_LENGTH) throw new TokenError("too-long");
    if (!isCanonical(token)) throw new TokenError("malformed");
    let claims: JWTPayload;
    try {
      const rules = { ...this.#rules, currentDate: new Date(this.#now()) };
      ({ payload: claims } = await jwtVerify(token, (header) => this.#findKey(header), rules));
    } catch (error) {
      if (error instanceof KeySetError || error instanceof TokenError) throw error;
      throw new TokenError(faultOf(error));
    }
    // RFC 7519 §4.1.3: who does not find itself in the audience that is there MUST reject the token.
    if (claims.aud !== undefined && this.#options.audience === undefined) throw new TokenError("audience");
    return claims as Claims & Custom;
  }

  /** What the token says, or why it is refused. */
  async #accepted(token: string, before?: Claims): Promise<Claims & Custom | TokenError> {
    try {
      const claims = await this.verify(token);
      if (before !== undefined && (before.sub !== claims.sub || before.iss !== claims.iss)) {
        throw new TokenError("subject");
      }
      if (await this.#options.allows?.(claims) === false) throw new TokenError("not-allowed");
      return claims;
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      this.#options.onRefusal?.(error);
      return error;
    }
  }

  /** It is good until it would be refused. Where that has come while it was looked at, it ends at once. */
  #admissionOf({ exp }: Claims): Admission {
    if (exp === undefined) return {};
    return { expiresInMs: Math.max(1, exp * 1000 + this.#toleranceMs - this.#now()) };
  }
}

/** The faults behind what jose throws; what is not here is a signature that could not be checked. */
const FAULTS: Readonly<Record<string, TokenFault>> = {
  [errors.JWSInvalid.code]: "malformed",
  [errors.JWTInvalid.code]: "malformed",
  [errors.JOSENotSupported.code]: "malformed",
  [errors.JOSEAlgNotAllowed.code]: "algorithm",
  [errors.JWTExpired.code]: "expired",
};

const CLAIM_FAULTS: Readonly<Record<string, TokenFault>> = { nbf: "not-yet", iss: "issuer", aud: "audience" };

function faultOf(error: unknown): TokenFault {
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.reason === "check_failed" ? CLAIM_FAULTS[error.claim] ?? "claim" : "claim";
  }
  return error instanceof errors.JOSEError ? FAULTS[error.code] ?? "signature" : "signature";
}

/**
 * Whether these are three parts in base64url, of which the last, that nobody has signed, is written in the one way there
 * is: a decoder lets bits pass that no byte comes of, and so two texts would be one token.
 */
function isCanonical(token: string): boolean {
  const signature = /^[\w-]+\.[\w-]+\.([\w-]+)$/.exec(token)?.[1];
  if (signature === undefined) return false;
  try {
    const bytes = Uint8Array.fromBase64(signature, { alphabet: "base64url" });
    return bytes.toBase64({ alphabet: "base64url", omitPadding: true }) === signature;
  } catch {
    return false; // Of a length that base64 does not have.
  }
}

/** RFC 6750 §3: a challenge, with an error where a token was presented. */
function refusal(status: 401 | 403, sentence: string, wasPresented = false): Response {
  const fields = wasPresented && status === 401 ? `error="invalid_token", error_description="${sentence}"` : "";
  const headers = status === 401 ? { "www-authenticate": `Bearer ${fields}`.trim() } : undefined;
  return new Response(`${sentence}\n`, headers === undefined ? { status } : { status, headers });
}
