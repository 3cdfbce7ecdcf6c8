/**
 * What the code of one connection was given ahead and has not handled: within a credit, and until it is handled or given
 * back.
 *
 * @module
 */
import { FORM, type MessageForm } from "../../frame/mod.ts";
import type { GivenBack } from "../../route/table.ts";
import { REQUEST_NUMBER_BYTES, requestNumberOf } from "../inline_request.ts";
import { MESSAGE_OVERHEAD_BYTES, WireError } from "./wire.ts";

/** Beyond so many bytes of messages that were not handled yet, a peer is not read. */
const CREDIT_BYTES = 64 * 1024;

/** The messages of one peer. */
export class GivenMessages {
  /** What was given back, in order, and not taken yet; made for the first. */
  #back: GivenBack[] | undefined;
  /** Given and not handled. */
  #bytes = 0;
  /** Numbers of the requests among them that were not answered; made for the first. */
  #requests: Set<number> | undefined;

  /** Bytes that were given and not handled. */
  get unsettledBytes(): number {
    return this.#bytes;
  }

  /** True when the peer is not to be read. */
  get isUsedUp(): boolean {
    return this.#bytes >= CREDIT_BYTES;
  }

  /** True when the peer may be read again. */
  get hasRoom(): boolean {
    return this.#bytes <= CREDIT_BYTES / 2;
  }

  /** A message is given. @returns the bytes that it counts. */
  give(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
    if ((form & FORM.REQUEST) !== 0) (this.#requests ??= new Set()).add(requestNumberOf(bytes, start));
    const counted = end - start + MESSAGE_OVERHEAD_BYTES;
    this.#bytes += counted;
    return counted;
  }

  /** So many bytes have been handled. @returns how many it can have been: who claims more gains nothing by it. */
  settle(bytes: number): number {
    const settled = Math.min(bytes, this.#bytes);
    this.#bytes -= settled;
    return settled;
  }

  /** A request is answered. @throws {WireError} when it was not given, or was answered. */
  answer(request: number): void {
    if (this.#requests?.delete(request) !== true) throw new WireError("a reply to a request that waits for none");
  }

  /** A message has not been begun. @throws {WireError} when it cannot have been given. */
  takeBack(form: MessageForm, bytes: Uint8Array<ArrayBuffer>): number {
    const counted = bytes.length + MESSAGE_OVERHEAD_BYTES;
    if (counted > this.#bytes) throw new WireError("a message given back that was never given");
    if ((form & FORM.REQUEST) !== 0) {
      if (bytes.length < REQUEST_NUMBER_BYTES) throw new WireError("a request given back that has no number");
      this.answer(requestNumberOf(bytes, 0));
    }
    (this.#back ??= []).push({ form, bytes });
    return this.settle(counted);
  }

  /** What was given back since the last time. */
  takeAll(): readonly GivenBack[] {
    const back = this.#back ?? [];
    this.#back = undefined;
    return back;
  }

  /** The code has ended, or the peer has left. @returns the bytes that are never told of. */
  forget(): number {
    this.#requests = undefined;
    return this.settle(this.#bytes);
  }
}
