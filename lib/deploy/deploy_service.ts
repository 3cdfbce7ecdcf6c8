/**
 * All that lets the code of a running server be replaced: store, beginning, history, and the admin listener.
 *
 * @module
 */
import {
  ConnectionDirectory,
  connectionsInNumbers,
  type Gateway,
  type GatewayOptions,
  type LocalPages,
  optionsByEntry,
  systemClock,
  topicRulesOf,
} from "../gateway/mod.ts";
import type { RouteRuntime } from "../route/table.ts";
import { Admin, type AdminParts } from "./admin.ts";
import { AdminListener } from "./admin_listener.ts";
import { type AdminTokens, hasTokens, TOKEN_VARIABLES } from "./admin_tokens.ts";
import type { DeployMetric } from "./deploy_metrics.ts";
import { type Beginning, beginningOf } from "./beginning.ts";
import type { CandidateHost } from "./candidate.ts";
import { Deployment, type DeploymentCode } from "./deployment.ts";
import { DeploymentStore } from "./deployment_store.ts";
import { Deployments } from "./deployments.ts";
import type { DeployTracer } from "./deploy_tracer.ts";
import { readProcess } from "./process_metrics.ts";
import { openMetricsWarning, publicMetrics } from "./public_metrics.ts";
import { Push } from "./push.ts";
import { type ServerInNumbers, serverMetrics } from "./server_metrics.ts";

/** Where what belongs to a server and not to one of its processes is: elsewhere, for a worker. */
export interface DeployPlace {
  readonly store: Pick<DeploymentStore, "load" | "begin" | "write" | "endTrial" | "close">;
  rehearse(code: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Admin requests come by here. */
  listen(answer: (request: Request) => Promise<Response>): void;
  /** This process is asked for its own metrics by here. @returns those of all. */
  measure(own: () => string): () => Promise<string>;
}

/** What the service is made of. */
export interface DeployServiceParts {
  readonly options: GatewayOptions;
  /** Without one there is no admin listener. */
  readonly tokens: AdminTokens;
  /** False: nothing is stored, and nothing that was stored is served; in development it is the folder that counts. */
  readonly isStored: boolean;
  /** Loads the routes folder, or what was built there. */
  folder(): Promise<DeploymentCode>;
  /** What its deployment is called. */
  readonly folderName: string;
  /** Loads a deployment that comes as one module, and makes its runtimes; the table is what its manifest says of it. */
  runtimesOf: CandidateHost["runtimesOf"];
  exposition(metrics: readonly DeployMetric[]): { readonly text: string; readonly type: string };
  /** Of this server. */
  readonly version: string;
  readonly log: AdminParts["log"];
  /** Default: store and admin listener are this process's own. */
  readonly place?: DeployPlace | undefined;
  /** Makes spans of what is done to deployments. Default: nothing does. */
  readonly tracer?: DeployTracer | undefined;
}

/** How long an admin request that is under way may take when the server goes away. */
const ADMIN_CLOSE_MS = 1_000;

/** The service of one server, from before its gateway is there until after it is gone. */
export class DeployService {
  readonly #parts: DeployServiceParts;
  readonly #store: DeployPlace["store"] | undefined;
  readonly #beginning: Beginning;
  #deployments: Deployments | undefined;
  #admin: AdminListener | undefined;

  private constructor(parts: DeployServiceParts, store: DeployPlace["store"] | undefined, beginning: Beginning) {
    this.#parts = parts;
    this.#store = store;
    this.#beginning = beginning;
  }

  /**
   * Finds what to begin with, and loads it.
   *
   * @throws {DataDirError} and what is wrong with the routes folder.
   */
  static async begin(parts: DeployServiceParts): Promise<DeployService> {
    const { folder, folderName, log, options } = parts;
    const store = parts.place?.store ?? await ownStore(parts);
    const host = candidateHost(parts);
    const now = systemClock.wallNow();
    const beginning = await beginningOf({ store, folder, folderName, host, key: options.deployKey, log, now });
    return new DeployService(parts, store, beginning);
  }

  /** To begin with; not started yet. */
  get runtimes(): readonly RouteRuntime[] {
    return this.#beginning.runtimes;
  }

