/**
 * Calls of the gateway that concern no peer: start and stop, upgrades, ordinary HTTP.
 *
 * @module
 */
import type { RouteRuntime } from "../../route/table.ts";
import { unpackExchange } from "./exchange_payload.ts";
import type { Outbox } from "./outbox.ts";
import type { ExchangeCall, ResponseHead, UpgradeCall, UpgradeResult } from "./record_values.ts";
import { decodeValue, errorRecord } from "./value.ts";
import { BODY_BROKEN, BODY_END, DOWN, UP, WireError } from "./wire.ts";

/** The longest part of a body that is sent at once. */
const MAX_PART_BYTES = 64 * 1024;

const NO_BYTES = new Uint8Array(0);

/** A body on its way. */
interface Body {
  readonly reader: ReadableStreamDefaultReader<unknown>;
  /** What was read and not sent yet. */
  rest: Uint8Array;
}

/** The calls that one host was asked. */
export class HostedCalls {
  readonly #runtime: RouteRuntime;
  readonly #outbox: Outbox;
  readonly #asked = new Map<number, AbortController>();
  /** Bodies of answers that are not at their end. */
  readonly #bodies = new Map<number, Body>();

  constructor(runtime: RouteRuntime, outbox: Outbox) {
    this.#runtime = runtime;
    this.#outbox = outbox;
  }

  /** One record. @throws {WireError} when it makes no sense. */
  take(kind: number, id: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    switch (kind) {
      case DOWN.START:
        return this.#answer(id, this.#runtime.start());
      case DOWN.STOP:
        return this.#answer(id, this.#runtime.stop());
      case DOWN.UPGRADE:
        return this.#answer(id, this.#upgrade(id, decodeValue(bytes, start, end) as UpgradeCall));
      case DOWN.EXCHANGE: {
        const { call, body } = unpackExchange(bytes, start, end);
        return this.#answer(id, this.#exchange(id, call, body));
      }
      case DOWN.PULL:
        return void this.#sendPart(id);
      case DOWN.CANCEL:
        return this.#cancel(id);
    }
    throw new WireError(`a call of the unknown kind ${kind}`);
  }

  #answer(id: number, result: Promise<unknown>): void {
    const said = result.then(
      (value) => this.#outbox.writer.putValue(UP.ANSWER, 0, id, value),
    );
    said.catch((error) => this.#outbox.writer.putValue(UP.FAILURE, 0, id, errorRecord(error)));
  }

  async #upgrade(id: number, { route, ...question }: UpgradeCall): Promise<UpgradeResult> {
    const decision = await this.#runtime.upgrade(route, { ...question, signal: this.#signal(id) });
    this.#asked.delete(id);
    return decision.accept ? decision : { accept: false, response: this.#head(id, decision.response) };
  }

  async #exchange(id: number, call: ExchangeCall, body: Uint8Array<ArrayBuffer>): Promise<ResponseHead> {
    const { route, method, url, hasBody, params, remoteAddress } = call;
    const headers = new Headers(call.headers.map(([name, value]): [string, string] => [name, value]));
    const init: RequestInit = { method, headers, signal: this.#signal(id) };
    if (hasBody) init.body = body;
    const response = await this.#runtime.exchange(route, new Request(url, init), params, remoteAddress);
    // As long as the body is read, the request can be aborted.
    if (response.body === null) this.#asked.delete(id);
    return this.#head(id, response);
  }

  #signal(id: number): AbortSignal {
    const abort = new AbortController();
    this.#asked.set(id, abort);
    return abort.signal;
  }

  #head(id: number, { status, statusText, headers, body }: Response): ResponseHead {
    if (body !== null) this.#bodies.set(id, { reader: body.getReader(), rest: NO_BYTES });
    return { status, statusText, headers: [...headers], hasBody: body !== null };
  }

  /** One part for each time that one is asked for. */
  async #sendPart(id: number): Promise<void> {
    const body = this.#bodies.get(id);
    if (body === undefined) return;
    try {
      while (body.rest.length === 0) {
        const { done, value } = await body.reader.read();
        if (done) return this.#endBody(id, BODY_END);
        if (!(value instanceof Uint8Array)) throw new TypeError("a body is made of bytes");
        body.rest = value;
      }
    } catch {
      // What broke the body is the route's own affair: the client sees an answer that is not whole.
      return this.#endBody(id, BODY_BROKEN);
    }
    const length = Math.min(body.rest.length, MAX_PART_BYTES);
    this.#outbox.writer.put(UP.BODY, 0, id, body.rest, 0, length);
    body.rest = body.rest.subarray(length);
  }

  #endBody(id: number, flags: number): void {
    if (!this.#bodies.delete(id)) return; // Nobody waits for it any more.
    this.#asked.delete(id);
    this.#outbox.writer.put(UP.BODY, flags, id, NO_BYTES, 0, 0);
  }

  #cancel(id: number): void {
    const reason = new DOMException("nobody waits for the answer any more", "AbortError");
    this.#asked.get(id)?.abort(reason);
    this.#asked.delete(id);
    // It may be locked in a read, which then ends.
    this.#bodies.get(id)?.reader.cancel(reason).catch(() => {});
    this.#bodies.delete(id);
  }
}
