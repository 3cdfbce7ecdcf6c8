/**
 * Who may talk to the inspector: its own page, in a browser that came to it by a name of this machine.
 *
 * @module
 */
import { isLoopbackAuthority } from "../../handshake/mod.ts";

/** Why a request is refused. */
export interface GuardRefusal {
  readonly status: 403 | 415;
  readonly problem: string;
}

/**
 * Looks at where a request comes from; undefined when that is well.
 *
 * @param isLoopback it is listened on loopback alone: Host must be a loopback name then.
 */
export function originProblem(request: Request, isLoopback: boolean): GuardRefusal | undefined {
  const { headers, method } = request;
  const host = headers.get("host") ?? new URL(request.url).host;
  // A page elsewhere may have had its own name point to this machine (DNS rebinding).
  if (isLoopback && !isLoopbackAuthority(host)) {
    return { status: 403, problem: `the inspector answers to loopback names, not to ${JSON.stringify(host)}` };
  }
  const site = headers.get("sec-fetch-site");
  const isVisit = method === "GET" && headers.get("sec-fetch-mode") === "navigate";
  if ((site === "cross-site" || site === "same-site") && !isVisit) {
    return { status: 403, problem: "this is for the inspector's own page" };
  }
  const origin = headers.get("origin");
  const isOwn = origin !== null && URL.canParse(origin) && new URL(origin).host === host;
  if (origin !== null && !isOwn) {
    return { status: 403, problem: `pages of ${origin} have no business here` };
  }
  if (method === "POST" && !isOwn) {
    return { status: 403, problem: "what changes something needs the Origin of the inspector's own page" };
  }
  return undefined;
}

/** A form of another page cannot send JSON. */
export function jsonProblem({ headers }: Request): GuardRefusal | undefined {
  if (/^application\/json\s*(?:;|$)/i.test(headers.get("content-type") ?? "")) return undefined;
  return { status: 415, problem: "the body must be application/json" };
}

/** The value of a cookie. */
export function cookieOf(request: Request, name: string): string | undefined {
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
