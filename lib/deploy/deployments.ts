/**
 * What serves now, what has served, and how something else comes to: start the new, swap, stop the old.
 *
 * @module
 */
import type { Clock, Routing, SwapReport, SwapRules } from "../gateway/mod.ts";
import { messageOf, type RouteRuntime, type TimeLimit } from "../route/table.ts";
import type { RuntimeLog } from "../runtime/mod.ts";
import { ActivationCounts } from "./activation_counts.ts";
import { type DeployTracer, UNTRACED } from "./deploy_tracer.ts";
import { Deployment, type DeploymentCode, type DeploymentStatus } from "./deployment.ts";

/** What a deployment acts on: the gateway, its clock and its limits. */
export interface DeploymentsHost {
  readonly clock: Pick<Clock, "setTimer" | "wallNow">;
  /** Also for loading and `start` of the new code, and for what the old still has to do. */
  readonly swapTimeoutMs: number;
  /** The open peers. */
  peers(): ReadonlyArray<{ readonly entry: { readonly runtime: RouteRuntime } }>;
  swap(routing: Routing, rules?: SwapRules): Promise<SwapReport>;
}

/** What the deployments of one gateway are made of. */
export interface DeploymentsParts {
  readonly host: DeploymentsHost;
  /** What serves already, and has been started. */
  readonly first: Deployment;
  readonly log: RuntimeLog;
  /** How many that served before are kept, so that they can serve again. Default: 5. */
  readonly kept?: number;
  /** Stores what has become of them. */
  readonly journal?: DeploymentJournal | undefined;
  /** Makes spans of what is done. Default: nothing does. */
  readonly tracer?: DeployTracer | undefined;
}

/** Where it is written down which deployments there are. */
export interface DeploymentJournal {
  /** @param deployments all of them. Rejects when they could not be stored. */
  write(deployments: readonly Deployment[]): Promise<void>;
}

/** How a deployment comes to serve. */
export interface ActivationRules extends SwapRules {
  /** Above 0 and below 1: for this share of the peers only, as a canary. */
  readonly share?: number | undefined;
}

/** What came of it. */
export interface ActivationReport extends SwapReport {
  readonly deployment: DeploymentStatus;
  /** It serves, and yet something is not as it should be. */
  readonly warning?: string;
}

/** It cannot be done as things are: nothing has changed. The message says what stands in the way. */
export class DeploymentConflict extends Error {
  override readonly name = "DeploymentConflict";
}

/** There is no deployment of this name. */
export class UnknownDeployment extends Error {
  override readonly name = "UnknownDeployment";
}

/** In this order they are told. */
const ORDER = ["canary", "active", "candidate", "kept", "failed"] as const;

