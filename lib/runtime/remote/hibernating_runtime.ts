/**
 * Route code that is ended when nothing happens, and loaded again when something does: sockets and contexts stay.
 *
 * @module
 */
import type { Awaitable } from "../../route/mod.ts";
import {
  limited,
  type PeerCommands,
  type PeerEvents,
  type RouteDescriptor,
  type RouteRuntime,
  type RuntimeStatus,
  TimeLimitError,
  type UpgradeDecision,
  type UpgradeQuestion,
} from "../../route/table.ts";
import { serviceUnavailable } from "../http_answer.ts";
import type { RuntimeLog } from "../log.ts";
import { HibernatingPeer, type PeerShelter } from "./hibernating_peer.ts";
import type { SupervisorClock } from "./supervisor.ts";

/** Code that can tell whether anything happens: a remote runtime. */
export interface WakefulRuntime extends RouteRuntime {
  /** True when it was asked nothing that it has not answered, and given nothing that it has not handled. */
  readonly isQuiet: boolean;
  /** Another number whenever the code has said something. */
  readonly heard: number;
}

/** What a hibernating runtime is made of. */
export interface HibernatingOptions {
  /** For logs. */
  readonly name: string;
  /** Loads the code; started by who asks for it. */
  readonly load: () => Promise<WakefulRuntime>;
  readonly clock: SupervisorClock;
  readonly log: RuntimeLog;
  /** So long nothing has to happen, in milliseconds. */
  readonly hibernateAfterMs: number;
}

/** A route cannot hibernate: the message says why. */
export class HibernationError extends Error {
  override readonly name = "HibernationError";
}

/** Handlers that are still pending after so long are not waited for: then it is not the time to sleep. */
const FALL_TIMEOUT_MS = 1000;

/** It is looked at so many times while nothing happens. */
const LOOKS = 4;

/** Runs code elsewhere while it is needed. */
export class HibernatingRuntime implements RouteRuntime, PeerShelter {
  readonly kind: RouteRuntime["kind"];
  readonly descriptors: readonly RouteDescriptor[];
  readonly deployment: string | undefined;
  readonly broken: Promise<Error> | undefined;
  readonly #options: HibernatingOptions;
  readonly #peers = new Set<HibernatingPeer>();
  /** Undefined while the code sleeps. */
  #runtime: WakefulRuntime | undefined;
  /** Going to sleep, or waking up: what comes waits for its end. */
  #turning: Promise<void> | undefined;
  #isCommitted = false;
  #isStopped = false;
  #cannotSleep = false;
  #wakes = 0;
  /** Counts what came from outside. */
  #came = 0;
  #seen = "";
  #quietLooks = 0;
  #cancelLook = () => {};

  private constructor(runtime: WakefulRuntime, options: HibernatingOptions) {
    this.#runtime = runtime;
    this.#options = options;
    this.kind = runtime.kind;
    this.descriptors = runtime.descriptors;
    this.deployment = runtime.deployment;
    this.broken = runtime.broken;
  }

  /**
   * Loads the code.
   *
   * @throws {HibernationError} when one of its routes has no `resume`; and whatever is wrong with the code.
   */
  static async load(options: HibernatingOptions): Promise<HibernatingRuntime> {
    const runtime = await options.load();
    const route = runtime.descriptors.find(({ isWebSocket, canResume }) => isWebSocket && !canResume);
    if (route === undefined) return new HibernatingRuntime(runtime, options);
    await runtime.stop();
    throw new HibernationError(
      `${route.file}: hibernateAfterMs needs a "resume" hook, which takes the peers over when the code wakes up`,
    );
  }

  /** True while the code sleeps. */
  get isAsleep(): boolean {
    return this.#runtime === undefined && this.#turning === undefined;
  }

  status(): RuntimeStatus {
    const { kind, descriptors } = this;
    const own = this.#runtime?.status?.() ?? {
      ...{ kind, patterns: descriptors.map(({ pattern }) => pattern) },
      ...{ state: "asleep" as const, restarts: 0, unsettledBytes: 0 },
    };
    return { ...own, restarts: own.restarts + this.#wakes };
  }

  async start(): Promise<void> {
    await this.#runtime?.start();
    this.#lookLater();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelLook();
    await this.#turning;
    await this.#runtime?.stop();
  }

  async idle(): Promise<void> {
    await this.#runtime?.idle();
  }

  commit(): void {
    this.#isCommitted = true;
    this.#runtime?.commit?.();
  }

  upgrade(route: number, question: UpgradeQuestion): Awaitable<UpgradeDecision> {
    this.#came++;
    const runtime = this.#awake();
    if (runtime !== undefined) return runtime.upgrade(route, question);
    return this.wake().then(
      () => this.#runtime?.upgrade(route, question) ?? { accept: false, response: serviceUnavailable() },
    );
  }

