/**
 * What becomes of a request: health, a route's HTTP handler, a handshake, or a refusal that says why.
 *
 * @module
 */
import { checkOrigin, checkUpgrade, isLoopbackAuthority, isWebSocketUpgrade } from "../handshake/mod.ts";
import { HttpError, quote, type RequestHead } from "../http/mod.ts";
import { isMalformedPath, requestOf, type RequestRecord, type RouteEntry, type RouteTable } from "../route/table.ts";
import { CLIENT_MODULES_PATH, type ClientModule, clientModuleResponse } from "./client_module.ts";
import type { Decision } from "./exchange_host.ts";
import type { forwardedClient } from "./forwarded.ts";
import { HeldRequest } from "./held_request.ts";
import { isLocalPage, type LocalPages } from "./local_pages.ts";
import { type HandshakeHost, type HandshakeParts, OpeningHandshake } from "./opening_handshake.ts";
import type { GatewayOptions } from "./option_table.ts";
import type { ConnectionOptions } from "./options.ts";
import { POLL_PATH } from "./poll/poll_ask.ts";
import type { PollDoor } from "./poll/poll_door.ts";
import { isNavigation, problemPage } from "./problem_page.ts";
import { METRICS_PATH, type PublicMetrics } from "./public_metrics.ts";
import { unavailable } from "./refusal.ts";
import { type RequestTraces, tracedAnswer } from "./request_traces.ts";
import type { RequestTrace } from "./tracing.ts";

/** Who asks, as far as trusted proxies tell. */
export type Client = ReturnType<typeof forwardedClient>;

/** What the dispatcher needs of the gateway. */
export interface DispatchHost extends HandshakeHost {
  /** True while the server is going away. */
  readonly isDraining: boolean;
  /** True where only this machine may connect, so that a page elsewhere cannot rebind its name to it. */
  readonly isLocalOnly: boolean;
  /** In development: why the code that was saved last is not served. */
  readonly problem: string | undefined;
  readonly localPages: LocalPages | undefined;
  readonly options: Pick<GatewayOptions, "publicMetrics">;
  /** Undefined until the server is ready to be measured. */
  readonly publicMetrics: PublicMetrics | undefined;
  readonly clientModules: readonly ClientModule[];
  /** The clients that come by HTTP requests. */
  readonly polls: Pick<PollDoor, "decide">;
  /** What joins this server to others cannot be reached. */
  readonly isBrokerAway: boolean;
  /** Where requests are traced. */
  readonly traces: RequestTraces | undefined;
  /** The id of a peer that is about to be. */
  newId(): string;
  /** @param name the id of the peer that is to be, or the address that an ordinary request comes from. */
  match(path: string, name: string): ReturnType<RouteTable["match"]>;
  optionsOf(entry: RouteEntry): ConnectionOptions;
  clientOf(head: RequestHead, socketAddress: string): Client;
}

type Params = Readonly<Record<string, string>>;
type HttpDecision = Extract<Decision, { readonly kind: "http" }>;

/** Tells what to do with each request. */
export class Dispatcher {
  readonly #host: DispatchHost;
  // The last origin that was asked for and found valid: most servers have one.
  #knownScheme = "";
  #knownAuthority = "";
  #knownOrigin = "";

  constructor(host: DispatchHost) {
    this.#host = host;
  }

  /**
   * Decides on a request by its head.
   *
   * @throws {HttpError} to refuse it.
   */
  decide(head: RequestHead, socketAddress: string): Decision {
    const client = this.#host.clientOf(head, socketAddress);
    this.#checkHost(client.authority ?? head.authority);
    if (head.path === POLL_PATH) return this.#host.polls.decide(head, client, (own) => this.#record(own, client));
    const builtIn = this.#builtIn(head);
    if (builtIn !== undefined) return builtIn;
    const { problem, localPages } = this.#host;
    if (isLocalPage(localPages, head)) return this.#localPage(localPages, head, client);
    if (problem !== undefined && isNavigation(head)) {
      return { kind: "http", answer: () => Promise.resolve(problemPage(problem)) };
    }
    const trace = this.#host.traces?.begin(head, client);
    const id = isWebSocketUpgrade(head) ? this.#host.newId() : undefined;
    const match = this.#host.match(head.path, id ?? client.address);
    if (match === undefined) throw this.#noRoute(head);
    const { value: entry, params } = match;
    trace?.matched(entry, id);
    if (id === undefined || !entry.descriptor.isWebSocket) return this.#http(head, client, entry, params, trace);
    return this.#handshake(head, client, { entry, params, id, trace });
  }

  /** A name that is not ours may be a page's own, made to point to this machine (DNS rebinding). */
  #checkHost(authority: string): void {
    if (!this.#host.isLocalOnly || authority === "" || isLoopbackAuthority(authority)) return;
    throw new HttpError(
      403,
      `The development server answers to loopback names only, not to ${quote(authority)}: use http://127.0.0.1, or ` +
        "name the host to listen on with --host.",
    );
  }

  #builtIn(head: RequestHead): Decision | undefined {
    if (head.path === "*") return respond(204, "", { allow: "GET, HEAD, POST, OPTIONS" });
    if (head.path === METRICS_PATH && this.#host.options.publicMetrics) return this.#metrics(head);
    const module = this.#clientModule(head.path);
    if (module === undefined && head.path !== "/health" && head.path !== "/ready") return undefined;
    if (head.method !== "GET" && head.method !== "HEAD") throw notAllowed(head, ["GET", "HEAD"]);
    if (module !== undefined) {
      return {
        kind: "http",
        answer: () => Promise.resolve(clientModuleResponse(head, module)),
      };
    }
    if (head.path === "/ready" && this.#host.isDraining) {
      return respond(503, "draining\n", { "cache-control": "no-store" });
    }
    // Not 503: all servers lose their broker at once, and each goes on by itself.
    const isAlone = head.path === "/ready" && this.#host.isBrokerAway;
    return respond(200, isAlone ? "ok, but the broker is away\n" : "ok\n", { "cache-control": "no-store" });
  }

