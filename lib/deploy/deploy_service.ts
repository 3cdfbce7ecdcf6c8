/**
 * All that lets the code of a running server be replaced: store, beginning, history, and the admin listener.
 *
 * @module
 */
import { type Gateway, type GatewayOptions, optionsByEntry, systemClock } from "../gateway/mod.ts";
import type { RouteRuntime } from "../route/table.ts";
import { Admin, type AdminParts } from "./admin.ts";
import { tokenProblem } from "./admin_guard.ts";
import { AdminListener } from "./admin_listener.ts";
import { type Beginning, beginningOf } from "./beginning.ts";
import type { CandidateHost } from "./candidate.ts";
import { Deployment, type DeploymentCode } from "./deployment.ts";
import { DeploymentStore } from "./deployment_store.ts";
import { Deployments } from "./deployments.ts";

/** What the service is made of. */
export interface DeployServiceParts {
  readonly options: GatewayOptions;
  /** Of `SOCKEYE_DEPLOY_TOKEN`; without one there is no admin listener. */
  readonly token: string | undefined;
  /** False: nothing is stored, and nothing that was stored is served; in development it is the folder that counts. */
  readonly isStored: boolean;
  /** Loads the routes folder, or what was built there. */
  folder(): Promise<DeploymentCode>;
  /** What its deployment is called. */
  readonly folderName: string;
  /** Loads a deployment that comes as one module, and makes its runtimes; the table is what its manifest says of it. */
  runtimesOf: CandidateHost["runtimesOf"];
  readonly exposition: AdminParts["exposition"];
  readonly log: AdminParts["log"];
}

/** The token cannot be used: the message says why, and how to make one. */
export class TokenError extends Error {
  override readonly name = "TokenError";
}

/** How long an admin request that is under way may take when the server goes away. */
const ADMIN_CLOSE_MS = 1_000;

/** The service of one server, from before its gateway is there until after it is gone. */
export class DeployService {
  readonly #parts: DeployServiceParts;
  readonly #store: DeploymentStore | undefined;
  readonly #beginning: Beginning;
  #deployments: Deployments | undefined;
  #admin: AdminListener | undefined;

  private constructor(parts: DeployServiceParts, store: DeploymentStore | undefined, beginning: Beginning) {
    this.#parts = parts;
    this.#store = store;
    this.#beginning = beginning;
  }

  /**
   * Finds what to begin with, and loads it.
   *
   * @throws {TokenError} {DataDirError} and what is wrong with the routes folder.
   */
  static async begin(parts: DeployServiceParts): Promise<DeployService> {
    const { options, token, isStored, folder, folderName, log } = parts;
    const problem = token === undefined ? undefined : tokenProblem(token);
    if (problem !== undefined) throw new TokenError(problem);
    const store = isStored && options.dataDir !== ""
      ? await DeploymentStore.open(options.dataDir, systemClock)
      : undefined;
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
  async sparing<Result>(work: () => Result): Promise<Result> {
    try {
      return work();
    } catch (error) {
      await this.#store?.close().catch(this.#untold);
      throw error;
    }
  }

  /**
   * Takes orders from now on. The runtimes to begin with have been started.
   *
   * @param drain has the server go away in good order.
   * @throws {AdminListenError}
   */
  async serve(gateway: Gateway, drain: () => void): Promise<Deployments> {
    const { options, token, exposition, log } = this.#parts;
    const { code, runtimes, earlier } = this.#beginning;
    const first = Deployment.serving(code, systemClock.wallNow(), runtimes);
    const deployments = new Deployments({
      host: gateway,
      first,
      log,
      kept: options.keptDeployments,
      journal: this.#store,
    });
    this.#deployments = deployments;
    await deployments.recall(earlier);
    if (token === undefined) return deployments;
    const { admin: address, maxDeploymentBytes, deployKey } = options;
    const candidates = candidateHost(this.#parts);
    const limits = { maxDeploymentBytes, deployKey };
    const admin = new Admin({ deployments, candidates, token, address, ...limits, exposition, log, drain });
    this.#admin = await this.sparing(() => new AdminListener(address, (request) => admin.answer(request)));
    log.info(`the admin listener is on port ${this.#admin.port} (--admin ${address})`);
    return deployments;
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

function candidateHost({ options, runtimesOf }: DeployServiceParts): CandidateHost {
  return {
    runtimesOf,
    check: (table) => void optionsByEntry(options, { table }),
    limit: { clock: systemClock, timeoutMs: options.swapTimeoutMs },
  };
}