  async exchange(
    route: number,
    request: Request,
    params: Readonly<Record<string, string>>,
    remoteAddress: string,
  ): Promise<Response> {
    this.#came++;
    if (this.#awake() === undefined) await this.wake();
    return await this.#runtime?.exchange(route, request, params, remoteAddress) ?? serviceUnavailable();
  }

  attach(route: number, commands: PeerCommands): PeerEvents {
    this.#came++;
    const peer = new HibernatingPeer(commands, route, this);
    this.#peers.add(peer);
    peer.events = this.#awake()?.attach(route, commands);
    return peer;
  }

  // For peers.

  happened(): void {
    this.#came++;
  }

  left(peer: HibernatingPeer): void {
    this.#peers.delete(peer);
  }

  /** Resolves when the code is awake, or cannot be woken. Never rejects. */
  async wake(): Promise<void> {
    while (this.#turning !== undefined) await this.#turning;
    if (this.#runtime !== undefined || this.#isStopped) return;
    await this.#turn(() => this.#wake());
  }

  /** The code, unless it sleeps or turns. */
  #awake(): WakefulRuntime | undefined {
    return this.#turning === undefined ? this.#runtime : undefined;
  }

  #turn(work: () => Promise<void>): Promise<void> {
    return this.#turning = work().finally(() => this.#turning = undefined);
  }

  async #wake(): Promise<void> {
    const { load, log, name } = this.#options;
    try {
      const runtime = await load();
      if (this.#isCommitted) runtime.commit?.();
      await runtime.start();
      this.#runtime = runtime;
      this.#wakes++;
      // Who comes meanwhile finds it turning, and is seen to here.
      for (let waiting = this.#waiting(); waiting.length > 0; waiting = this.#waiting()) {
        await Promise.all(waiting.map((peer) => this.#resume(peer, runtime)));
      }
      this.#quietLooks = 0;
    } catch (error) {
      log.error(`${name}: its code cannot be woken up`, { error });
      for (const peer of [...this.#peers]) peer.commands.fail();
    }
  }

  #waiting(): readonly HibernatingPeer[] {
    return [...this.#peers].filter(({ events }) => events === undefined);
  }

  async #resume(peer: HibernatingPeer, runtime: WakefulRuntime): Promise<void> {
    try {
      await peer.wake(runtime.attach(peer.route, peer.commands));
    } catch (error) {
      const { pattern, file } = this.descriptors[peer.route]!;
      const fields = { route: pattern, file, hook: "resume", error, peer: peer.commands.id };
      this.#options.log.error(`${file}: resume failed`, fields);
      this.#peers.delete(peer);
      peer.commands.fail();
    }
  }

  #lookLater(): void {
    if (this.#isStopped) return;
    const { clock, hibernateAfterMs } = this.#options;
    this.#cancelLook = clock.setTimer(() => this.#look(), hibernateAfterMs / LOOKS);
  }

  #look(): void {
    const runtime = this.#awake();
    const seen = `${this.#came} ${runtime?.heard}`;
    const isQuiet = runtime !== undefined && runtime.isQuiet && seen === this.#seen && !this.#cannotSleep;
    this.#quietLooks = isQuiet ? this.#quietLooks + 1 : 0;
    this.#seen = seen;
    if (runtime !== undefined && this.#quietLooks >= LOOKS) void this.#turn(() => this.#sleep(runtime));
    this.#lookLater();
  }

  /** Between two handlers of each peer. What comes from now on waits, and wakes the code up again. */
  async #sleep(runtime: WakefulRuntime): Promise<void> {
    this.#quietLooks = 0;
    const peers = [...this.#peers];
    for (const peer of peers) peer.fall();
    try {
      await this.#within(Promise.all(peers.map((peer) => peer.halted())));
      await this.#within(Promise.all(peers.map((peer) => peer.suspended())));
    } catch (error) {
      for (const peer of peers) peer.stayAwake();
      this.#notNow(error);
      return;
    }
    for (const peer of peers) peer.asleep();
    this.#runtime = undefined;
    await runtime.stop();
  }

  #notNow(error: unknown): void {
    if (error instanceof TimeLimitError) return;
    this.#cannotSleep = true;
    const { log, name } = this.#options;
    log.error(`${name}: suspend failed, so its code is not ended when nothing happens`, { error });
  }

  #within<T>(work: Promise<T>): Promise<T> {
    return limited(work, "a handler", { clock: this.#options.clock, timeoutMs: FALL_TIMEOUT_MS });
  }
}