  #metrics(head: RequestHead): Decision {
    const { publicMetrics } = this.#host;
    if (publicMetrics === undefined) throw unavailable("The server has only begun: try again in a moment.");
    publicMetrics.check(head);
    if (head.method === "OPTIONS") return respond(204, "", { allow: "GET, HEAD, OPTIONS" });
    if (head.method !== "GET" && head.method !== "HEAD") throw notAllowed(head, ["GET", "HEAD", "OPTIONS"]);
    return { kind: "http", answer: () => publicMetrics.answer() };
  }

  #localPage(pages: LocalPages, head: RequestHead, client: Client): Decision {
    const record = this.#record(head, client);
    return {
      kind: "http",
      answer: (body, signal) => pages.answer(requestOf(record, head.method === "POST" ? body : undefined, signal)),
    };
  }

  #clientModule(path: string): ClientModule | undefined {
    if (!path.startsWith(CLIENT_MODULES_PATH)) return undefined;
    const name = path.slice(CLIENT_MODULES_PATH.length);
    return this.#host.clientModules.find((module) => module.name === name);
  }

  #noRoute(head: RequestHead): HttpError {
    if (isMalformedPath(head.path)) {
      return new HttpError(
        400,
        `The path ${quote(head.path)} has a percent sign that two hexadecimal digits do not follow.`,
      );
    }
    return new HttpError(404, `There is no route at ${quote(head.path)}. A route is a file under the routes folder.`);
  }

  #http(head: RequestHead, client: Client, entry: RouteEntry, params: Params, trace?: RequestTrace): Decision {
    const decision = this.#answered(head, client, entry, params);
    return trace === undefined ? decision : tracedAnswer(decision, trace, entry.runtime);
  }

  #answered(head: RequestHead, client: Client, entry: RouteEntry, params: Params): HttpDecision {
    const { isWebSocket, methods } = entry.descriptor;
    const allowed = allowedMethods(entry);
    if (head.method === "OPTIONS") return respond(204, "", { allow: allowed.join(", ") });
    const isRead = head.method === "GET" || head.method === "HEAD";
    if (isRead && isWebSocket && !methods.includes("GET")) throw webSocketOnly();
    if (!allowed.includes(head.method)) throw notAllowed(head, allowed);
    const record = this.#record(head, client);
    return {
      kind: "http",
      route: entry.descriptor.pattern,
      answer: (body, signal) => {
        const request = requestOf(record, head.method === "POST" ? body : undefined, signal);
        return entry.runtime.exchange(entry.index, request, params, client.address);
      },
    };
  }

  #handshake(
    head: RequestHead,
    client: Client,
    found: Pick<HandshakeParts, "entry" | "params" | "id" | "trace">,
  ): Decision {
    this.#host.meter(client.address);
    const offer = checkUpgrade(head);
    const options = this.#host.optionsOf(found.entry);
    const origin = head.fields.get("origin");
    const refusal = checkOrigin(origin, client.authority ?? head.authority, options.allowedOrigins, client.scheme);
    if (refusal !== null) throw new HttpError(403, refusal);
    this.#host.admit(client.address);
    const request = this.#record(head, client);
    return new OpeningHandshake(this.#host, { head, offer, options, request, ...found });
  }

  /** The request as it crosses the border to the route's code. */
  #record(head: RequestHead, client: Client): RequestRecord {
    const authority = client.authority ?? (head.authority === "" ? "localhost" : head.authority);
    if (authority !== this.#knownAuthority || client.scheme !== this.#knownScheme) {
      const origin = `${client.scheme}://${authority}`;
      // Valid by RFC 3986, and yet no host to those who make a URL of it: "1.2.3.4.5", "a%2Fb".
      if (!URL.canParse(origin)) {
        throw new HttpError(400, `The host ${quote(authority)} is not valid: send host or host:port.`);
      }
      this.#knownAuthority = authority;
      this.#knownScheme = client.scheme;
      this.#knownOrigin = origin;
    }
    return new HeldRequest(head, this.#knownOrigin, client.address);
  }
}

/** HEAD and OPTIONS follow from what is there; a WebSocket opens with GET. */
function allowedMethods({ descriptor: { methods, isWebSocket } }: RouteEntry): readonly string[] {
  return [
    ...(methods.includes("GET") ? ["GET", "HEAD"] : isWebSocket ? ["GET"] : []),
    ...methods.filter((method) => method !== "GET"),
    "OPTIONS",
  ];
}

function webSocketOnly(): HttpError {
  // RFC 9110 §15.5.22: a 426 MUST have an Upgrade field that names the protocols required.
  return new HttpError(426, "This path speaks WebSocket: connect with a WebSocket client.", {
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
  });
}

function notAllowed(head: RequestHead, allowed: readonly string[]): HttpError {
  return new HttpError(405, `${quote(head.method)} is not possible here; allowed: ${allowed.join(", ")}.`, {
    Allow: allowed.join(", "),
  });
}

function respond(status: number, body: string, headers: Record<string, string>): HttpDecision {
  return {
    kind: "http",
    answer: () => Promise.resolve(new Response(status === 204 ? null : body, { status, headers })),
  };
}
