/**
 * What becomes of a request: health, a route's HTTP handler, a handshake, or a refusal that says why.
 *
 * @module
 */
import {
  acceptKey,
  checkOrigin,
  checkUpgrade,
  chooseSubprotocol,
  encodeSwitchingProtocols,
  isLoopbackAuthority,
  isWebSocketUpgrade,
  type UpgradeOffer,
} from "../handshake/mod.ts";
import { HttpError, quote, type RequestHead } from "../http/mod.ts";
import {
  isMalformedPath,
  requestOf,
  type RequestRecord,
  type RouteEntry,
  type RouteTable,
  type UpgradeDecision,
} from "../route/table.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionOpening } from "./connection_host.ts";
import { contractOf } from "./deflate_contract.ts";
import type { forwardedClient } from "./forwarded.ts";
import type { Acceptance, Decision } from "./exchange_host.ts";
import type { ConnectionOptions } from "./options.ts";
import type { Transport } from "./transport.ts";

/** Who asks, as far as trusted proxies tell. */
export type Client = ReturnType<typeof forwardedClient>;

/** What the dispatcher needs of the gateway. */
export interface DispatchHost {
  /** True while the server is going away. */
  readonly isDraining: boolean;
  /** True where only this machine may connect, so that a page elsewhere cannot rebind its name to it. */
  readonly isLocalOnly: boolean;
  match(path: string): ReturnType<RouteTable["match"]>;
  optionsOf(entry: RouteEntry): ConnectionOptions;
  clientOf(head: RequestHead, socketAddress: string): Client;
  /** What a route answered cannot be sent. */
  failed(error: unknown, head: RequestHead, remoteAddress: string): void;
  /** @throws {HttpError} 503 when there is no room for another connection from this address. */
  admit(address: string): void;
  connect(
    transport: Transport,
    opening: Omit<ConnectionOpening, "id" | "entry" | "options">,
    entry: RouteEntry,
  ): Connection;
}

type Params = Readonly<Record<string, string>>;

/** Tells what to do with each request. */
export class Dispatcher {
  readonly #host: DispatchHost;

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
    const builtIn = this.#builtIn(head);
    if (builtIn !== undefined) return builtIn;
    const match = this.#host.match(head.path);
    if (match === undefined) throw this.#noRoute(head);
    const { value: entry, params } = match;
    if (entry.descriptor.isWebSocket && isWebSocketUpgrade(head)) return this.#handshake(head, client, entry, params);
    return this.#http(head, client, entry, params);
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
    if (head.path !== "/health" && head.path !== "/ready") return undefined;
    if (head.method !== "GET" && head.method !== "HEAD") throw notAllowed(head, ["GET", "HEAD"]);
    if (head.path === "/ready" && this.#host.isDraining) {
      return respond(503, "draining\n", { "cache-control": "no-store" });
    }
    return respond(200, "ok\n", { "cache-control": "no-store" });
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

  #http(head: RequestHead, client: Client, entry: RouteEntry, params: Params): Decision {
    const { isWebSocket, methods } = entry.descriptor;
    const allowed = allowedMethods(entry);
    if (head.method === "OPTIONS") return respond(204, "", { allow: allowed.join(", ") });
    const isRead = head.method === "GET" || head.method === "HEAD";
    if (isRead && isWebSocket && !methods.includes("GET")) throw webSocketOnly();
    if (!allowed.includes(head.method)) throw notAllowed(head, allowed);
    const record = recordOf(head, client);
    return {
      kind: "http",
      answer: (body) => {
        const request = requestOf(record, head.method === "POST" ? body : undefined);
        return entry.runtime.exchange(entry.index, request, params, client.address);
      },
    };
  }

  #handshake(head: RequestHead, client: Client, entry: RouteEntry, params: Params): Decision {
    const offer = checkUpgrade(head);
    const options = this.#host.optionsOf(entry);
    const refusal = checkOrigin(head.fields.get("origin"), client.authority ?? head.authority, options.allowedOrigins);
    if (refusal !== null) throw new HttpError(403, refusal);
    this.#host.admit(client.address);
    const request = recordOf(head, client);
    const connect = (decision: Extract<UpgradeDecision, { readonly accept: true }>): Acceptance | Response => {
      const subprotocol = decision.subprotocol ?? chooseSubprotocol(offer.subprotocols, options.subprotocols) ?? "";
      const deflate = contractOf(offer.extensions, options.perMessageDeflate);
      const opening = { request, params, subprotocol, context: decision.context, ...(deflate && { deflate }) };
      return {
        head: encodeAcceptance(offer, subprotocol, deflate?.response, decision.headers),
        connect: (transport) => this.#host.connect(transport, opening, entry),
      };
    };
    return {
      kind: "websocket",
      accept: (signal) => {
        if (!entry.descriptor.hasUpgrade) return () => connect({ accept: true });
        const question = { request, params, subprotocols: offer.subprotocols, signal };
        const settle = (decision: UpgradeDecision) => (): Acceptance | Response =>
          decision.accept ? this.#reconsider(() => connect(decision), head, client) : decision.response;
        const decision = entry.runtime.upgrade(entry.index, question);
        return decision instanceof Promise ? decision.then(settle) : settle(decision);
      },
    };
  }

  /** While the route was asked, the last place may have been taken. */
  #reconsider(connect: () => Acceptance | Response, head: RequestHead, client: Client): Acceptance | Response {
    try {
      this.#host.admit(client.address);
      return connect();
    } catch (error) {
      if (error instanceof HttpError) {
        return new Response(`${error.message}\n`, { status: error.status, headers: error.headers });
      }
      this.#host.failed(error, head, client.address);
      return new Response("Internal Server Error\n", { status: 500 });
    }
  }
}

function encodeAcceptance(
  offer: UpgradeOffer,
  subprotocol: string,
  extensions: string | undefined,
  headers: ReadonlyArray<readonly [string, string]> | undefined,
): Uint8Array {
  return encodeSwitchingProtocols({
    accept: acceptKey(offer.key),
    ...(subprotocol === "" ? {} : { subprotocol }),
    ...(extensions === undefined ? {} : { extensions }),
    ...(headers === undefined ? {} : { headers }),
  });
}

/** The request as it crosses the border to the route's code. */
function recordOf(head: RequestHead, client: Client): RequestRecord {
  const authority = client.authority ?? (head.authority === "" ? "localhost" : head.authority);
  const url = `${client.scheme}://${authority}${head.path}${head.query}`;
  // Valid by RFC 3986, and yet no host to those who make a URL of it: "1.2.3.4.5", "a%2Fb".
  if (!URL.canParse(url)) {
    throw new HttpError(400, `The host ${quote(authority)} is not valid: send host or host:port.`);
  }
  return {
    method: head.method,
    url,
    headers: head.fields.entries(),
    remoteAddress: client.address,
  };
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

function respond(status: number, body: string, headers: Record<string, string>): Decision {
  return {
    kind: "http",
    answer: () => Promise.resolve(new Response(status === 204 ? null : body, { status, headers })),
  };
}
