/**
 * A gateway on a free port of 127.0.0.1 with its deployments, in the test's own process: what canaries are tried on.
 *
 * @module
 */
import {
  Deployment,
  type DeploymentCode,
  type DeploymentJournal,
  Deployments,
  type DeployTracer,
  type UploadedCode,
} from "../../lib/deploy/mod.ts";
import { Gateway, type GatewayParts, resolveOptions, systemClock } from "../../lib/gateway/mod.ts";
import type { Peer, Route, RouteModule } from "../../lib/route/mod.ts";
import { type RouteRuntime, RouteTable } from "../../lib/route/table.ts";
import { checkRouteModule, InlineRuntime } from "../../lib/runtime/mod.ts";
import { RawClient } from "./raw_client.ts";

/** Routes by pattern. */
export type Routes = Readonly<Record<string, Route | RouteModule>>;

/** A route that counts what each peer says, across swaps, and answers `name count`. */
export function counting(name: string, changes: Partial<Route> = {}): Route {
  const counts = new Map<string, number>();
  return {
    message(peer: Peer) {
      const count = (counts.get(peer.id) ?? 0) + 1;
      counts.set(peer.id, count);
      peer.send(`${name} ${count}`);
    },
    suspend: (peer) => counts.get(peer.id),
    resume: (peer, state) => void counts.set(peer.id, (state as number | undefined) ?? 0),
    ...changes,
  };
}

/** Says something, and returns what is answered. */
export async function ask(client: RawClient): Promise<string> {
  await client.sendText("?");
  const incoming = await client.nextButPings();
  return incoming.kind === "text" ? incoming.text : JSON.stringify(incoming);
}

/** What may differ. */
export interface DeployedSetting {
  readonly kept?: number;
  readonly journal?: DeploymentJournal;
  readonly tracer?: DeployTracer;
  /** Of the gateway. */
  readonly gateway?: Pick<GatewayParts, "tracer" | "events">;
}

/** A gateway, its deployments, and clients of it. */
export class DeployedGateway implements AsyncDisposable {
  readonly deployments: Deployments;
  readonly gateway: Gateway;
  /** What was logged as a warning or an error. */
  readonly logged: string[] = [];
  /** `start name` and `stop name`, in order. */
  readonly events: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #clients: RawClient[] = [];
  readonly #accepting: Promise<void>;

  private constructor(first: DeploymentCode, runtimes: readonly RouteRuntime[], setting: DeployedSetting) {
    const options = resolveOptions({ config: { swapTimeoutMs: 2_000 } });
    this.gateway = new Gateway({ options, table: RouteTable.of(runtimes), ...setting.gateway });
    const log = (message: string) => void this.logged.push(message);
    this.deployments = new Deployments({
      host: this.gateway,
      first: Deployment.serving(first, systemClock.wallNow(), runtimes),
      log: { warn: log, error: log },
      ...setting,
    });
    this.#accepting = this.#accept();
  }

  /** Serves these routes, as the deployment `one`. */
  static async serving(routes: Routes, setting: DeployedSetting = {}): Promise<DeployedGateway> {
    let self: DeployedGateway | undefined = undefined;
    const runtimes = [runtimeOf("one", routes, () => self)];
    for (const runtime of runtimes) await runtime.start();
    const make = () => Promise.resolve([runtimeOf("one", routes, () => self)]);
    return self = new DeployedGateway({ name: "one", make }, runtimes, setting);
  }

  /** Code with these routes; the same ones each time it is made. */
  code(name: string, routes: Routes): DeploymentCode {
    return { name, make: () => Promise.resolve([runtimeOf(name, routes, () => this)]) };
  }

  /** Adds a candidate. */
  async add(name: string, routes: Routes, upload?: UploadedCode): Promise<void> {
    await this.deployments.add({ ...this.code(name, routes), upload });
  }

  async connect(path = "/", headers: Readonly<Record<string, string>> = {}): Promise<RawClient> {
    const client = await RawClient.connect({ port: this.#listener.addr.port, path, headers });
    this.#clients.push(client);
    return client;
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** So many clients, one after the other: their ids follow each other. */
  async connectMany(count: number, path = "/"): Promise<readonly RawClient[]> {
    const clients: RawClient[] = [];
    for (let at = 0; at < count; at++) clients.push(await this.connect(path));
    return clients;
  }

  async fetch(path: string): Promise<string> {
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const response = await fetch(`http://127.0.0.1:${this.#listener.addr.port}${path}`, { client });
    return `${response.status} ${await response.text()}`;
  }

  /** `name state` of all, in order. */
  states(): readonly string[] {
    return this.deployments.list().map(({ name, state }) => `${name} ${state}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    this.gateway.close();
    this.#listener.close();
    await this.#accepting;
    await this.deployments.stop();
  }

  async #accept(): Promise<void> {
    try {
      for await (const stream of this.#listener) this.gateway.accept(stream, stream.remoteAddr.hostname);
    } catch {
      // The listener was closed: the test is over.
    }
  }
}

function runtimeOf(name: string, routes: Routes, owner: () => DeployedGateway | undefined): RouteRuntime {
  const loaded = Object.entries(routes).map(([pattern, route]) => {
    const isModule = "default" in route || "get" in route || "post" in route;
    return checkRouteModule(isModule ? { ...route } : { default: route }, { file: `${name}${pattern}`, pattern });
  });
  const note = (message: string) => void owner()?.logged.push(message);
  const runtime = new InlineRuntime({
    routes: loaded,
    publish: () => Promise.resolve(),
    log: { warn: note, error: note },
    poisonViews: false,
    deployment: name,
  });
  return Object.assign(runtime, {
    start: () => {
      owner()?.events.push(`start ${name}`);
      return InlineRuntime.prototype.start.call(runtime);
    },
    stop: () => {
      owner()?.events.push(`stop ${name}`);
      return InlineRuntime.prototype.stop.call(runtime);
    },
  });
}
