/**
 * The door of clients that ask: it begins sessions, finds those that are, and passes on what concerns another node's.
 *
 * @module
 */
import { checkOrigin, parseSubprotocols } from "../../handshake/mod.ts";
import { HttpError, type RequestHead } from "../../http/mod.ts";
import type { NodeChannel } from "../../pubsub/mod.ts";
import type { RequestRecord, RouteEntry, RouteTable } from "../../route/table.ts";
import type { BufferPool } from "../buffer_pool.ts";
import type { Connection } from "../connection.ts";
import type { Client } from "../dispatcher.ts";
import type { Decision } from "../exchange_host.ts";
import { type HandshakeHost, OpeningHandshake } from "../opening_handshake.ts";
import type { ConnectionOptions } from "../options.ts";
import type { RequestTraces } from "../request_traces.ts";
import type { RequestTrace } from "../tracing.ts";
import { isPreflight, preflightAnswer, readableBy } from "./cross_origin.ts";
import { type ForwardedAnswer, type ForwardedAsk, fromForwarded, toForwarded } from "./forwarded_ask.ts";
import { POLL_FIELDS, POLL_PATH, type PollAsk, type PollBeginning, readAsk, readBeginning } from "./poll_ask.ts";
import { type PollHost, PollSession } from "./poll_session.ts";
import type { PollTransport } from "./poll_transport.ts";
import { newToken, nodeOf } from "./session_token.ts";

/** What the door needs of the gateway. */
export interface PollDoorHost extends HandshakeHost, PollHost {
  readonly options: PollHost["options"] & { readonly maxBodyBytes: number };
  readonly pool: BufferPool;
  readonly nodes: NodeChannel;
  /** Where requests are traced. */
  readonly traces: RequestTraces | undefined;
  newId(): string;
  match(path: string, name: string): ReturnType<RouteTable["match"]>;
  optionsOf(entry: RouteEntry): ConnectionOptions;
  /** The options of all routes that can be connected to. */
  allOptions(): Iterable<ConnectionOptions>;
}

/** A session as the door knows it. */
interface Kept {
  readonly session: PollSession;
  /** Of the page that began it; null where none did. */
  readonly origin: string | null;
}

/** A request as it stands at the door. */
interface Visit {
  readonly head: RequestHead;
  readonly client: Client;
  /** `host[:port]` that was asked for. */
  readonly authority: string;
  readonly recordOf: RecordOf;
  /** What it is counted for, once that is known. */
  transport?: PollTransport;
}

/** The request as it crosses the border to the route's code. @throws {HttpError} 400 for a host that is none. */
type RecordOf = (head: RequestHead) => RequestRecord;

type Answering = (body: Uint8Array, signal: AbortSignal) => Response | Promise<Response>;

/** So much later than the session may answer, another node has had its time. */
const FORWARD_SLACK_MS = 5_000;

/** A body has at most so many bytes: between nodes it goes through a broker, whose messages are bounded. */
const MAX_PIECE_BYTES = 256 * 1024;

/** Nobody computes an answer of it: 16 zero bytes stand for the key that only a WebSocket has. */
const NO_KEY = "AAAAAAAAAAAAAAAAAAAAAA==";

/** The sessions of one gateway. */
export class PollDoor {
  readonly #host: PollDoorHost;
  readonly #sessions = new Map<string, Kept>();

  constructor(host: PollDoorHost) {
    this.#host = host;
    host.nodes.handle("poll", (ask) => this.#answerForwarded(ask as ForwardedAsk));
  }

  /** How many sessions there are: each is a connection without a socket of its own. */
  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Decides on a request to the path of this transport.
   *
   * @throws {HttpError} 400 and 405.
   */
  decide(head: RequestHead, client: Client, recordOf: RecordOf): Decision {
    const visit: Visit = { head, client, authority: client.authority ?? head.authority, recordOf };
    if (isPreflight(head)) return this.#answering(visit, () => this.#preflight(visit));
    const token = head.fields.get(POLL_FIELDS.session);
    if (token !== null) {
      if (!METHODS.has(head.method)) throw notAllowed(head);
      const ask = readAsk(head);
      return this.#answering(visit, (body, signal) => this.#take(visit, token, ask, body, signal));
    }
    if (head.method !== "POST") {
      if (head.method === "GET") throw new HttpError(400, "Sockeye-Session is missing: begin a session with POST.");
      throw notAllowed(head);
    }
    return this.#answering(visit, (body, signal) => this.#begin(visit, body, signal));
  }

  /** Something of ours that takes its time. */
  #answering(visit: Visit, answer: Answering): Decision {
    const { head, client } = visit;
    return {
      kind: "http",
      isHeld: true,
      written: (byteLength) => visit.transport?.answered(byteLength),
      answer: async (body, signal) => {
        try {
          return await answer(body, signal);
        } catch (error) {
          this.#host.failed(error, head, client.address);
          return new Response("Internal Server Error\n", { status: 500 });
        }
      },
    };
  }

