/**
 * The message an inline handler gets where a client waits for an answer.
 *
 * @module
 */
import type { MessageForm } from "../frame/mod.ts";
import type { Sendable } from "../route/mod.ts";
import { InlineMessage } from "./inline_message.ts";
import { InlinePeer } from "./inline_peer.ts";
import { payloadOf } from "./sendable.ts";

/** Bytes of a request's number, which stand before the payload. */
export const REQUEST_NUMBER_BYTES = 4;

/** The number of the request whose bytes begin at `start`. */
export function requestNumberOf(bytes: Uint8Array<ArrayBuffer>, start: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + start).getUint32(0, true);
}

/** One request. A class of its own, so that a message is no larger for it. */
export class InlineRequest extends InlineMessage {
  readonly #peer: InlinePeer;
  readonly #number: number;
  #isAnswered = false;

  /** A request whose number and payload are `bytes[start, end)`. */
  constructor(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number, peer: InlinePeer) {
    super(form, bytes, start + REQUEST_NUMBER_BYTES, end);
    this.#peer = peer;
    this.#number = requestNumberOf(bytes, start);
  }

  override reply(data: Sendable): void {
    if (InlineMessage.isReleased(this)) {
      throw new TypeError(
        "message.reply was called after the handler had ended, when nobody waited for an answer any more; " +
          "call it before the handler returns, or before the promise it returned resolves",
      );
    }
    if (this.#isAnswered) throw new TypeError("message.reply was called a second time; a request has one answer");
    InlinePeer.reply(this.#peer, this.#number, payloadOf("message.reply", data));
    this.#isAnswered = true;
  }

  /** The handler has settled: a request that it said nothing to is acknowledged, unless the peer is at its end. */
  static settle(request: InlineRequest): void {
    if (request.#isAnswered || InlinePeer.isOver(request.#peer)) return;
    request.#isAnswered = true;
    InlinePeer.reply(request.#peer, request.#number, undefined);
  }
}
