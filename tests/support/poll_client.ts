/**
 * A client of the poll transport, request by request, and the far end of a cable made of such requests.
 *
 * @module
 */
import { POLL_PATH } from "../../lib/gateway/poll/poll_ask.ts";
import type { FarEnd } from "../suites/transport_suite.ts";

/** Sends one request to the path of the transport. */
export type Ask = (init: RequestInit) => Promise<Response>;

/** Where a client's streams stand. */
export class PollClient implements FarEnd {
  readonly ask: Ask;
  readonly session: string;
  /** Bytes sent and taken. */
  sent = 0;
  /** Bytes that have arrived. */
  received = 0;
  #pump: Promise<void> | undefined;
  readonly #arrived: (Uint8Array | null)[] = [];
  #wake: (() => void) | undefined;
  readonly #leaving = new AbortController();

  constructor(ask: Ask, session: string) {
    this.ask = ask;
    this.session = session;
  }

  /** Begins a session. @throws {Error} with the status and the words of a refusal. */
  static async begin(ask: Ask, route: string, headers: Readonly<Record<string, string>> = {}): Promise<PollClient> {
    const response = await ask({ method: "POST", headers: { "Sockeye-Route": route, ...headers } });
    if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
    return new PollClient(ask, (await response.json()).session);
  }

  /** One request, with what is known put in where nothing else is said. */
  request(method: string, headers: Readonly<Record<string, string>> = {}, body?: Uint8Array): Promise<Response> {
    const { signal } = this.#leaving;
    const own = { "Sockeye-Session": this.session, "Sockeye-Acknowledge": String(this.received), ...headers };
    return this.ask({ method, headers: own, signal, ...(body === undefined ? {} : { body: body.slice() }) });
  }

  post(body: Uint8Array, at = this.sent): Promise<Response> {
    return this.request("POST", { "Sockeye-Sequence": String(at) }, body);
  }

  /** Asks once. @returns what is new; undefined when there was nothing, null when it is over. */
  async get(): Promise<Uint8Array | undefined | null> {
    const response = await this.request("GET");
    if (response.status === 410) return (await response.body?.cancel(), null);
    if (response.status !== 200) return (await response.body?.cancel(), undefined);
    const begins = Number(response.headers.get("sockeye-sequence"));
    const fresh = (await response.bytes()).subarray(this.received - begins);
    this.received += fresh.length;
    return fresh;
  }

  // As the far end of a cable.

  async send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + 100_000);
      const response = await this.post(piece);
      await response.body?.cancel();
      if (response.status === 410) return;
      if (response.status !== 204) continue;
      at += piece.length;
      this.sent += piece.length;
    }
  }

  async receive(): Promise<Uint8Array | null> {
    this.#pump ??= this.#run();
    while (this.#arrived.length === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    return this.#arrived[0] === null ? null : this.#arrived.shift()!;
  }

  async end(): Promise<void> {
    await (await this.request("DELETE")).body?.cancel();
  }

  async close(): Promise<void> {
    this.#leaving.abort();
    await this.#pump;
  }

  /** As a client does: what has arrived is acknowledged by asking for more. */
  async #run(): Promise<void> {
    while (this.#arrived.at(-1) !== null) {
      const bytes = await this.get().catch(() => null);
      if (bytes !== undefined) this.#arrived.push(bytes);
      this.#wake?.();
    }
  }
}

/** Asks a server at this origin, or one in memory. */
export function asking(fetch: (path: string, init: RequestInit) => Promise<Response>): Ask {
  return (init) => fetch(POLL_PATH, init);
}