  #preflight({ head, authority, client: { scheme } }: Visit): Response {
    const origin = head.fields.get("origin")!;
    // Which route it is for is not known yet. It decides when it is asked.
    for (const { allowedOrigins } of this.#host.allOptions()) {
      if (checkOrigin(origin, authority, allowedOrigins, scheme) === null) return preflightAnswer(origin);
    }
    return new Response(`${checkOrigin(origin, authority, null, scheme)}\n`, {
      status: 403,
      headers: { vary: "Origin" },
    });
  }

  /** Never rejects for what the client did: what is refused a page of an origin that may connect can read. */
  async #begin(visit: Visit, body: Uint8Array, signal: AbortSignal): Promise<Response> {
    const origin = visit.head.fields.get("origin");
    let reader: string | null = null;
    try {
      if (body.length > 0) throw new HttpError(400, "The request that begins a session has a body: leave it out.");
      const beginning = readBeginning(visit.head);
      const trace = this.#host.traces?.begin(beginning.head, visit.client, visit.head);
      const id = this.#host.newId();
      const { entry, params } = this.#route(beginning, id);
      trace?.matched(entry, id);
      const options = this.#host.optionsOf(entry);
      const refusal = checkOrigin(origin, visit.authority, options.allowedOrigins, visit.client.scheme);
      if (refusal !== null) throw new HttpError(403, refusal);
      reader = origin;
      this.#host.meter(visit.client.address);
      this.#host.admit(visit.client.address);
      const handshake = this.#handshake(visit, beginning, { entry, params, id, options, trace });
      return readableBy(reader, measured(visit.head, await this.#settle(handshake, beginning, visit, signal)));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.#host.refused(error, visit.head, visit.client.address);
      const { status, message, headers } = error;
      return readableBy(reader, new Response(`${message}\n`, { status, headers }));
    }
  }

  #route({ head }: PollBeginning, id: string): { entry: RouteEntry; params: Readonly<Record<string, string>> } {
    const match = this.#host.match(head.path, id);
    if (match?.value.descriptor.isWebSocket !== true) {
      throw new HttpError(404, `No route at ${JSON.stringify(head.path)} takes connections.`);
    }
    return { entry: match.value, params: match.params };
  }

  #handshake(
    { recordOf }: Visit,
    { name, head, protocols }: PollBeginning,
    { options, ...found }: {
      readonly entry: RouteEntry;
      readonly params: Readonly<Record<string, string>>;
      readonly id: string;
      readonly options: ConnectionOptions;
      readonly trace: RequestTrace | undefined;
    },
  ): OpeningHandshake {
    return new OpeningHandshake(this.#host, {
      head,
      offer: { key: NO_KEY, subprotocols: parseSubprotocols(protocols), extensions: [] },
      options: withoutPings(options),
      request: recordOf(head),
      transport: name,
      ...found,
    });
  }

  async #settle(
    handshake: OpeningHandshake,
    { name }: PollBeginning,
    visit: Visit,
    signal: AbortSignal,
  ): Promise<Response> {
    const { head, client } = visit;
    const settled = handshake.settle(handshake.isAsked ? await handshake.ask(signal) : undefined);
    if (settled instanceof Response) return settled;
    const token = newToken(this.#host.nodes.node);
    const session = new PollSession(this.#host, {
      name,
      remoteAddress: client.address,
      pool: this.#host.pool,
      ended: () => void this.#sessions.delete(token),
    });
    visit.transport = session.transport;
    session.transport.asked(head.text.length);
    this.#sessions.set(token, { session, origin: head.fields.get("origin") });
    const connection: Connection = settled.connect(session.transport);
    session.watch(() => connection.violate("SESSION_TIMEOUT"));
    connection.open();
    const { pollWaitMs, sessionTimeoutMs, maxBodyBytes } = this.#host.options;
    const told = {
      session: token,
      subprotocol: handshake.subprotocol,
      pollWaitMs,
      sessionTimeoutMs,
      maxBodyBytes: Math.min(maxBodyBytes, MAX_PIECE_BYTES),
    };
    const response = new Response(JSON.stringify(told), { status: 201, headers: JSON_HEADERS });
    for (const [name, value] of handshake.headers) response.headers.append(name, value);
    return response;
  }

  async #take(
    visit: Visit,
    token: string,
    ask: PollAsk,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<Response> {
    const { head } = visit;
    const origin = head.fields.get("origin");
    const transport = this.#sessions.get(token)?.session.transport;
    if (transport !== undefined) {
      visit.transport = transport;
      transport.asked(head.text.length + body.length);
    }
    const response = await this.#here(token, origin, ask, body, signal) ??
      await this.#elsewhere({ token, origin, ...ask, body: body.toBase64() });
    return readableBy(origin, measured(head, response));
  }

  /** @returns undefined when there is no such session here. */
  #here(
    token: string,
    origin: string | null,
    ask: PollAsk,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<Response> | undefined {
    const kept = this.#sessions.get(token);
    if (kept === undefined) return undefined;
    // A browser leaves the field out of a GET to the page's own origin; the token's own field makes it be there elsewhere.
    const isItsOwn = origin === kept.origin || (origin === null && ask.method === "GET");
    if (isItsOwn) return kept.session.answer(ask, body, signal);
    return Promise.resolve(new Response("This session belongs to another origin.\n", { status: 403 }));
  }

  async #elsewhere(ask: ForwardedAsk): Promise<Response> {
    const { nodes, options } = this.#host;
    const node = nodeOf(ask.token);
    if (node !== undefined && nodes.others.includes(node)) {
      try {
        const timeoutMs = 2 * options.pollWaitMs + FORWARD_SLACK_MS;
        return fromForwarded(await nodes.ask(node, "poll", ask, timeoutMs) as ForwardedAnswer);
      } catch {
        // What joins the nodes has gone, or it is busy: the client asks again, of whoever is there.
        if (nodes.others.includes(node)) return unreachable();
      }
    }
    return new Response("There is no such session: begin another.\n", { status: 410 });
  }

  async #answerForwarded({ token, origin, body, ...ask }: ForwardedAsk): Promise<ForwardedAnswer> {
    const answer = this.#here(token, origin, ask, Uint8Array.fromBase64(body), NEVER);
    return await toForwarded(await answer ?? new Response("There is no such session.\n", { status: 410 }));
  }
}

