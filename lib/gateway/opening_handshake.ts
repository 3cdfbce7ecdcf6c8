/**
 * One opening handshake that was found valid: what is asked of the route, what is answered, and the connection it makes.
 *
 * @module
 */
import type { ViolationName } from "../frame/mod.ts";
import { acceptKey, chooseSubprotocol, encodeSwitchingProtocols, type UpgradeOffer } from "../handshake/mod.ts";
import { HttpError, type RequestHead } from "../http/mod.ts";
import type { Admission, TransportName } from "../route/mod.ts";
import type { RequestRecord, RouteEntry, UpgradeDecision } from "../route/table.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionOpening } from "./connection_host.ts";
import { contractOf, type DeflateContract } from "./deflate_contract.ts";
import type { Acceptance, UpgradeRequest } from "./exchange_host.ts";
import type { ConnectionOptions } from "./options.ts";
import { asked, endWithClient } from "./request_traces.ts";
import { isToken, SUBPROTOCOL, tokenOf } from "../subprotocol/mod.ts";
import type { RequestOutcome, RequestTrace } from "./tracing.ts";
import type { Transport } from "./transport.ts";

/** What a handshake needs of the gateway. */
export interface HandshakeHost {
  /** A client wants a connection. @throws {HttpError} 429 when its address does so too often. */
  meter(address: string): void;
  /** @throws {HttpError} 503 when there is no room for another connection from this address. */
  admit(address: string): void;
  /** What a route answered cannot be sent. */
  failed(error: unknown, head: RequestHead, remoteAddress: string): void;
  /** A request was refused. */
  refused(error: HttpError, head: RequestHead, remoteAddress: string): void;
  /** The entry itself, or what has taken its place while the route was asked. */
  currentEntry(entry: RouteEntry, id: string): RouteEntry;
  connect(transport: Transport, opening: ConnectionOpening, id: string): Connection;
}

/** What was found out about the request. */
export interface HandshakeParts {
  readonly head: RequestHead;
  readonly offer: UpgradeOffer;
  readonly entry: RouteEntry;
  readonly options: ConnectionOptions;
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  /** Of the peer that is to be. */
  readonly id: string;
  /** What it is to go over. Default: a WebSocket. */
  readonly transport?: TransportName;
  /** Where requests are traced. */
  readonly trace?: RequestTrace | undefined;
}

/** One handshake, until its 101. */
export class OpeningHandshake implements UpgradeRequest, Acceptance, ConnectionOpening {
  readonly kind = "websocket";
  entry: RouteEntry;
  readonly options: ConnectionOptions;
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  subprotocol = "";
  context: unknown = undefined;
  deflate: DeflateContract | undefined = undefined;
  admission: Admission | undefined = undefined;
  refusedFor: ViolationName | undefined = undefined;
  readonly #host: HandshakeHost;
  readonly #head: RequestHead;
  readonly #offer: UpgradeOffer;
  readonly #id: string;
  readonly #transport: TransportName;
  readonly #trace: RequestTrace | undefined;
  #headers: ReadonlyArray<readonly [string, string]> | undefined = undefined;

  constructor(host: HandshakeHost, parts: HandshakeParts) {
    this.#host = host;
    this.#head = parts.head;
    this.#offer = parts.offer;
    this.#id = parts.id;
    this.#transport = parts.transport ?? "websocket";
    this.#trace = parts.trace;
    this.entry = parts.entry;
    this.options = parts.options;
    this.request = parts.request;
    this.params = parts.params;
  }

  get isAsked(): boolean {
    return this.entry.descriptor.hasUpgrade;
  }

  get token(): string | undefined {
    return tokenOf(this.#offer.subprotocols, this.#head.fields.get("authorization"));
  }

  /** Fields of the route for the answer, once it is settled. */
  get headers(): ReadonlyArray<readonly [string, string]> {
    return this.#headers ?? [];
  }

  /** What the client offers to speak. */
  get #offered(): readonly string[] {
    const { subprotocols } = this.#offer;
    return subprotocols.some(isToken) ? subprotocols.filter((name) => !isToken(name)) : subprotocols;
  }

  ask(signal: AbortSignal): UpgradeDecision | Promise<UpgradeDecision> {
    const { entry, request, params } = this;
    const question = { request, params, subprotocols: this.#offered, signal };
    const trace = this.#trace;
    if (trace === undefined) return entry.runtime.upgrade(entry.index, question);
    endWithClient(trace, signal);
    return asked(trace, entry.runtime, () => entry.runtime.upgrade(entry.index, question));
  }

  settle(decision: UpgradeDecision | undefined): Acceptance | Response {
    const settled = this.#settle(decision);
    this.#trace?.end(settled instanceof Response ? { status: settled.status } : this.#opened());
    return settled;
  }

  #opened(): RequestOutcome {
    const { subprotocol, refusedFor } = this;
    const transport = this.#transport;
    // A session of polls begins with a resource that was created.
    const status = transport === "websocket" ? 101 : 201;
    return { status, transport, subprotocol, ...(refusedFor === undefined ? {} : { error: refusedFor }) };
  }

  #settle(decision: UpgradeDecision | undefined): Acceptance | Response {
    if (decision === undefined) return this.#accept();
    if (!decision.accept) return this.#refusal(decision.response);
    this.context = decision.context;
    this.admission = decision.admission;
    this.#headers = decision.headers;
    try {
      // While the route was asked, the last place may have been taken.
      this.#host.admit(this.request.remoteAddress);
      return this.#accept(decision.subprotocol);
    } catch (error) {
      if (error instanceof HttpError) {
        this.#host.refused(error, this.#head, this.request.remoteAddress);
        return new Response(`${error.message}\n`, { status: error.status, headers: error.headers });
      }
      this.#host.failed(error, this.#head, this.request.remoteAddress);
      return new Response("Internal Server Error\n", { status: 500 });
    }
  }

  /** A browser cannot read a response that refuses: a client that knows our close codes is told by one of them. */
  #refusal(response: Response): Acceptance | Response {
    const violation = REFUSALS[response.status];
    if (violation === undefined || !this.#offer.subprotocols.includes(SUBPROTOCOL)) return response;
    void response.body?.cancel();
    this.refusedFor = violation;
    return this.#accept(SUBPROTOCOL);
  }

  #accept(chosen?: string): this {
    this.subprotocol = chosen ?? this.#choose() ?? "";
    this.deflate = contractOf(this.#offer.extensions, this.options.perMessageDeflate);
    this.response = encodeSwitchingProtocols({
      accept: acceptKey(this.#offer.key),
      subprotocol: this.subprotocol === "" ? undefined : this.subprotocol,
      extensions: this.deflate?.response,
      headers: this.#headers,
    });
    return this;
  }

  /** Our own is spoken with whoever offers it, unless the route prefers another. */
  #choose(): string | undefined {
    const offered = this.#offered;
    if (offered.length === 0) return undefined;
    return chooseSubprotocol(offered, this.options.subprotocols) ?? chooseSubprotocol(offered, [SUBPROTOCOL]);
  }

  /** The 101, once it is settled. */
  response: Uint8Array = NO_BYTES;

  connect(transport: Transport): Connection {
    this.entry = this.#host.currentEntry(this.entry, this.#id);
    return this.#host.connect(transport, this, this.#id);
  }
}

const NO_BYTES = new Uint8Array(0);

/** What stands for the status of a response that refuses. */
const REFUSALS: Readonly<Record<number, ViolationName>> = { 401: "TOKEN_MISSING", 403: "TOKEN_REFUSED" };
