/**
 * Code that stays while deployments come and go: a plug-in belongs to the server, and not to the routes.
 *
 * @module
 */
import type { Awaitable } from "../route/mod.ts";
import type {
  PeerCommands,
  PeerEvents,
  RouteDescriptor,
  RouteRuntime,
  RuntimeStatus,
  UpgradeDecision,
  UpgradeQuestion,
} from "../route/table.ts";

/** A runtime that stands in every table, is started once, and is stopped with the server. */
export class ResidentRuntime implements RouteRuntime {
  readonly kind: RouteRuntime["kind"];
  readonly descriptors: readonly RouteDescriptor[];
  readonly deployment: string | undefined;
  readonly #runtime: RouteRuntime;
  #starting: Promise<void> | undefined;

  constructor(runtime: RouteRuntime) {
    this.#runtime = runtime;
    this.kind = runtime.kind;
    this.descriptors = runtime.descriptors;
    this.deployment = runtime.deployment;
  }

  status(): RuntimeStatus | undefined {
    const status = this.#runtime.status?.();
    return status === undefined ? undefined : { ...status, isPlugin: true };
  }

  start(): Promise<void> {
    return this.#starting ??= this.#runtime.start();
  }

  /** Nothing: the deployment that asks for it is not the last. */
  stop(): Promise<void> {
    return Promise.resolve();
  }

  /** What a deployment waits for is its own. */
  idle(): Promise<void> {
    return Promise.resolve();
  }

  commit(): void {
    this.#runtime.commit?.();
  }

  upgrade(route: number, question: UpgradeQuestion): Awaitable<UpgradeDecision> {
    return this.#runtime.upgrade(route, question);
  }

  exchange(
    route: number,
    request: Request,
    params: Readonly<Record<string, string>>,
    remoteAddress: string,
  ): Promise<Response> {
    return this.#runtime.exchange(route, request, params, remoteAddress);
  }

  attach(route: number, commands: PeerCommands): PeerEvents {
    return this.#runtime.attach(route, commands);
  }

  /** The server goes away. */
  end(): Promise<void> {
    return this.#runtime.stop();
  }
}
