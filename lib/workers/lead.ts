/**
 * A server with workers, as its parent runs it: it starts them, joins their hubs, answers for all, and serves nobody itself.
 *
 * @module
 */
import {
  AdminListener,
  type AdminTokens,
  DeploymentStore,
  hasTokens,
  openMetricsWarning,
  processMetrics,
  readProcess,
  RecentText,
  rehearse,
  Reload,
} from "../deploy/mod.ts";
import { type GatewayOptions, systemClock } from "../gateway/mod.ts";
import type { Log, MetricFamily } from "../observe/mod.ts";
import type { HistoryStore } from "../pubsub/mod.ts";
import { sha256 } from "../runtime/mod.ts";
import { BackplaneHost } from "./backplane_host.ts";
import { Crew } from "./crew.ts";
import { CrewMetrics } from "./crew_metrics.ts";
import { reloadAll } from "./crew_reload.ts";
import { DeploymentLedger } from "./deployment_ledger.ts";
import type { WorkerReady } from "./wire.ts";
import type { StartedWorker } from "./worker_process.ts";
import { WorkersAdmin } from "./workers_admin.ts";

/** What a server with workers is made of. */
export interface LeadParts {
  readonly options: GatewayOptions;
  /** Of workers. */
  readonly count: number;
  readonly tokens: AdminTokens;
  /** Of the topics that the workers share; the caller closes it. */
  readonly histories: HistoryStore;
  readonly log: Log;
  /** Of this server. */
  readonly version: string;
  /** Starts the process of a worker. */
  start(number: number): StartedWorker;
}

/** How long an admin request that is under way may take when the server goes away. */
const ADMIN_CLOSE_MS = 1_000;

/** What an order may take in a worker beside the limits of a swap, of which it may have several. */
const ORDER_SLACK_MS = 60_000;

/** A server with workers. */
export class Lead {
  readonly #parts: LeadParts;
  readonly #crew: Crew;
  readonly #ledger: DeploymentLedger;
  readonly #host: BackplaneHost;
  readonly #metrics: CrewMetrics;
  readonly #rehearsals = new Map<string, Promise<void>>();
  #admin: AdminListener | undefined;
  #ready: WorkerReady | undefined;

