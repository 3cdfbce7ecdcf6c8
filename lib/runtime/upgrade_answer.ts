/**
 * From what an `upgrade` hook returned to the gateway's decision.
 *
 * @module
 */
import type { Admission } from "../route/mod.ts";
import { nearestName, type UpgradeDecision } from "../route/table.ts";
import { admissionOf } from "./admission.ts";
import { checkContext } from "./context_check.ts";
import { checkResponse } from "./http_answer.ts";

/**
 * Reads the answer of an `upgrade` hook.
 *
 * @param returned nothing or an acceptance: 101; a `Response`: refused with it.
 * @param offered the subprotocols the client offered.
 * @param isThorough checks an object as context too; see {@linkcode checkContext}.
 * @throws {TypeError} when it is none of these, or an acceptance that the handshake could not keep.
 *
 * @example
 * ```ts
 * import { readUpgradeAnswer } from "./upgrade_answer.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readUpgradeAnswer({ headers: { "X-Room": "blue" } }, [], false), {
 *   accept: true,
 *   headers: [["x-room", "blue"]],
 * });
 * ```
 */
export function readUpgradeAnswer(
  returned: unknown,
  offered: readonly string[],
  isThorough: boolean,
): UpgradeDecision {
  if (returned === undefined) return { accept: true };
  if (returned instanceof Response) return { accept: false, response: checkResponse(returned, "upgrade") };
  if (typeof returned !== "object" || returned === null) {
    throw new TypeError(
      `upgrade returned ${
        String(returned)
      }; return nothing or { headers?, subprotocol?, context?, admission? } to accept, ` +
        "or a Response to refuse",
    );
  }
  return readAcceptance(returned, offered, isThorough);
}

const ACCEPTANCE_KEYS: readonly string[] = ["headers", "subprotocol", "context", "admission"];

/** Fields of the 101 that are the handshake's own, and fields of a body, which a 101 has not. RFC 9110 §15.2. */
const REFUSED_FIELD =
  /^(?:sec-websocket-.*|upgrade|connection|keep-alive|content-(?:length|type|encoding|range)|transfer-encoding|trailer)$/;

function readAcceptance(returned: object, offered: readonly string[], isThorough: boolean): UpgradeDecision {
  for (const key of Object.keys(returned)) {
    if (ACCEPTANCE_KEYS.includes(key)) continue;
    const nearest = nearestName(key, ACCEPTANCE_KEYS);
    throw new TypeError(
      `upgrade returned the unknown key "${key}"; ` +
        (nearest === undefined ? `allowed: ${ACCEPTANCE_KEYS.join(", ")}` : `did you mean "${nearest}"?`),
    );
  }
  const { headers, subprotocol, context, admission } = returned as {
    readonly headers?: HeadersInit;
    readonly subprotocol?: unknown;
    readonly context?: unknown;
    readonly admission?: unknown;
  };
  if (context !== undefined) checkContext(context, isThorough);
  return {
    accept: true,
    ...(headers === undefined ? {} : { headers: readHeaders(headers) }),
    ...(subprotocol === undefined ? {} : { subprotocol: readSubprotocol(subprotocol, offered) }),
    ...(context === undefined ? {} : { context }),
    ...(admission === undefined ? {} : { admission: readAdmission(admission) }),
  };
}

function readAdmission(admission: unknown): Admission {
  if (typeof admission !== "object" || admission === null) {
    throw new TypeError("upgrade returned an admission that is no object; { expiresInMs? } admits, a Response refuses");
  }
  const read = admissionOf(admission);
  return typeof read === "object" ? read : {};
}

/** `Headers` refuses CR, LF and NUL in values (the TypeError names the value) and keeps each `Set-Cookie` apart. */
function readHeaders(init: HeadersInit): ReadonlyArray<readonly [string, string]> {
  const headers = [...new Headers(init)];
  for (const [name] of headers) {
    if (REFUSED_FIELD.test(name)) {
      throw new TypeError(`upgrade returned the header "${name}", which belongs to the handshake`);
    }
  }
  return headers;
}

function readSubprotocol(subprotocol: unknown, offered: readonly string[]): string {
  // RFC 6455 §4.2.2: the value chosen MUST be derived from the client's handshake.
  if (typeof subprotocol === "string" && offered.includes(subprotocol)) return subprotocol;
  throw new TypeError(
    `upgrade returned the subprotocol "${String(subprotocol)}", which the client did not offer ` +
      `(it offered ${offered.length === 0 ? "none" : offered.join(", ")})`,
  );
}
