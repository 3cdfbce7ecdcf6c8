/**
 * Who may use the admin listener: whoever has the token, from anywhere but a web page.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { isLoopbackAuthority } from "../handshake/mod.ts";

/** A request is refused before anything is done for it. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly problem: string;
}

/** A token that opens something, and the variable that it is in. */
export interface BearerKey {
  /** Without one, what it is for is off. */
  readonly token: string | undefined;
  readonly variable: string;
}

/** What the guard knows. */
export interface GuardParts {
  /** Without one, what it is for is off. */
  readonly token: string | undefined;
  /** The variable that the token is in. Default: `SOCKEYE_DEPLOY_TOKEN`. */
  readonly variable?: string;
  /** Where it listens: `host:port`. */
  readonly address: string;
}

/** What else the guard of the metrics knows. */
export interface MetricsGuardParts extends GuardParts {
  /** That reads the metrics, and may do nothing else. The other one may read them, too. */
  readonly metricsToken: string | undefined;
}

/** Where the token for deployments is. */
export const DEPLOY_TOKEN_VARIABLE = "SOCKEYE_DEPLOY_TOKEN";
/** Where the token is that reads the metrics. */
export const METRICS_TOKEN_VARIABLE = "SOCKEYE_METRICS_TOKEN";

/** So many characters a token has at least. */
export const MIN_TOKEN_LENGTH = 16;

/** What is wrong with a token; undefined when it will do. */
export function tokenProblem(token: string, variable = DEPLOY_TOKEN_VARIABLE): string | undefined {
  if (token.length < MIN_TOKEN_LENGTH) {
    return `${variable} has ${token.length} characters, and must have ${MIN_TOKEN_LENGTH} at least: ` +
      "make one with: openssl rand -hex 32";
  }
  // RFC 6750 §2.1: what a bearer token is made of.
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token)) {
    return `${variable} must be made of letters, digits and -._~+/ alone: make one with: openssl rand -hex 32`;
  }
  return undefined;
}

/** Why a request is refused; undefined when it is not. */
export function refusalOf(
  request: Pick<Request, "headers">,
  { token, address, variable = DEPLOY_TOKEN_VARIABLE }: GuardParts,
): Refusal | undefined {
  return refusalFor(request, address, [{ token, variable }]);
}

/** The same where the metrics are, to which two tokens lead. */
export function metricsRefusalOf(
  request: Pick<Request, "headers">,
  { token, metricsToken, address }: MetricsGuardParts,
): Refusal | undefined {
  return refusalFor(request, address, [
    { token: metricsToken, variable: METRICS_TOKEN_VARIABLE },
    { token, variable: DEPLOY_TOKEN_VARIABLE },
  ]);
}

function refusalFor(
  { headers }: Pick<Request, "headers">,
  address: string,
  keys: readonly [BearerKey, ...BearerKey[]],
): Refusal | undefined {
  if (headers.has("origin")) {
    return { status: 403, problem: "web pages have no business here: the request has an Origin" };
  }
  const host = headers.get("host") ?? "";
  // A page elsewhere may have had its own name point to this machine (DNS rebinding).
  if (isLoopbackAuthority(address) && !isLoopbackAuthority(host)) {
    return { status: 403, problem: `this listener answers to loopback names, not to ${JSON.stringify(host)}` };
  }
  const known = keys.filter(({ token }) => token !== undefined);
  if (known.length === 0) {
    return { status: 403, problem: `this is off: start the server with ${keys[0].variable}` };
  }
  const problem = bearerProblem(headers.get("authorization") ?? undefined, known);
  return problem === undefined ? undefined : { status: 401, problem };
}

/** What is wrong with an Authorization field; undefined when it has one of these tokens. */
export function bearerProblem(field: string | undefined, keys: readonly BearerKey[]): string | undefined {
  // RFC 9110 §11.1: the scheme is case-insensitive.
  const given = /^bearer +(\S+) *$/i.exec(field ?? "")?.[1];
  if (given === undefined) return "a token is needed: Authorization: Bearer TOKEN";
  // All are looked at, so that the time does not tell which one it is.
  const found = keys.filter(({ token }) => token !== undefined && isSame(given, token));
  if (found.length > 0) return undefined;
  return `the token is not that of this server (${keys.map(({ variable }) => variable).join(" or ")})`;
}

/** Takes the same time whatever differs: digests have one length. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
