/**
 * One deployment: code that can be made to serve, what it is at the moment, and its runtimes while it has any.
 *
 * @module
 */
import { limited, type RouteRuntime, RouteTable, type RuntimeStatus, type TimeLimit } from "../route/table.ts";
import type { UploadedCode } from "./upload.ts";

/** Code that can be made to serve, again and again. */
export interface DeploymentCode {
  /** What `peer.deployment` says. */
  readonly name: string;
  /** What it was made of, where it was uploaded: that can be stored. */
  readonly upload?: UploadedCode | undefined;
  /** Its runtimes, of which none was started. */
  make(): Promise<readonly RouteRuntime[]>;
}

/**
 * What a deployment is: ready and not in force (`candidate`), in force for a share (`canary`) or for all (`active`), in
 * force formerly (`kept`), or tried in vain (`failed`).
 */
export type DeploymentState = "candidate" | "canary" | "active" | "kept" | "failed";

/** What is told of a deployment. Times are ISO 8601. */
export interface DeploymentStatus {
  readonly name: string;
  readonly state: DeploymentState;
  /** Of the peers, above 0 and below 1: for a canary. */
  readonly share?: number;
  /** Open peers that its code has. */
  readonly peers: number;
  readonly readyAt: string;
  /** When it became active last. */
  readonly activeAt?: string;
  /** Why it failed, or was taken back, when it was tried last. */
  readonly reason?: string;
  /** Those of its routes, and the plug-ins beside them, that have a place of their own. */
  readonly places?: readonly RuntimeStatus[];
}

/** When what happened to a deployment, in milliseconds since 1970. */
export interface DeploymentTimes {
  readonly readyAt: number;
  readonly activeAt?: number | undefined;
  /** When another one took its place last. */
  readonly replacedAt?: number | undefined;
}

/** One deployment. */
export class Deployment {
  code: DeploymentCode;
  state: DeploymentState = "candidate";
  share: number | undefined;
  reason: string | undefined;
  readonly readyAt: number;
  activeAt: number | undefined;
  replacedAt: number | undefined;
  #runtimes: readonly RouteRuntime[] | undefined;
  #table: RouteTable | undefined;
  #isStarted = false;

  /** @param runtimes of the code, where they have been made already. */
  constructor(
    code: DeploymentCode,
    { readyAt, activeAt, replacedAt }: DeploymentTimes,
    runtimes?: readonly RouteRuntime[],
  ) {
    this.code = code;
    this.readyAt = readyAt;
    this.activeAt = activeAt;
    this.replacedAt = replacedAt;
    this.#runtimes = runtimes;
  }

  /** A deployment that serves already: its runtimes were started by whoever made them. */
  static serving(code: DeploymentCode, now: number, runtimes: readonly RouteRuntime[]): Deployment {
    const deployment = new Deployment(code, { readyAt: now, activeAt: now }, runtimes);
    deployment.state = "active";
    deployment.#isStarted = true;
    return deployment;
  }

  /** It was tried in vain: what it was made of is let go. */
  fail(reason: string): void {
    this.state = "failed";
    this.reason = reason;
    this.code = { name: this.name, make: () => Promise.reject(new Error(reason)) };
  }

  get name(): string {
    return this.code.name;
  }

  /** Of its runtimes, which it has from {@linkcode start} to {@linkcode stop}. */
  get table(): RouteTable {
    return this.#table ??= RouteTable.of(this.#runtimes ?? []);
  }

  /** Makes the runtimes where there are none, and starts them, unless that was done. */
  async start(limit: TimeLimit): Promise<void> {
    if (this.#isStarted) return;
    this.#runtimes ??= await limited(this.code.make(), "loading the code", limit);
    // Two routes for the same paths: nothing was started yet.
    this.#table = RouteTable.of(this.#runtimes);
    this.#isStarted = true;
    for (const runtime of this.#runtimes) await limited(runtime.start(), "start", limit);
  }

  /**
   * Stops the runtimes and lets go of them.
   *
   * @param rest how long the answers to what they were asked are waited for; undefined: they are not.
   * @param warn hears of what does not come to its end.
   */
  async stop(rest?: TimeLimit, warn?: (error: unknown) => void): Promise<void> {
    // Also of code that never served: its worker or process is there.
    const runtimes = this.#runtimes ?? [];
    this.#isStarted = false;
    this.#runtimes = undefined;
    this.#table = undefined;
    if (rest === undefined) return void await Promise.all(runtimes.map((runtime) => runtime.stop()));
    await Promise.all(runtimes.map(async (runtime) => {
      await limited(runtime.idle(), "the last request", rest).catch(warn);
      await limited(runtime.stop(), "stop", rest).catch(warn);
    }));
  }

  /** @param peers open ones whose code it is. */
  status(peers: number): DeploymentStatus {
    const { name, state, share, readyAt, activeAt, reason } = this;
    const places = (this.#runtimes ?? []).flatMap((runtime) => runtime.status?.() ?? []);
    return {
      name,
      state,
      ...(share === undefined ? {} : { share }),
      peers,
      readyAt: new Date(readyAt).toISOString(),
      ...(activeAt === undefined ? {} : { activeAt: new Date(activeAt).toISOString() }),
      ...(reason === undefined ? {} : { reason }),
      ...(places.length === 0 ? {} : { places }),
    };
  }
}
