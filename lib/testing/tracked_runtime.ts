/**
 * A runtime whose pending handlers are known, so that a test can wait for them.
 *
 * @module
 */
import type { MessageForm, MessageWalk } from "../frame/mod.ts";
import type { Admission, Awaitable, CloseInfo, ResumeReason } from "../route/mod.ts";
import type {
  PeerCommands,
  PeerEvents,
  RouteDescriptor,
  RouteRuntime,
  UpgradeDecision,
  UpgradeQuestion,
} from "../route/table.ts";
import type { Quiet } from "./quiet.ts";

/** Passes everything on, and tells what is pending. */
export class TrackedRuntime implements RouteRuntime {
  readonly kind: RouteRuntime["kind"];
  readonly descriptors: readonly RouteDescriptor[];
  readonly deployment: string | undefined;
  readonly #runtime: RouteRuntime;
  readonly #quiet: Quiet;

  constructor(runtime: RouteRuntime, quiet: Quiet) {
    this.kind = runtime.kind;
    this.descriptors = runtime.descriptors;
    this.deployment = runtime.deployment;
    this.#runtime = runtime;
    this.#quiet = quiet;
  }

  start(): Promise<void> {
    return this.#runtime.start();
  }

  stop(): Promise<void> {
    return this.#runtime.stop();
  }

  idle(): Promise<void> {
    return this.#runtime.idle();
  }

  upgrade(route: number, question: UpgradeQuestion): Awaitable<UpgradeDecision> {
    return this.#quiet.track(this.#runtime.upgrade(route, question));
  }

  exchange(
    route: number,
    request: Request,
    params: Readonly<Record<string, string>>,
    remoteAddress: string,
  ): Promise<Response> {
    return this.#quiet.track(this.#runtime.exchange(route, request, params, remoteAddress));
  }

  attach(route: number, commands: PeerCommands): PeerEvents {
    return new TrackedEvents(this.#runtime.attach(route, commands), this.#quiet);
  }
}

class TrackedEvents implements PeerEvents {
  readonly #events: PeerEvents;
  readonly #quiet: Quiet;

  constructor(events: PeerEvents, quiet: Quiet) {
    this.#events = events;
    this.#quiet = quiet;
  }

  open(): void | Promise<void> {
    return this.#quiet.track(this.#events.open());
  }

  message(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void | Promise<void> {
    return this.#quiet.track(this.#events.message(form, bytes, start, end));
  }

  messages(walk: MessageWalk): void | Promise<void> {
    return this.#quiet.track(this.#events.messages?.(walk));
  }

  subscribe(topic: string): Awaitable<boolean> {
    return this.#quiet.track(this.#events.subscribe(topic));
  }

  authenticate(token: string): Awaitable<boolean | Admission> {
    return this.#quiet.track(this.#events.authenticate(token));
  }

  drain(): void | Promise<void> {
    return this.#quiet.track(this.#events.drain());
  }

  close(info: CloseInfo): void | Promise<void> {
    return this.#quiet.track(this.#events.close(info));
  }

  abort(reason: DOMException): void {
    this.#events.abort(reason);
  }

  suspend(): Awaitable<unknown> {
    return this.#quiet.track(this.#events.suspend());
  }

  resume(state: unknown, reason: ResumeReason): Awaitable<void> {
    return this.#quiet.track(this.#events.resume(state, reason));
  }

  revoke(reason: DOMException): void {
    this.#events.revoke(reason);
  }
}