/** The deployments of one gateway: one operation at a time, in the order of the calls. */
export class Deployments {
  readonly counts = new ActivationCounts();
  readonly #host: DeploymentsHost;
  readonly #log: RuntimeLog;
  readonly #kept: number;
  readonly #journal: DeploymentJournal | undefined;
  readonly #tracer: DeployTracer;
  #all: readonly Deployment[];
  #active: Deployment;
  #canary: Deployment | undefined;
  /** What is about to serve. */
  #next: Deployment | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ host, first, log, kept = 5, journal, tracer = UNTRACED }: DeploymentsParts) {
    this.#host = host;
    this.#log = log;
    this.#kept = kept;
    this.#journal = journal;
    this.#tracer = tracer;
    this.#active = first;
    this.#all = [first];
  }

  /** All there are: the canary first, then what is active, candidates, kept ones, failed ones; the latest first. */
  list(): readonly DeploymentStatus[] {
    const counts = this.#peerCounts();
    return this.#sorted().map((deployment) => deployment.status(counts.get(deployment) ?? 0));
  }

  /** What is told of one; undefined when there is none of this name. */
  find(name: string): DeploymentStatus | undefined {
    return this.list().find((status) => status.name === name);
  }

  /**
   * Adds what there was before a restart: kept deployments, candidates, failed ones.
   *
   * @param earlier their names differ from each other.
   */
  recall(earlier: readonly Deployment[]): Promise<void> {
    return this.#inTurn(async () => {
      this.#all = [...this.#all, ...earlier.filter(({ name }) => name !== this.#active.name)];
      this.#prune();
      await this.#record();
    });
  }

  /**
   * Adds a candidate, which can be activated then. One of the same name that failed makes room for it; any other is
   * what is told of.
   *
   * @param runtimes of the code, made to see whether they can be.
   * @throws when it could not be stored; then it was not added.
   */
  add(code: DeploymentCode, runtimes?: readonly RouteRuntime[]): Promise<DeploymentStatus> {
    return this.#inTurn(async () => {
      const known = this.#named(code.name);
      if (known !== undefined && known.state !== "failed") return this.#statusOf(known);
      const before = this.#all;
      const candidate = new Deployment(code, { readyAt: this.#host.clock.wallNow() }, runtimes);
      this.#insert(candidate);
      try {
        await this.#journal?.write(this.#all);
      } catch (error) {
        this.#all = before;
        throw new Error(`the deployment could not be stored: ${messageOf(error)}`, { cause: error });
      }
      return this.#statusOf(candidate);
    });
  }

  /** A candidate that is not ready after all, with the reason. */
  addFailed(code: DeploymentCode, reason: string): Promise<void> {
    return this.#inTurn(async () => {
      const known = this.#named(code.name);
      if (known !== undefined && known.state !== "failed") return;
      const failed = new Deployment(code, { readyAt: this.#host.clock.wallNow() });
      failed.fail(reason);
      this.#insert(failed);
      await this.#record();
    });
  }

  /**
   * Has a deployment take the place of the one that serves; with a share, for so many of the peers.
   *
   * The canary's own name changes its share, or promotes it.
   *
   * @throws {DeploymentConflict} while another canary is under way: whoever started it has to decide about it first.
   * @throws when what served before goes on; the message says why. The new code is stopped then.
   */
  activate(name: string, rules: ActivationRules = {}): Promise<ActivationReport> {
    return this.#inTurn(() => this.#activate(this.#existing(name), rules));
  }

  /**
   * The same with code that nobody has uploaded.
   *
   * One of the same name is forgotten once it does not serve any more.
   */
  replace(code: DeploymentCode, rules: ActivationRules = {}): Promise<ActivationReport> {
    return this.#inTurn(() => this.#activate(new Deployment(code, { readyAt: this.#host.clock.wallNow() }), rules));
  }

  /** Has the canary serve all. @throws {DeploymentConflict} when there is none of this name. */
  promote(name: string, rules: SwapRules = {}): Promise<ActivationReport> {
    return this.#inTurn(() => {
      const deployment = this.#existing(name);
      if (deployment !== this.#canary) {
        throw new DeploymentConflict(`${name} is no canary: it is ${deployment.state}; activate it instead`);
      }
      return this.#activate(deployment, rules);
    });
  }

  /**
   * Goes back: takes the canary back, if there is one, whatever its code says; else has a kept deployment serve again.
   *
   * @param name of a kept deployment; without, the one that served before.
   * @throws {DeploymentConflict} when there is nothing to go back to, or a name is given while a canary is under way.
   */
  rollback(name?: string, rules: SwapRules = {}): Promise<ActivationReport> {
    return this.#inTurn(() => {
      if (this.#canary !== undefined) {
        if (name !== undefined && name !== this.#active.name) {
          throw new DeploymentConflict(this.#underWay(this.#canary));
        }
        return this.#takeBack(this.#canary);
      }
      const target = name === undefined ? this.#sorted().find(({ state }) => state === "kept") : this.#existing(name);
      if (target === undefined) throw new DeploymentConflict("no deployment is kept that could serve again");
      if (target.state !== "kept") {
        throw new DeploymentConflict(`${target.name} is ${target.state}, and not kept: activate it instead`);
      }
      return this.#activate(target, rules);
    });
  }

  /** Stops what serves, and what was about to: a swap that is under way is not waited for. */
  async stop(): Promise<void> {
    await Promise.all([...new Set([...this.#all, this.#next])].map((one) => one?.stop()));
  }

  async #activate(deployment: Deployment, rules: ActivationRules): Promise<ActivationReport> {
    this.#refuse(deployment);
    const { share, ...swapRules } = rules;
    this.#tracer.note({ deployment: deployment.name, share });
    this.#next = deployment;
    let report: SwapReport;
    try {
      await this.#tracer.step("start", () => deployment.start(this.#limit()));
      const canary = share === undefined ? undefined : { table: deployment.table, share };
      const table = canary === undefined ? deployment.table : this.#active.table;
      report = await this.#tracer.step("swap", () => this.#host.swap({ table, canary }, swapRules));
    } catch (error) {
      this.counts.failed++;
      await this.#failed(deployment, error);
      throw error;
    } finally {
      this.#next = undefined;
    }
    this.counts.add(report);
    deployment.reason = undefined;
    deployment.share = share;
    deployment.state = share === undefined ? "active" : "canary";
    this.#canary = share === undefined ? undefined : deployment;
    this.#insert(deployment);
    const before = this.#active;
    if (share === undefined) this.#succeed(deployment);
    const warning = await this.#record();
    if (share === undefined) await this.#stop(before);
    return this.#told({ ...report, deployment: this.#statusOf(deployment), ...warning });
  }

  #succeed(deployment: Deployment): void {
    const now = this.#host.clock.wallNow();
    this.#active.state = "kept";
    this.#active.replacedAt = now;
    deployment.activeAt = now;
    this.#active = deployment;
    this.#prune();
  }

  /** A canary that could not be promoted remains one, and what served before can do so another time. */
  async #failed(deployment: Deployment, error: unknown): Promise<void> {
    deployment.reason = messageOf(error);
    if (deployment === this.#canary) return;
    await this.#stop(deployment);
    if (deployment.state !== "kept") {
      deployment.fail(messageOf(error));
      // Of the same name as what serves: that alone is told of.
      if (this.#named(deployment.name) !== this.#active) this.#insert(deployment);
    }
    await this.#record();
  }

  async #takeBack(canary: Deployment): Promise<ActivationReport> {
    const rules = { allowRemoval: true, insist: true };
    const report = await this.#tracer.step("swap", () => this.#host.swap({ table: this.#active.table }, rules));
    this.counts.add(report);
    this.#canary = undefined;
    canary.state = "candidate";
    canary.share = undefined;
    canary.reason = "it was taken back as a canary";
    const warning = await this.#record();
    await this.#stop(canary);
    return this.#told({ ...report, deployment: this.#statusOf(this.#active), ...warning });
  }

  #stop(deployment: Deployment): Promise<void> {
    return this.#tracer.step("stop", () => deployment.stop(this.#limit(), this.#warn));
  }

  #told(report: ActivationReport): ActivationReport {
    const { deployment: { name, state }, moved, dismissed, lost } = report;
    this.#tracer.note({ deployment: name, state, moved, dismissed, lost });
    return report;
  }

  #refuse(deployment: Deployment): void {
    const canary = this.#canary;
    if (canary !== undefined && canary !== deployment) throw new DeploymentConflict(this.#underWay(canary));
    if (deployment === this.#active) throw new DeploymentConflict(`${deployment.name} serves already`);
    if (deployment.state === "failed") {
      throw new DeploymentConflict(`${deployment.name} has failed (${deployment.reason}): upload it again`);
    }
  }

  #underWay({ name, share = 0 }: Deployment): string {
    return `${name} is a canary for ${Math.round(share * 100)} % of the peers: promote it, or roll it back, first`;
  }

  /** In the place of another of the same name, unless that one still has peers. */
  #insert(deployment: Deployment): void {
    const isOther = (other: Deployment): boolean =>
      other !== deployment && (other.name !== deployment.name || other === this.#active);
    this.#all = [deployment, ...this.#all.filter(isOther)];
    this.#prune();
  }

  /** So many of each kind that costs memory; and of one name the latest. */
  #prune(): void {
    const counts = new Map<string, number>();
    const before = this.#all;
    this.#all = this.#sorted().filter((deployment, at, all) => {
      const { state, name } = deployment;
      if (state === "active" || state === "canary") return true;
      const count = (counts.get(state) ?? 0) + 1;
      counts.set(state, count);
      return count <= this.#kept && all.findIndex((other) => other.name === name) === at;
    });
    // What is forgotten may have a worker or a process.
    for (const one of before) if (!this.#all.includes(one)) void one.stop(this.#limit(), this.#warn);
  }

  #sorted(): readonly Deployment[] {
    // Kept and never replaced: it stands in the routes folder, and has not served since the start.
    const when = ({ state, readyAt, replacedAt }: Deployment): number => state === "kept" ? replacedAt ?? 0 : readyAt;
    // Of two at the same moment the one that was added last comes first: sorting is stable.
    return this.#all.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || when(b) - when(a));
  }

  #peerCounts(): ReadonlyMap<Deployment, number> {
    const counts = new Map<RouteRuntime, number>();
    for (const { entry: { runtime } } of this.#host.peers()) counts.set(runtime, (counts.get(runtime) ?? 0) + 1);
    const sum = (deployment: Deployment): number =>
      [...deployment.table.runtimes].reduce((peers, runtime) => peers + (counts.get(runtime) ?? 0), 0);
    return new Map(this.#all.map((deployment) => [deployment, sum(deployment)]));
  }

  #statusOf(deployment: Deployment): DeploymentStatus {
    return deployment.status(this.#peerCounts().get(deployment) ?? 0);
  }

  #named(name: string): Deployment | undefined {
    return this.#all.find((deployment) => deployment.name === name);
  }

  #existing(name: string): Deployment {
    const deployment = this.#named(name);
    if (deployment === undefined) throw new UnknownDeployment(`there is no deployment ${name}`);
    return deployment;
  }

  /** What happened stands whether or not it can be written down. */
  async #record(): Promise<{ readonly warning?: string }> {
    try {
      await this.#journal?.write(this.#all);
      return {};
    } catch (error) {
      const warning = `the deployments could not be stored: what serves after a restart is what was stored before`;
      this.#log.error(warning, { error });
      return { warning: `${warning} (${messageOf(error)})` };
    }
  }

  #inTurn<T>(operation: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(operation);
    this.#last = done.catch(() => {});
    return done;
  }

  #limit(): TimeLimit {
    return { clock: this.#host.clock, timeoutMs: this.#host.swapTimeoutMs };
  }

  readonly #warn = (error: unknown): void => {
    this.#log.warn("code that was replaced has not come to its end", { error });
  };
}
