/**
 * The handlers of one connection, called in the gateway's own isolate.
 *
 * @module
 */
import { CLOSE_CODE, FORM, type MessageForm, type MessageWalk } from "../frame/mod.ts";
import type { Admission, Awaitable, CloseInfo, ResumeReason, SchemaResult, StandardSchema } from "../route/mod.ts";
import { SchemaError } from "../route/mod.ts";
import { messageOf, type PeerCommands, type PeerEvents } from "../route/table.ts";
import { admissionOf } from "./admission.ts";
import { InlineMessage } from "./inline_message.ts";
import { InlinePeer } from "./inline_peer.ts";
import { InlineRequest } from "./inline_request.ts";
import { isPending } from "./pending.ts";
import { RevokedCommands } from "./revoked_commands.ts";
import type { RunningRoute } from "./running_route.ts";

/**
 * Events of one connection. A handler that stays synchronous costs no promise and no closure; a message costs one
 * object.
 *
 * A handler that throws or rejects ends the peer: `error` is called, the log hears of it, and `fail` sends 1011. A
 * rejection with the peer's own `signal.reason` is no failure: the client left, and the handler noticed.
 */
export class InlineEvents implements PeerEvents {
  readonly #running: RunningRoute;
  #commands: PeerCommands;
  readonly #peer: InlinePeer;

  constructor(running: RunningRoute, commands: PeerCommands) {
    this.#running = running;
    this.#commands = commands;
    this.#peer = new InlinePeer(commands, running.setting);
  }