  /** Does what may fail without the code being to blame, which is not on trial any more then. */
  async sparing<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      await this.#store?.close().catch(this.#untold);
      throw error;
    }
  }

  /**
   * Takes orders from now on. The runtimes to begin with have been started.
   *
   * @param drain has the server go away in good order.
   * @param pages what else the admin listener answers with.
   * @throws {AdminListenError}
   */
  async serve(gateway: Gateway, drain: () => void, pages?: LocalPages): Promise<Deployments> {
    const { options, tokens, log, place, tracer } = this.#parts;
    const { code, runtimes, earlier } = this.#beginning;
    const first = Deployment.serving(code, systemClock.wallNow(), runtimes);
    const deployments = new Deployments({
      host: gateway,
      first,
      log,
      kept: options.keptDeployments,
      journal: this.#store,
      tracer,
    });
    this.#deployments = deployments;
    await deployments.recall(earlier);
    const metrics = this.#metrics(gateway, deployments);
    if (!hasTokens(tokens)) return deployments;
    const { admin: address, maxDeploymentBytes, deployKey } = options;
    const token = tokens.deploy;
    const candidates = candidateHost(this.#parts);
    const limits = { maxDeploymentBytes, deployKey };
    const admin = new Admin({
      deployments,
      candidates,
      token,
      metricsToken: tokens.metrics,
      address,
      ...limits,
      metrics,
      log,
      tracer,
      drain,
    });
    const push = this.#push(gateway);
    const answer = (request: Request): Promise<Response> => {
      const { pathname } = new URL(request.url);
      if (pages?.has(pathname) === true) return pages.answer(request);
      return push.has(pathname) ? push.answer(request) : admin.answer(request);
    };
    if (place !== undefined) {
      place.listen(answer);
      return deployments;
    }
    this.#admin = await this.sparing(() => new AdminListener(address, answer));
    log.info(`the admin listener is on port ${this.#admin.port} (--admin ${address})`);
    return deployments;
  }

  /** Has the gateway answer with them too, where it is to. */
  #metrics(gateway: Gateway, deployments: Deployments): AdminParts["metrics"] {
    const { options, tokens: { metrics: token }, exposition, version, log, place } = this.#parts;
    const numbers: ServerInNumbers = {
      deployments,
      hub: gateway.hub,
      gateway: { counts: gateway.counts, connections: () => connectionsInNumbers(gateway) },
      process: () => readProcess(version),
    };
    const metrics = (): { readonly text: string; readonly type: string } => exposition(serverMetrics(numbers));
    const own = (): string => metrics().text;
    const text = place?.measure(own) ?? own;
    if (options.publicMetrics) {
      const { type } = exposition([]);
      gateway.publicMetrics = publicMetrics({ token, options, type, text, now: () => gateway.clock.now(), log });
    }
    // With workers the parent says so, once.
    const warning = place === undefined ? openMetricsWarning(token, options) : undefined;
    if (warning !== undefined) log.warn(warning, {});
    return metrics;
  }

  #push(gateway: Gateway): Push {
    const { options, tokens } = this.#parts;
    return new Push({
      token: tokens.publish,
      variable: TOKEN_VARIABLES.publish,
      address: options.admin,
      maxMessageBytes: options.maxMessageBytes,
      connections: new ConnectionDirectory(gateway.hub.nodes, (id) => gateway.find(id)),
      publish: (topic, payload) => gateway.publish(topic, payload),
    });
  }

  /** The server was asked to go away: however that ends, what is on trial has passed it. */
  async leave(): Promise<void> {
    await this.#store?.endTrial().catch(this.#untold);
  }

  /** The gateway is gone: ends the listener, and stops what serves. */
  async close(): Promise<void> {
    await this.#admin?.close({ clock: systemClock, timeoutMs: ADMIN_CLOSE_MS });
    await this.#deployments?.stop();
    await this.#store?.close().catch(this.#untold);
  }

  /** A full disk keeps nobody from going away in good order. */
  readonly #untold = (error: unknown): void => {
    this.#parts.log.error("that the server was asked to end could not be stored: the next start may skip what serves", {
      error,
    });
  };
}

function ownStore({ options, isStored }: DeployServiceParts): Promise<DeploymentStore> | undefined {
  return isStored && options.dataDir !== "" ? DeploymentStore.open(options.dataDir, systemClock) : undefined;
}

function candidateHost({ options, runtimesOf, place }: DeployServiceParts): CandidateHost {
  return {
    ...(place === undefined ? {} : { rehearse: (code) => place.rehearse(code) }),
    runtimesOf,
    check(table) {
      optionsByEntry(options, { table });
      topicRulesOf({ table });
    },
    limit: { clock: systemClock, timeoutMs: options.swapTimeoutMs },
  };
}
