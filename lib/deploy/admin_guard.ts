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

/** What the guard knows. */
export interface GuardParts {
  /** Without one, what it is for is off. */
  readonly token: string | undefined;
  /** The variable that the token is in. Default: `SOCKEYE_DEPLOY_TOKEN`. */
  readonly variable?: string;
  /** Where it listens: `host:port`. */
  readonly address: string;
}

const DEPLOY_TOKEN_VARIABLE = "SOCKEYE_DEPLOY_TOKEN";

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
  { headers }: Pick<Request, "headers">,
  { token, address, variable }: GuardParts,
): Refusal | undefined {
  if (headers.has("origin")) {
    return { status: 403, problem: "web pages have no business here: the request has an Origin" };
  }
  const host = headers.get("host") ?? "";
  // A page elsewhere may have had its own name point to this machine (DNS rebinding).
  if (isLoopbackAuthority(address) && !isLoopbackAuthority(host)) {
    return { status: 403, problem: `this listener answers to loopback names, not to ${JSON.stringify(host)}` };
  }
  if (token === undefined) {
    return { status: 403, problem: `this is off: start the server with ${variable ?? DEPLOY_TOKEN_VARIABLE}` };
  }
  // RFC 9110 §11.1: the scheme is case-insensitive.
  const given = /^bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (given === undefined) return { status: 401, problem: "a token is needed: Authorization: Bearer TOKEN" };
  if (!isSame(given, token)) {
    return { status: 401, problem: `the token is not that of this server (${variable ?? DEPLOY_TOKEN_VARIABLE})` };
  }
  return undefined;
}

/** Takes the same time whatever differs: digests have one length. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
