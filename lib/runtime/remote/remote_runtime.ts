/**
 * Route code on the other side of a channel: on a thread of its own, or in a process of its own.
 *
 * @module
 */
import type { Payload } from "../../frame/mod.ts";
import type { Awaitable } from "../../route/mod.ts";
import {
  limited,
  type PeerCommands,
  type PeerEvents,
  type RequestRecord,
  type RouteDescriptor,
  type RuntimeStatus,
  type UpgradeDecision,
  type UpgradeQuestion,
} from "../../route/table.ts";
import { checkTopic } from "../../pubsub/mod.ts";
import type { RuntimeLog } from "../log.ts";
import type { Boot, LogLine } from "./record_values.ts";
import { type CallsHome, RemoteCalls } from "./remote_calls.ts";
import type { WakefulRuntime } from "./hibernating_runtime.ts";
import { type LinkHome, type OpenChannel, PROBE_TIMEOUT_MS, RemoteLink } from "./remote_link.ts";
import type { PeerHome } from "./peer_link.ts";
import { checkDescriptors } from "./remote_descriptors.ts";
import { RemotePeer } from "./remote_peer.ts";
import { Supervisor, type SupervisorClock } from "./supervisor.ts";
import { DOWN, WireError } from "./wire.ts";

/** Code that is not loaded after so long is not going to be. */
export const READY_TIMEOUT_MS = 10_000;
/** A peer whose code has not resumed it after so long after a crash is let go: others wait for it. */
export const RESUME_TIMEOUT_MS = 10_000;
/** Code that has not stopped after so long is ended. */
export const STOP_TIMEOUT_MS = 10_000;
/** While the code is started again, who asks waits so long. */
export const RESTART_PATIENCE_MS = 5000;

/** What a remote runtime is made of. */
export interface RemoteRuntimeOptions {
  readonly kind: "worker" | "process";
  /** For logs: the deployment, or the plug-in. */
  readonly name: string;
  readonly open: OpenChannel;
  readonly boot: Boot;
  readonly clock: SupervisorClock;
  /** Where `publish` of `start` and of HTTP handlers goes. */
  readonly publish: (topic: string, payload: Payload) => Promise<void>;
  readonly log: RuntimeLog;
  /** Field names, in lower case, that the code is not shown. Default: none. */
  readonly withheldFields?: ReadonlySet<string>;
  /** Topics that the code may use. Default: all. */
  readonly mayUseTopic?: (topic: string) => boolean;
  /** Patterns that its routes may have. Default: any. */
  readonly patterns?: readonly string[];
  /** Most bytes of memory that the code may use. Default: no limit. */
  readonly maxMemoryBytes?: number;
}

/** Runs routes elsewhere. It is made with its code loaded, and may be started then. */
export class RemoteRuntime implements WakefulRuntime, LinkHome, PeerHome, CallsHome {
  readonly kind: "worker" | "process";
  readonly deployment: string;
  descriptors: readonly RouteDescriptor[] = [];
  /** What the code says of itself; not checked. */
  manifest: unknown;
  readonly clock: SupervisorClock;
  readonly maxMemoryBytes: number;
  readonly broken: Promise<Error>;
  readonly #options: RemoteRuntimeOptions;
  /** Whether each route has an `upgrade` hook of its own. */
  #hasUpgrade: readonly boolean[] = [];
  readonly #supervisor: Supervisor;
  readonly #calls = new RemoteCalls(this);
  readonly #peers = new Set<RemotePeer>();
  readonly #broken = Promise.withResolvers<Error>();
  /** Upgrades and exchanges under way. */
  readonly #asked = new Set<Promise<unknown>>();
  #link: RemoteLink | undefined;
  #isStarted = false;
  #isCommitted = false;
  #stopping: Promise<void> | undefined;
  #whenBack = Promise.withResolvers<void>();
  #stuckSince: number | undefined;
  #restarts = 0;
  /** By lives that have ended. */
  #heardBefore = 0;

