/**
 * Bodies of answers that come from remote code, part by part, as fast as they are read.
 *
 * @module
 */
import { checkResponse } from "../http_answer.ts";
import type { Outbox } from "./outbox.ts";
import type { ResponseHead } from "./record_values.ts";
import { BODY_BROKEN, BODY_END, DOWN, WireError } from "./wire.ts";

interface Body {
  readonly controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  /** Resolves the pull that is under way. */
  pulled: (() => void) | undefined;
}

/** The bodies of one link. */
export class RemoteBodies {
  readonly #outbox: Outbox;
  readonly #bodies = new Map<number, Body>();

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** How many are on their way. */
  get size(): number {
    return this.#bodies.size;
  }

  /**
   * The answer to a call.
   *
   * @throws {WireError} when it cannot be one.
   */
  response(id: number, { status, statusText, headers, hasBody }: ResponseHead): Response {
    try {
      const init = { status, statusText, headers: headers.map(([name, value]): [string, string] => [name, value]) };
      return checkResponse(new Response(hasBody ? this.#body(id) : null, init), "it");
    } catch (cause) {
      throw new WireError("an answer that is none", { cause });
    }
  }

  /** A part. @throws {WireError} when nobody has asked for one. */
  take(id: number, flags: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    const body = this.#bodies.get(id);
    if (body === undefined) return; // It was given up meanwhile.
    const { controller, pulled } = body;
    if (pulled === undefined) throw new WireError("a part of a body that nobody asked for");
    body.pulled = undefined;
    if ((flags & BODY_BROKEN) !== 0) controller.error(new Error("the answer broke off"));
    else if ((flags & BODY_END) !== 0) controller.close();
    else controller.enqueue(bytes.slice(start, end));
    if (flags !== 0) this.#bodies.delete(id);
    pulled();
  }

  /** Nothing comes any more. */
  breakAll(error: Error): void {
    for (const { controller, pulled } of this.#bodies.values()) {
      controller.error(error);
      pulled?.();
    }
    this.#bodies.clear();
  }

  #body(id: number): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream({
      start: (controller) => void this.#bodies.set(id, { controller, pulled: undefined }),
      pull: () => {
        const body = this.#bodies.get(id);
        if (body === undefined) return;
        this.#outbox.writer.putEmpty(DOWN.PULL, 0, id);
        return new Promise((resolve) => body.pulled = resolve);
      },
      cancel: () => {
        this.#bodies.delete(id);
        this.#outbox.writer.putEmpty(DOWN.CANCEL, 0, id);
      },
    }, { highWaterMark: 1 });
  }
}