  open(): void | Promise<void> {
    const { onOpen, route, peers } = this.#running;
    peers?.set(this.#commands.id, this.#peer);
    if (onOpen === undefined) return;
    try {
      const result: unknown = onOpen.call(route, this.#peer);
      if (isPending(result)) return this.#settle("open", result);
    } catch (error) {
      return this.#fail("open", error);
    }
  }

  message(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void | Promise<void> {
    if ((form & FORM.REQUEST) !== 0) return this.#request(form, bytes, start, end);
    if (this.#running.onMessage === undefined || InlinePeer.isOver(this.#peer)) return;
    return this.#handle(new InlineMessage(form, bytes, start, end));
  }

  messages(walk: MessageWalk): void | Promise<void> {
    const { onMessage, route, messageSchema, setting } = this.#running;
    const { bytes } = walk;
    const isPlain = onMessage !== undefined && messageSchema === undefined;
    while (walk.next()) {
      if (!isPlain) {
        const pending = this.message(walk.form, bytes, walk.start, walk.end);
        if (pending !== undefined) return pending;
        continue;
      }
      if (InlinePeer.isOver(this.#peer)) continue;
      // As in `message`, and written out: a function for both takes 1.08 of the CPU of 64 messages of 64 bytes.
      const message = new InlineMessage(walk.form, bytes, walk.start, walk.end);
      try {
        const result: unknown = onMessage.call(route, this.#peer, message);
        if (isPending(result)) return this.#settleMessage(result, message);
      } catch (error) {
        InlineMessage.release(message, setting.isDevelopment);
        return this.#fail("message", error);
      }
      InlineMessage.release(message, setting.isDevelopment);
    }
  }

  subscribe(topic: string): Awaitable<boolean> {
    const { onSubscribe, route } = this.#running;
    if (onSubscribe === undefined) return false;
    return this.#ask("subscribe", () => onSubscribe.call(route, this.#peer, topic), isYes);
  }

  authenticate(token: string): Awaitable<boolean | Admission> {
    const { onAuthenticate, route } = this.#running;
    if (onAuthenticate === undefined) return false;
    return this.#ask("authenticate", () => onAuthenticate.call(route, this.#peer, token), admissionOf);
  }

  drain(): void | Promise<void> {
    const { onDrain, route } = this.#running;
    if (onDrain === undefined || InlinePeer.isOver(this.#peer)) return;
    try {
      const result: unknown = onDrain.call(route, this.#peer);
      if (isPending(result)) return this.#settle("drain", result);
    } catch (error) {
      return this.#fail("drain", error);
    }
  }

  close(info: CloseInfo): void | Promise<void> {
    const { onClose, route, peers } = this.#running;
    peers?.delete(this.#commands.id);
    InlinePeer.abort(this.#peer, ENDED);
    InlinePeer.end(this.#peer);
    if (onClose === undefined) return;
    try {
      const result: unknown = onClose.call(route, this.#peer, info);
      if (isPending(result)) return this.#settle("close", result);
    } catch (error) {
      return this.#fail("close", error);
    }
  }

  abort(reason: DOMException): void {
    InlinePeer.abort(this.#peer, reason);
  }

  suspend(): Awaitable<unknown> {
    const { route } = this.#running;
    const state: unknown = route.suspend?.(this.#peer);
    return isPending(state) ? state.then(cloned) : cloned(state);
  }

  resume(state: unknown, reason: ResumeReason): Awaitable<void> {
    const { route, peers } = this.#running;
    peers?.set(this.#commands.id, this.#peer);
    // What it resolves to nobody asks for.
    return route.resume?.(this.#peer, state, { reason }) as Awaitable<void>;
  }

  revoke(reason: DOMException): void {
    this.#running.peers?.delete(this.#commands.id);
    this.#commands = new RevokedCommands(this.#commands);
    InlinePeer.revoke(this.#peer, this.#commands, reason);
  }

  /** A message whose bytes are given back when its handler has settled. */
  #handle(message: InlineMessage): void | Promise<void> {
    const { onMessage, route, messageSchema, setting } = this.#running;
    if (messageSchema !== undefined) return this.#checkedMessage(message, messageSchema);
    try {
      const result: unknown = onMessage?.call(route, this.#peer, message);
      if (isPending(result)) return this.#settleMessage(result, message);
    } catch (error) {
      InlineMessage.release(message, setting.isDevelopment);
      return this.#fail("message", error);
    }
    InlineMessage.release(message, setting.isDevelopment);
  }

  /** A message that is to be answered: by its handler, or, where that says nothing, when it has settled. */
  #request(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void | Promise<void> {
    if (InlinePeer.isOver(this.#peer)) return;
    const request = new InlineRequest(form, bytes, start, end, this.#peer);
    const pending = this.#handle(request);
    if (pending === undefined) return InlineRequest.settle(request);
    return pending.then(() => InlineRequest.settle(request));
  }

  /** A hook that says yes or no; one that fails has said no. */
  #ask<Answer>(hook: string, ask: () => unknown, read: (answer: unknown) => Answer): Awaitable<Answer | false> {
    if (InlinePeer.isOver(this.#peer)) return false;
    try {
      const answer = ask();
      return isPending(answer) ? this.#awaitedAnswer(hook, answer, read) : read(answer);
    } catch (error) {
      const pending = this.#fail(hook, error);
      return pending === undefined ? false : pending.then(() => false as const);
    }
  }

  async #awaitedAnswer<Answer>(
    hook: string,
    pending: PromiseLike<unknown>,
    read: (answer: unknown) => Answer,
  ): Promise<Answer | false> {
    try {
      return read(await pending);
    } catch (error) {
      await this.#fail(hook, error);
      return false;
    }
  }

  async #settle(hook: string, pending: PromiseLike<unknown>): Promise<void> {
    try {
      await pending;
    } catch (error) {
      await this.#fail(hook, error);
    }
  }

  async #settleMessage(pending: PromiseLike<unknown>, message: InlineMessage): Promise<void> {
    const { isDevelopment } = this.#running.setting;
    try {
      await pending;
    } catch (error) {
      InlineMessage.release(message, isDevelopment);
      return await this.#fail("message", error);
    }
    InlineMessage.release(message, isDevelopment);
  }

  /** A message of a route with a schema: parsed, validated, and only then delivered. */
  #checkedMessage(message: InlineMessage, schema: StandardSchema): void | Promise<void> {
    const { isDevelopment } = this.#running.setting;
    let pending: void | PromiseLike<unknown>;
    let miss: SchemaError | undefined;
    try {
      const result = validate(message, schema);
      if (isPending(result)) return this.#awaitedMessage(message, result);
      miss = missOf(result);
      pending = miss === undefined ? this.#deliver(message, result) : undefined;
    } catch (error) {
      InlineMessage.release(message, isDevelopment);
      return this.#fail("message", error);
    }
    if (pending !== undefined) return this.#settleMessage(pending, message);
    InlineMessage.release(message, isDevelopment);
    if (miss !== undefined) return this.#refuse(miss);
  }

  async #awaitedMessage(message: InlineMessage, pending: PromiseLike<SchemaResult<unknown>>): Promise<void> {
    let miss: SchemaError | undefined;
    const delivered = (async () => {
      const result = await pending;
      miss = missOf(result);
      // The peer may have gone while the schema was thinking.
      if (miss === undefined && !InlinePeer.isOver(this.#peer)) await this.#deliver(message, result);
    })();
    await this.#settleMessage(delivered, message);
    if (miss !== undefined && !InlinePeer.isOver(this.#peer)) await this.#refuse(miss);
  }

  #deliver(message: InlineMessage, result: SchemaResult<unknown>): void | PromiseLike<unknown> {
    const { onMessage, route } = this.#running;
    if (result.issues === undefined) InlineMessage.setValue(message, result.value);
    const returned: unknown = onMessage?.call(route, this.#peer, message);
    if (isPending(returned)) return returned;
  }

  /** A message missed the schema: the `error` hook decides, or the peer is closed. */
  #refuse(miss: SchemaError): void | Promise<void> {
    if (this.#running.onError !== undefined) return this.#callError(miss, false);
    InlinePeer.end(this.#peer);
    this.#commands.close(CLOSE_CODE.POLICY_VIOLATION, "message does not match the schema");
  }

  /** A handler failed: `error` is called, then the peer ends with 1011. */
  #fail(hook: string, error: unknown): void | Promise<void> {
    if (error !== undefined && error === InlinePeer.abortReason(this.#peer)) return;
    InlinePeer.end(this.#peer);
    this.#running.report(hook, error, this.#commands.id);
    return this.#callError(error, true);
  }

  #callError(error: unknown, isFatal: boolean): void | Promise<void> {
    const { onError, route } = this.#running;
    try {
      const result: unknown = onError?.call(route, this.#peer, error);
      if (isPending(result)) return this.#settleError(result, isFatal);
    } catch (second) {
      return this.#failFinally(second);
    }
    if (isFatal) this.#commands.fail();
  }

  async #settleError(pending: PromiseLike<unknown>, isFatal: boolean): Promise<void> {
    try {
      await pending;
    } catch (second) {
      return this.#failFinally(second);
    }
    if (isFatal) this.#commands.fail();
  }

  /** The `error` hook itself failed: nobody is left to ask. */
  #failFinally(error: unknown): void {
    InlinePeer.end(this.#peer);
    this.#running.report("error", error, this.#commands.id);
    this.#commands.fail();
  }
}

/** Why `signal` is aborted where nobody gave a reason before. */
const ENDED = new DOMException("the connection has ended", "AbortError");

/** Whatever is not true is a no. */
function isYes(answer: unknown): boolean {
  return answer === true;
}

/** What `suspend` returned is the next code's own: a clone, as it would be from a process to another. */
function cloned(state: unknown): unknown {
  return typeof state === "object" || typeof state === "function" ? structuredClone(state) : state;
}

/** A text message is validated as what its JSON means, a binary one as bytes. */
function validate(message: InlineMessage, schema: StandardSchema): ReturnType<StandardSchema["~standard"]["validate"]> {
  let value: unknown;
  if (message.isText) {
    try {
      value = message.json();
    } catch (error) {
      return { issues: [{ message: `it is not JSON (${messageOf(error)})` }] };
    }
  } else {
    value = message.bytes();
  }
  return schema["~standard"].validate(value);
}

function missOf(result: SchemaResult<unknown>): SchemaError | undefined {
  return result.issues === undefined ? undefined : new SchemaError(result.issues);
}