  private constructor(parts: LeadParts, ledger: DeploymentLedger) {
    const { options, count, histories, log, start } = parts;
    this.#parts = parts;
    this.#ledger = ledger;
    this.#host = new BackplaneHost({ store: histories, clock: systemClock });
    // Each worker asks for the page that it shows, and all of them are asked for it.
    const recent = new RecentText(() => this.#metrics.text(), () => systemClock.now());
    this.#crew = new Crew({
      count,
      clock: systemClock,
      log,
      host: this.#host,
      services: {
        rehearse: (code) => this.#rehearse(code),
        begin: (name) => ledger.begin(name),
        metrics: () => recent.get(),
      },
      start,
      bootOf: (number, up, port = options.port) => ({
        number,
        // Their records come here as JSON, and leave in the form that was chosen.
        options: { ...options, port, workers: 1, dataDir: "", logFormat: "json" },
        ...ledger.boot(up[0]?.rows),
      }),
    });
    this.#metrics = new CrewMetrics({ crew: this.#crew, clock: systemClock, own: () => this.#own() });
  }

  /**
   * Starts the workers.
   *
   * @throws what is wrong, told once; then none is left.
   */
  static async begin(parts: LeadParts): Promise<Lead> {
    const { options } = parts;
    const store = options.dataDir === "" ? undefined : await DeploymentStore.open(options.dataDir, systemClock);
    const lead = new Lead(parts, await DeploymentLedger.open(store));
    try {
      await lead.#start();
      return lead;
    } catch (error) {
      await lead.#ledger.close().catch(lead.#untold);
      throw error;
    }
  }

  /** Where they listen, and what is there. */
  get ready(): WorkerReady {
    return this.#ready!;
  }

  /** Takes what is in the routes folder over, in all workers or in none. */
  get reload(): Reload {
    const { options, log } = this.#parts;
    const parts = { crew: this.#crew, clock: systemClock, timeoutMs: orderTimeoutMs(options) };
    return new Reload({
      load: (version) => Promise.resolve({ name: version, make: () => Promise.resolve([]) }),
      replace: ({ name: version }) => reloadAll(parts, version, () => this.#record()),
      tell() {},
      log,
    });
  }

  /** All workers go away in good order, and then this resolves. */
  async drain(): Promise<void> {
    // The drain may end with a kill.
    await this.#ledger.leave().catch(this.#untold);
    await this.#crew.drain(this.#parts.options.drainTimeoutMs);
    await this.#admin?.close({ clock: systemClock, timeoutMs: ADMIN_CLOSE_MS });
    await this.#ledger.close().catch(this.#untold);
  }

  /** Ends all workers at once. */
  kill(): void {
    this.#crew.kill();
  }

  /** Answers admin requests from now on. @param drain has the server go away in good order. */
  listen(drain: () => void): void {
    const { options, tokens, log } = this.#parts;
    const warning = openMetricsWarning(tokens.metrics, options);
    if (warning !== undefined) log.warn(warning);
    if (!hasTokens(tokens)) return;
    const admin = new WorkersAdmin({
      token: tokens.deploy,
      metricsToken: tokens.metrics,
      address: options.admin,
      crew: this.#crew,
      ledger: this.#ledger,
      maxDeploymentBytes: options.maxDeploymentBytes,
      deployKey: options.deployKey,
      clock: systemClock,
      timeoutMs: orderTimeoutMs(options),
      log,
      metrics: () => this.#metrics.text(),
      drain,
    });
    try {
      this.#admin = new AdminListener(options.admin, (request) => admin.answer(request));
    } catch (error) {
      this.#crew.kill();
      throw error;
    }
    log.info(`the admin listener is on port ${this.#admin.port} (--admin ${options.admin})`);
  }

  async #start(): Promise<void> {
    this.#ready = await this.#crew.start();
    await this.#record();
    const processes = this.#crew.up.map(({ number, pid }) => `${number} is process ${pid}`);
    this.#parts.log.info(`${processes.length} workers: ${processes.join(", ")}`);
  }

  /** What could not be written is written with the next change. */
  async #record(): Promise<void> {
    await this.#ledger.record(this.#crew.up[0]?.rows ?? []).catch(this.#untold);
  }

  /** All workers ask at about the same time, of the same code. */
  async #rehearse(code: Uint8Array<ArrayBuffer>): Promise<void> {
    const key = await sha256(code);
    let rehearsal = this.#rehearsals.get(key);
    if (rehearsal === undefined) {
      rehearsal = rehearse(code, { clock: systemClock, timeoutMs: this.#parts.options.swapTimeoutMs });
      this.#rehearsals.set(key, rehearsal);
      const forget = (): void => void this.#rehearsals.delete(key);
      rehearsal.then(forget, forget);
    }
    await rehearsal;
  }

  #own(): readonly MetricFamily[] {
    const one = (name: string, type: MetricFamily["type"], help: string, value: number): MetricFamily => ({
      name,
      help,
      type,
      samples: [{ value }],
    });
    const { count, up, restarts } = this.#crew;
    return [
      one("sockeye_workers", "gauge", "Processes that are to share the port.", count),
      one("sockeye_workers_up", "gauge", "Processes of these that serve.", up.length),
      one("sockeye_worker_restarts_total", "counter", "Times that one was started again.", restarts),
      one(
        "sockeye_worker_dropped_publications_total",
        "counter",
        "Publications without history that did not reach a worker, because it did not read.",
        this.#host.dropped,
      ),
      ...processMetrics(readProcess(this.#parts.version)),
    ];
  }

  /** A full disk keeps nobody from going on, or away. */
  readonly #untold = (error: unknown): void => {
    this.#parts.log.error("the deployments could not be stored: the next start may serve others", { error });
  };
}

function orderTimeoutMs({ swapTimeoutMs }: GatewayOptions): number {
  return 4 * swapTimeoutMs + ORDER_SLACK_MS;
}
