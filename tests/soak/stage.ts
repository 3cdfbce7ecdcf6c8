/**
 * What a soak is about: a server as users start it, with deployments, and a broker where there is one.
 *
 * @module
 */
import { AdminClient } from "../../lib/deploy/admin_client.ts";
import { build } from "../../lib/deploy/build.ts";
import { type Package, packed } from "../../lib/deploy/packing.ts";
import type { BrokerProcess } from "../support/broker_process.ts";
import { TOKEN } from "../support/deploy_server.ts";
import { startNats } from "../support/nats_server.ts";
import { startRedis } from "../support/redis_server.ts";
import { PROJECT, type ServerProcess, startServer } from "../support/server_process.ts";
import { START_TASK } from "../support/start_task.ts";
import { type MetricValues, parseMetrics } from "./metrics_text.ts";
import type { SoakSettings } from "./settings.ts";

const ROUTES = "tests/soak/routes";

/** The start task, with a garbage collector that can be called. */
const COLLECTING_TASK = {
  ...START_TASK,
  flags: START_TASK.flags.map((flag) => flag.startsWith("--v8-flags=") ? `${flag},--expose-gc` : flag),
};

const BROKERS = {
  nats: { start: () => startNats(), env: (port: number) => ({ NATS_URL: `nats://127.0.0.1:${port}` }) },
  redis: { start: () => startRedis(), env: (port: number) => ({ REDIS_URL: `redis://127.0.0.1:${port}` }) },
} as const;

/** The server, and what is around it. Disposing of it ends all. */
export class Stage implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly broker: BrokerProcess | undefined;
  /** Two versions of the code, ready to be deployed. */
  readonly packages: readonly [Package, Package];
  readonly admin: AdminClient;
  readonly #adminUrl: string;

  private constructor(
    parts: Pick<Stage, "server" | "broker" | "packages"> & { readonly adminUrl: string },
  ) {
    this.server = parts.server;
    this.broker = parts.broker;
    this.packages = parts.packages;
    this.#adminUrl = parts.adminUrl;
    this.admin = new AdminClient(parts.adminUrl, TOKEN);
  }

  /** @param maxFiles that the server may have open. */
  static async open(setting: Pick<SoakSettings, "broker">, maxFiles: number): Promise<Stage> {
    await using parts = new AsyncDisposableStack();
    const packages = [await packageOf(1), await packageOf(2)] as const;
    const kind = setting.broker === "none" ? undefined : BROKERS[setting.broker];
    const broker = kind && parts.use(await kind.start());
    const server = parts.use(
      await startServer({
        routes: ROUTES,
        task: COLLECTING_TASK,
        maxOpenFiles: maxFiles,
        args: ["--admin", "127.0.0.1:0"],
        env: { SOCKEYE_DEPLOY_TOKEN: TOKEN, ...(broker === undefined ? {} : kind!.env(broker.port)) },
      }),
    );
    const [, adminPort] = await server.printed(/the admin listener is on port (\d+)/);
    parts.move();
    return new Stage({ server, broker, packages, adminUrl: `http://127.0.0.1:${adminPort}` });
  }

  /** What the server counts. */
  async metrics(): Promise<MetricValues> {
    const response = await fetch(`${this.#adminUrl}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    if (!response.ok) throw new Error(`GET /metrics: ${response.status} ${await response.text()}`);
    return parseMetrics(await response.text());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.broker?.[Symbol.asyncDispose]();
  }
}

/** The routes, with another version number, as `deno task deploy` would send them. */
async function packageOf(version: number): Promise<Package> {
  const folder = await Deno.makeTempDir({ prefix: "sockeye-soak-" });
  try {
    await copyTree(`${PROJECT}${ROUTES}`, `${folder}/routes`);
    const file = `${folder}/routes/_version.ts`;
    await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace(/VERSION = \d+/, `VERSION = ${version}`));
    await build({ routes: `${folder}/routes`, out: `${folder}/dist` });
    return await packed(`${folder}/dist`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    await (isDirectory ? copyTree : Deno.copyFile)(`${from}/${name}`, `${to}/${name}`);
  }
}
