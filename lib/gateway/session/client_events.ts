/**
 * The handlers of a client that speaks `sockeye.v1`: messages with a header in, and out of it what its code is to hear.
 *
 * @module
 */
import { FORM, type MessageForm } from "../../frame/mod.ts";
import type { PeerEvents } from "../../route/table.ts";
import { type ClientHeader, headerEnd, HeaderError, readClientHeader } from "../../subprotocol/mod.ts";
import type { ClientSession } from "./client_session.ts";
import type { Entrance } from "./entrance.ts";
import { GuardedEvents } from "./guarded_events.ts";

/** A request's number stands before its payload, where its header stood. */
const NUMBER_BYTES = 4;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The client, as seen by the code that has it now. */
export class ClientEvents extends GuardedEvents {
  readonly #session: ClientSession;
  readonly #entrance: Entrance;

  constructor(code: PeerEvents, entrance: Entrance, session: ClientSession) {
    super(code, entrance);
    this.#entrance = entrance;
    this.#session = session;
  }

  override message(
    form: MessageForm,
    bytes: Uint8Array<ArrayBuffer>,
    start: number,
    end: number,
  ): void | Promise<void> {
    const at = headerEnd(bytes, start, end);
    if (at === start) {
      if (!this.#entrance.isEntered) return this.#session.violate("TOKEN_MISSING");
      return this.code.message(form, bytes, Math.min(start + 1, end), end);
    }
    const header = this.#read(bytes, start, at);
    if (header === undefined) return;
    if (header[0] === "auth") return this.#entrance.bring(this.code, header[1]);
    if (header[0] === "ping") return this.#session.pong();
    if (!this.#entrance.isEntered) return this.#session.violate("TOKEN_MISSING");
    if (header[0] === "req") return this.#request(header[1], form, bytes, Math.min(at + 1, end), end);
    return this.#session.take(header, this.code);
  }

  #request(
    id: number,
    form: MessageForm,
    bytes: Uint8Array<ArrayBuffer>,
    start: number,
    end: number,
  ): void | Promise<void> {
    if (!this.#session.open(id)) return;
    const numberAt = start - NUMBER_BYTES;
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(numberAt, id, true);
    return this.code.message(form | FORM.REQUEST, bytes, numberAt, end);
  }

  #read(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): ClientHeader | undefined {
    try {
      return readClientHeader(decoder.decode(bytes.subarray(start, end)));
    } catch (error) {
      const isMalformed = error instanceof HeaderError ? error.isMalformed : true;
      this.#session.violate(isMalformed ? "HEADER_MALFORMED" : "HEADER_WRONG");
      return undefined;
    }
  }
}
