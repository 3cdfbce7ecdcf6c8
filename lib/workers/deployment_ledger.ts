/**
 * What the workers' deployments are, so that a worker that is started anew comes up with them; and their one store.
 *
 * @module
 */
import { Deployment, type DeploymentStore, type UploadedCode } from "../deploy/mod.ts";
import type { DeploymentRow, ReplayedDeployment } from "./replayed_deployment.ts";
import type { WorkerBoot } from "./wire.ts";

/** What of a store is used. */
export type LedgerStore = Pick<DeploymentStore, "load" | "begin" | "write" | "endTrial" | "close">;

/** A version of the routes folder has this name. */
const FOLDER_VERSION = /^local\.(\d+)$/;

/** The deployments of all workers. */
export class DeploymentLedger {
  readonly #store: LedgerStore | undefined;
  readonly #uploads = new Map<string, UploadedCode>();
  #rows: readonly DeploymentRow[];
  /** Until the first worker has said what it made of it. */
  #crashed: string | undefined;
  #isKnown = false;

  private constructor(
    store: LedgerStore | undefined,
    stored: readonly ReplayedDeployment[],
    crashed: string | undefined,
  ) {
    this.#store = store;
    this.#crashed = crashed;
    this.#rows = stored.map(({ upload: _, ...row }) => row);
    for (const { name, upload } of stored) if (upload !== undefined) this.#uploads.set(name, upload);
  }

  /** With what was stored. @param store undefined where nothing is. */
  static async open(store: LedgerStore | undefined): Promise<DeploymentLedger> {
    const { deployments, crashed } = await store?.load() ?? { deployments: [], crashed: undefined };
    return new DeploymentLedger(store, deployments, crashed);
  }

  /** What was uploaded under a name, for workers to come. */
  learn(name: string, upload: UploadedCode): void {
    this.#uploads.set(name, upload);
  }

  /**
   * What a worker is to begin with.
   *
   * @param rows of a worker that is up; undefined: what was known last.
   */
  boot(
    rows: readonly DeploymentRow[] = this.#rows,
  ): Pick<WorkerBoot, "deployments" | "crashed" | "canary" | "version"> {
    const canary = rows.find(({ state }) => state === "canary");
    const version = FOLDER_VERSION.exec(rows.find(({ state }) => state === "active")?.name ?? "")?.[1];
    const deployments = rows.flatMap((row): readonly ReplayedDeployment[] => {
      const upload = this.#uploads.get(row.name);
      // What stands in the routes folder is read there; of what is damaged the worker says so.
      if (upload === undefined && (row.state !== "failed" || this.#crashed === undefined)) return [];
      return [{ ...row, state: row.state === "canary" ? "candidate" : row.state, upload }];
    });
    return {
      deployments,
      ...(this.#crashed === undefined ? {} : { crashed: this.#crashed }),
      ...(canary?.share === undefined ? {} : { canary: { name: canary.name, share: canary.share } }),
      ...(version === undefined ? {} : { version }),
    };
  }

  /** A stored deployment is about to serve, after the start of the server: that a worker is started anew is none. */
  async begin(name: string): Promise<void> {
    if (!this.#isKnown) await this.#store?.begin(name);
  }

  /** What the workers have now. Rejects when it could not be stored. */
  async record(rows: readonly DeploymentRow[]): Promise<void> {
    this.#rows = rows;
    this.#crashed = undefined;
    this.#isKnown = true;
    const names = new Set(rows.map(({ name }) => name));
    for (const name of [...this.#uploads.keys()]) if (!names.has(name)) this.#uploads.delete(name);
    await this.#store?.write(rows.map((row) => this.#deploymentOf(row)));
  }

  /** The server was asked to go away: that is no fault of what is on trial. */
  async leave(): Promise<void> {
    await this.#store?.endTrial();
  }

  async close(): Promise<void> {
    await this.#store?.close();
  }

  #deploymentOf({ name, state, reason, ...times }: DeploymentRow): Deployment {
    const make = () => Promise.reject(new Error("it runs in the workers"));
    const deployment = new Deployment({ name, upload: this.#uploads.get(name), make }, times);
    deployment.state = state;
    deployment.reason = reason;
    return deployment;
  }
}
