/**
 * The metrics on the public port: for whoever has the token, or, where there is none, for whoever comes straight.
 *
 * @module
 */
import { FORWARDING_FIELDS, type GatewayOptions, type PublicMetrics } from "../gateway/mod.ts";
import { isLoopbackAuthority } from "../handshake/mod.ts";
import { HttpError, quote, type RequestHead } from "../http/mod.ts";
import { messageOf } from "../route/table.ts";
import { CHALLENGE } from "./admin_answer.ts";
import { type BearerKey, bearerProblem } from "./admin_guard.ts";
import { TOKEN_VARIABLES } from "./admin_tokens.ts";
import { RecentText } from "./recent_text.ts";

/** What they are made of. */
export interface PublicMetricsParts {
  /** That is asked for. The deploy token is not taken here: nobody may try it out where all of the world may ask. */
  readonly token: string | undefined;
  readonly options: Pick<GatewayOptions, "hostname" | "socket">;
  readonly type: string;
  text(): string | Promise<string>;
  readonly now: () => number;
  readonly log: { warn(message: string, fields?: Readonly<Record<string, unknown>>): void };
}

const VARIABLE = TOKEN_VARIABLES.metrics;

/** The answers. */
export function publicMetrics(parts: PublicMetricsParts): PublicMetrics {
  const { token, type, log } = parts;
  const recent = new RecentText(() => parts.text(), parts.now);
  const check = token === undefined ? guardOf(parts.options) : checkToken({ token, variable: VARIABLE });
  return {
    check(head) {
      if (head.fields.has("origin")) throw new HttpError(403, "Web pages may not read the metrics.");
      check(head);
    },
    async answer() {
      try {
        return new Response(await recent.get(), { headers: { "content-type": type, "cache-control": "no-store" } });
      } catch (error) {
        log.warn("the metrics could not be made", { reason: messageOf(error) });
        return new Response("The metrics cannot be had at the moment.\n", { status: 503 });
      }
    },
  };
}

/** Whom to warn: undefined where a token is asked for, or nobody else can connect. */
export function openMetricsWarning(
  token: string | undefined,
  { publicMetrics: isPublic, hostname, port, socket }: Pick<
    GatewayOptions,
    "publicMetrics" | "hostname" | "port" | "socket"
  >,
): string | undefined {
  if (!isPublic || token !== undefined || socket !== "" || isLoopback(hostname)) return undefined;
  return `/metrics is open to whoever can connect to ${hostname}, port ${port}: set ${VARIABLE}, or leave ` +
    "--public-metrics off";
}

function checkToken(key: BearerKey): (head: RequestHead) => void {
  return ({ fields }) => {
    const problem = bearerProblem(fields.get("authorization") ?? undefined, [key]);
    if (problem !== undefined) throw new HttpError(401, `${problem}.`, { "WWW-Authenticate": CHALLENGE });
  };
}

/** Who knows no secret shows by the way it comes that it is near. */
function guardOf({ hostname, socket }: PublicMetricsParts["options"]): (head: RequestHead) => void {
  const isLocal = socket === "" && isLoopback(hostname);
  return ({ fields, authority }) => {
    const field = FORWARDING_FIELDS.find((name) => fields.has(name));
    if (field !== undefined) {
      throw new HttpError(403, `The request was forwarded (${field}): metrics by a proxy need a token (${VARIABLE}).`);
    }
    // A page elsewhere may have had its own name point to this machine (DNS rebinding).
    if (!isLocal || authority === "" || isLoopbackAuthority(authority)) return;
    throw new HttpError(
      403,
      `The metrics answer to loopback names, not to ${quote(authority)}: or set a token (${VARIABLE}).`,
    );
  };
}

function isLoopback(hostname: string): boolean {
  return isLoopbackAuthority(hostname.includes(":") ? `[${hostname}]` : hostname);
}