  private constructor(options: RemoteRuntimeOptions) {
    this.#options = options;
    this.kind = options.kind;
    this.deployment = options.boot.deployment;
    this.clock = options.clock;
    this.maxMemoryBytes = options.maxMemoryBytes ?? 0;
    this.broken = this.#broken.promise;
    this.#supervisor = new Supervisor({
      clock: options.clock,
      restart: () => this.#restart(),
      quarantined: () => this.#giveUp(),
      told: (message, fields) => this.#warn(message, fields),
    });
  }

  /**
   * Starts the place and loads the code.
   *
   * @throws {Error} that says why the code cannot be loaded; nothing is left behind then.
   */
  static async load(options: RemoteRuntimeOptions): Promise<RemoteRuntime> {
    const runtime = new RemoteRuntime(options);
    await runtime.#begin();
    return runtime;
  }

  async start(): Promise<void> {
    if (this.#isStarted) throw new Error("this runtime was started before; make a new one");
    this.#isStarted = true;
    try {
      await this.#call(DOWN.START, this.#living());
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  async #stop(): Promise<void> {
    this.#supervisor.close();
    const link = this.#link;
    if (link === undefined) return;
    // Code that ends by itself meanwhile has stopped too, and what does not answer is ended.
    await this.#within(this.#call(DOWN.STOP, link), STOP_TIMEOUT_MS, "stop").catch((error) => {
      if (this.#link === link) this.#warn("it was ended before it had stopped", { error });
    });
    await link.kill("it was stopped");
  }

  get isQuiet(): boolean {
    return this.#link?.isQuiet === true && this.#asked.size === 0;
  }

  get heard(): number {
    return this.#heardBefore + (this.#link?.heard ?? 0);
  }

  status(): RuntimeStatus {
    const { unsettledBytes = 0, memoryBytes = 0 } = this.#link ?? {};
    return {
      kind: this.kind,
      patterns: this.descriptors.map(({ pattern }) => pattern),
      state: this.#supervisor.state,
      restarts: this.#restarts,
      unsettledBytes,
      ...(memoryBytes === 0 ? {} : { memoryBytes }),
    };
  }

  async idle(): Promise<void> {
    while (this.#asked.size > 0) await Promise.all(this.#asked);
  }

  commit(): void {
    this.#isCommitted = true;
  }

  upgrade(route: number, question: UpgradeQuestion): Awaitable<UpgradeDecision> {
    if (this.#link !== undefined && !this.hasUpgrade(route)) return { accept: true };
    return this.#underWay(this.#calls.upgrade(route, question));
  }

  exchange(
    route: number,
    request: Request,
    params: Readonly<Record<string, string>>,
    remoteAddress: string,
  ): Promise<Response> {
    return this.#underWay(this.#calls.exchange(route, request, params, remoteAddress));
  }

  attach(route: number, commands: PeerCommands): PeerEvents {
    if (this.descriptors[route] === undefined) {
      throw new RangeError(`this runtime has ${this.descriptors.length} routes, none at ${route}`);
    }
    const peer = new RemotePeer(commands, route, this);
    this.#peers.add(peer);
    if (this.#link !== undefined) peer.join(this.#link);
    return peer;
  }

  // For peers.

  shown({ method, url, headers, remoteAddress }: RequestRecord): RequestRecord {
    const { withheldFields } = this.#options;
    const shown = withheldFields === undefined ? headers : headers.filter(([name]) => !withheldFields.has(name));
    return { method, url, headers: shown, remoteAddress };
  }

  checkTopic(topic: string): string {
    try {
      checkTopic(topic);
    } catch (cause) {
      throw new WireError("a topic that is none", { cause });
    }
    if (this.#options.mayUseTopic?.(topic) === false) throw new WireError(`the topic ${topic}, which was not granted`);
    return topic;
  }

  whenBack(): Promise<void> {
    return this.#whenBack.promise;
  }

  fateOf({ route }: RemotePeer): "wait" | "fail" {
    if (this.#stopping !== undefined) return "wait";
    // Whoever is about to put this code in its place has them go back.
    if (!this.#isCommitted) return "wait";
    return this.descriptors[route]!.canResume && this.#supervisor.state === "down" ? "wait" : "fail";
  }

  left(peer: RemotePeer): void {
    this.#peers.delete(peer);
  }

  // For links.

  publish(topic: string, payload: Payload): Promise<void> {
    return this.#options.publish(topic, payload);
  }

  log({ level, message, fields }: LogLine, error: unknown): void {
    const told = error === undefined ? fields : { ...fields, error };
    this.#options.log[level === "warn" ? "warn" : "error"](String(message), told);
  }

  onStuck(link: RemoteLink): void {
    if (this.kind === "process") {
      void link.kill(`it did not come back to its event loop within ${PROBE_TIMEOUT_MS} ms`);
    } else if (this.#stuckSince === undefined) {
      this.#stuckSince = this.clock.now();
      this.#warn("it does not come back to its event loop: its peers wait, and a core burns, until it does", {});
    }
  }

  onEnded(link: RemoteLink, reason: string): void {
    if (link !== this.#link) return;
    this.#link = undefined;
    this.#heardBefore += link.heard + 1;
    if (this.#stopping !== undefined) return;
    if (!this.#isCommitted) {
      return this.#broken.resolve(new Error(`${this.#options.name}: its code has ended: ${reason}`));
    }
    this.#supervisor.ended(reason);
  }

  // Lives.

  async #begin(): Promise<void> {
    const link = this.#open();
    try {
      const ready = await this.#boot(link);
      checkDescriptors(ready.descriptors, this.#options);
      this.manifest = ready.manifest;
      this.#describe(ready.descriptors);
      link.checkAlive();
      this.#link = link;
    } catch (error) {
      await link.kill("it could not be loaded");
      throw error;
    }
  }

  #open(): RemoteLink {
    return new RemoteLink(this.#options.open, this);
  }

  #boot(link: RemoteLink): ReturnType<RemoteLink["boot"]> {
    return this.#within(link.boot(this.#options.boot), READY_TIMEOUT_MS, "loading the code");
  }

  #describe(descriptors: readonly RouteDescriptor[]): void {
    this.#hasUpgrade = descriptors.map(({ hasUpgrade }) => hasUpgrade);
    this.descriptors = descriptors.map((descriptor) => ({
      ...descriptor,
      // Asked of this runtime first, which knows whether its code is there.
      hasUpgrade: descriptor.isWebSocket,
    }));
  }

  /** New life: the same code once more, and the peers that can be resumed. */
  async #restart(): Promise<void> {
    const link = this.#open();
    try {
      await this.#boot(link);
      await this.#within(this.#call(DOWN.START, link), READY_TIMEOUT_MS, "start");
      link.checkAlive();
    } catch (error) {
      await link.kill("it could not be started");
      throw error;
    }
    if (this.#stopping !== undefined) return await link.kill("it was stopped");
    this.#link = link;
    this.#restarts++;
    await Promise.all([...this.#peers].map((peer) => this.#bringBack(peer, link)));
    if (this.#link === link) this.#goOn();
  }

  async #bringBack(peer: RemotePeer, link: RemoteLink): Promise<void> {
    if (peer.awaits === "nothing") return;
    peer.join(link);
    if (peer.awaits === "open") return;
    try {
      await this.#within(peer.resume(undefined, "crash"), RESUME_TIMEOUT_MS, "resume");
    } catch (error) {
      this.failed("resume", peer.route, error, { peer: peer.commands.id });
      peer.commands.fail();
    }
  }

  #giveUp(): void {
    for (const peer of [...this.#peers]) peer.commands.fail();
    this.#goOn();
  }

  /** Those who wait for the code see whether it is there. */
  #goOn(): void {
    this.#whenBack.resolve();
    this.#whenBack = Promise.withResolvers();
  }

  // For calls.

  hasUpgrade(route: number): boolean {
    return this.#hasUpgrade[route] === true;
  }

  isCurrent(link: RemoteLink): boolean {
    return this.#link === link;
  }

  failed(hook: string, route: number, error: unknown, whose: { readonly peer?: string } = {}): void {
    const { pattern, file } = this.descriptors[route]!;
    this.#options.log.error(`${file}: ${hook} failed`, { route: pattern, file, hook, error, ...whose });
  }

  async whenUp(): Promise<RemoteLink | undefined> {
    if (this.#link === undefined && this.#isCommitted) await this.#supervisor.settled(RESTART_PATIENCE_MS);
    return this.#link;
  }

  #call(kind: number, link: RemoteLink): Promise<unknown> {
    return link.calls.ask((id) => link.outbox.writer.putEmpty(kind, 0, id));
  }

  #living(): RemoteLink {
    if (this.#link === undefined) throw new Error(`${this.#options.name}: its code has ended`);
    return this.#link;
  }

  /** None rejects. */
  #underWay<T>(answer: Promise<T>): Promise<T> {
    const done: Promise<unknown> = answer.then(() => this.#asked.delete(done));
    this.#asked.add(done);
    return answer;
  }

  #within<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
    return limited(work, what, { clock: this.clock, timeoutMs });
  }

  #warn(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#options.log.warn(`${this.kind} ${this.#options.name}: ${message}`, fields);
  }
}