/** Nobody says here that a client of another node has gone: what it is told in vain is told again. */
const NEVER = new AbortController().signal;

const JSON_HEADERS = { "content-type": "application/json" } as const;
const METHODS: ReadonlySet<string> = new Set(["GET", "POST", "DELETE"]);

function unreachable(): Response {
  return new Response("The session cannot be reached.\n", { status: 503, headers: { "retry-after": "1" } });
}

function notAllowed({ method }: RequestHead): HttpError {
  return new HttpError(405, `${JSON.stringify(method)} is not possible at ${POLL_PATH}.`, {
    Allow: "GET, POST, DELETE, OPTIONS",
  });
}

/** Tells how long the head of the request was, where that is asked. */
function measured(head: RequestHead, response: Response): Response {
  if (head.fields.has(POLL_FIELDS.measure)) response.headers.set("sockeye-request-bytes", String(head.text.length));
  return response;
}

const withoutPingsOf = new WeakMap<ConnectionOptions, ConnectionOptions>();

/** Requests say that the client is there, and nothing is stuck in a socket. */
function withoutPings(options: ConnectionOptions): ConnectionOptions {
  let own = withoutPingsOf.get(options);
  if (own === undefined) {
    own = { ...options, pingIntervalMs: 0, writeTimeoutMs: Infinity };
    withoutPingsOf.set(options, own);
  }
  return own;
}
