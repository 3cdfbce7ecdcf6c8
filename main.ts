/**
 * Flags → options → route table → gateway → signals: the only place that wires the floors together.
 *
 * @module
 */
import {
  builtHosts,
  checkPlaces,
  CodeRuntimes,
  DEPLOY_START_ERRORS,
  type DeploymentCode,
  type Deployments,
  DeployService,
  type Hosts,
  LiveReload,
  LOCAL_DEPLOYMENT,
  parsePlacement,
  type Placement,
  readConfig,
  readTokens,
  Reload,
  startRoutes,
  tableOf,
} from "./lib/deploy/mod.ts";
import { brokerPorts, chosenHistories, HistoryError, RefusedError, ServerHub } from "./lib/backplane/mod.ts";
import { CLIENT_MODULES } from "./lib/client/served.ts";
import { isLoopbackAuthority } from "./lib/handshake/mod.ts";
import {
  announcement,
  checkCertificate,
  checkPort,
  Gateway,
  gatewayLog,
  type GatewayOptions,
  helpText,
  hostOf,
  ListenError,
  type LocalPages,
  memoryLimitBytes,
  openDoor,
  OptionError,
  parseCommandLine,
  resolveOptions,
  stopAtSignal,
  stopAtWord,
  systemClock,
  withoutPassword,
} from "./lib/gateway/mod.ts";
import { createLog, exposition, EXPOSITION_TYPE, type Log, openInspector } from "./lib/observe/mod.ts";
import { TopicRuleError } from "./lib/pubsub/mod.ts";
import { messageOf } from "./lib/route/table.ts";
import {
  HibernationError,
  importedFiles,
  InlineRuntime,
  keepRunning,
  loadBuiltRoutes,
  loadRoutes,
  ManifestError,
  readManifest,
  RouteLoadError,
} from "./lib/runtime/mod.ts";
import {
  checkWorkers,
  countOf,
  Lead,
  Seat,
  seatOf,
  UnfitError,
  type WorkerReady,
  workerStarter,
  WorkersUnavailableError,
} from "./lib/workers/mod.ts";
import denoConfig from "./deno.json" with { type: "json" };

/** Exit codes: 0 after a drain, 1 when it cannot start, 2 for a wrong option, 130 and 143 at a second signal. */
const EXIT = { CANNOT_START: 1, WRONG_OPTION: 2 } as const;

/** What development adds to the URLs of modules, and nobody has to read. */
const VERSION_MARK = /(?<=\.[cm]?[jt]sx?)\?v=\d+/g;

const REASONS_NOT_TO_START = [
  ...DEPLOY_START_ERRORS,
  HibernationError,
  HistoryError,
  ListenError,
  ManifestError,
  OptionError,
  RefusedError,
  RouteLoadError,
  TopicRuleError,
  UnfitError,
  WorkersUnavailableError,
];

if (import.meta.main) await run(Deno.args);

/**
 * Runs the command line.
 *
 * @param built the folder of a built deployment, which is served unless another folder is named.
 */
export async function run(args: readonly string[], built?: string): Promise<void> {
  const { isWorker, rest: own } = seatOf(args);
  if (isWorker) return await runWorker(built);
  const line = parseCommandLine(own);
  if (line.help) return console.log(helpText());
  if (line.version) return console.log(`sockeye ${denoConfig.version} (deno ${Deno.version.deno})`);
  try {
    const { placement, rest } = parsePlacement(await readConfig());
    const optionsOf = (processes: number): GatewayOptions =>
      resolveOptions({
        flags: line.flags,
        dev: line.dev,
        env: (name) => Deno.env.get(name),
        config: built === undefined ? rest : { routes: built, ...rest },
        memoryLimitBytes: memoryLimitBytes(),
        processes,
      });
    const options = optionsOf(1);
    if (line.check) return await check(options, placement);
    const count = countOf(options.workers);
    if (count === 1) return await serve({ options, placement, built, isDev: line.dev });
    if (line.dev) throw new OptionError(["--workers: development is one process; leave it out with --dev"]);
    await lead(optionsOf(count), count, placement, hostsOf(built));
  } catch (error) {
    if (!isReason(error)) throw error;
    const { message, code } = reasonNotToStart(error);
    console.error(`sockeye cannot start: ${message}`);
    Deno.exit(code);
  }
}

/** One of several processes: what it is to serve comes from its parent, who tells what is wrong. */
async function runWorker(built: string | undefined): Promise<void> {
  let seat: Seat | undefined;
  try {
    seat = await Seat.take();
    const { placement } = parsePlacement(await readConfig());
    await serve({ options: seat.boot.options, placement, built, isDev: false, seat });
  } catch (error) {
    const reason = reasonNotToStart(error);
    if (seat === undefined) console.error(reason.message);
    else await seat.unfit(reason);
    Deno.exit(EXIT.CANNOT_START);
  }
}

function isReason(error: unknown): boolean {
  return REASONS_NOT_TO_START.some((reason) => error instanceof reason);
}

/** For a person, and for whoever started this. What is no reason is a fault of ours, or of whoever wrote the routes. */
function reasonNotToStart(error: unknown): { readonly message: string; readonly code: number } {
  if (!isReason(error) && error instanceof Error) {
    return { message: error.stack ?? error.message, code: EXIT.CANNOT_START };
  }
  const message = messageOf(error).replaceAll(VERSION_MARK, "");
  if (error instanceof UnfitError) return { message, code: error.exitCode };
  return { message, code: error instanceof OptionError ? EXIT.WRONG_OPTION : EXIT.CANNOT_START };
}

/** What would be served, as JSON: `--check`. The code is loaded here, wherever it would run. */
async function check(options: GatewayOptions, placement: Placement): Promise<void> {
  const built = await loadBuiltRoutes(options.routes);
  const routes = built?.routes ?? await loadRoutes(options.routes);
  const publish = () => Promise.resolve();
  const log = { warn() {}, error() {} };
  const runtime = new InlineRuntime({ routes, publish, log, poisonViews: false, deployment: "" });
  const { descriptors } = runtime;
  checkPlaces(placement, descriptors.map(({ pattern }) => pattern));
  // Also finds two routes for one path, and options of a route that are wrong.
  new Gateway({ options, table: tableOf([runtime]) });
  const shown = (_: string, value: unknown): unknown => typeof value === "string" ? withoutPassword(value) : value;
  const certificate = await checkCertificate(options, systemClock.wallNow());
  for (const warning of certificate?.warnings ?? []) console.error(`warning: ${warning}`);
  console.log(JSON.stringify({ version: denoConfig.version, options, certificate, routes: descriptors }, shown, 2));
}

/** What a server is made of. */
interface Serving {
  readonly options: GatewayOptions;
  readonly placement: Placement;
  /** The folder of a built deployment, where it is one that runs. */
  readonly built: string | undefined;
  readonly isDev: boolean;
  /** Where it is one of several processes. */
  readonly seat?: Seat;
}

/** Where the sources are at hand, what bundles is loaded when it is needed. */
function hostsOf(built: string | undefined): () => Promise<Hosts> {
  if (built !== undefined) return () => builtHosts(built);
  return async () => {
    const { sourceHosts } = await import(new URL("./lib/deploy/source_hosts.ts", import.meta.url).href);
    return sourceHosts();
  };
}

async function serve({ options, placement, built, isDev, seat }: Serving): Promise<void> {
  const log = logOf(options);
  const hosts = hostsOf(built);
  const joined = await ServerHub.open({
    options: isDev ? { ...options, dataDir: "" } : options,
    joined: seat?.backplane,
    clock: systemClock,
    hosts,
    log,
  });
  const { hub } = joined;
  const code = new CodeRuntimes({
    placement,
    hosts,
    publish: async (topic, data) => await hub.publish(topic, data),
    log,
    clock: systemClock,
    isDevelopment: isDev,
    // Whoever may connect to this machine may not operate its server.
    deniedPorts: [Number(/\d+$/.exec(options.admin)?.[0]), ...brokerPorts(options)],
    env: (name) => Deno.env.get(name),
  });
  const plugins = await code.loadPlugins();
  const load = (version?: string): Promise<DeploymentCode> => code.ofFolder(options.routes, version);
  const service = await DeployService.begin({
    options,
    tokens: readTokens((name) => Deno.env.get(name)),
    isStored: !isDev,
    folder: () => load(isDev ? "1" : seat?.boot.version),
    folderName: (await readManifest(options.routes))?.deployment ?? LOCAL_DEPLOYMENT,
    runtimesOf: (deployment, bytes, table) => code.ofBundle(deployment, bytes, table),
    exposition: (metrics) => ({ text: exposition(metrics), type: EXPOSITION_TYPE }),
    log,
    place: seat?.place,
  });
  const table = tableOf(service.runtimes);
  const gateway = new Gateway({
    options,
    table,
    hub,
    clientModules: CLIENT_MODULES,
    isLocalOnly: isDev && isLoopbackAuthority(hostOf(options)),
    events: gatewayLog(log),
  });
  // Others serve meanwhile: whoever comes is theirs until this one can.
  if (seat !== undefined) await startRoutes(service.runtimes);
  const door = await service.sparing(() => openDoor({ gateway, options, isShared: seat !== undefined, log }));
  const { listener } = door;
  if (seat === undefined) await startRoutes(service.runtimes, listener);
  keepRunning(log);
  const accepting = listener.run();
  // Before the address is printed: whoever reads it may ask to stop at once.
  const { stopping, stop } = seat === undefined ? stopAtSignal() : stopAtWord(seat.stopping);
  // It shows one process: with workers the parent says so.
  const inspector = seat === undefined ? inspectorOf(gateway, () => deployments) : undefined;
  const deployments: Deployments = await service.serve(gateway, () => stop("POST /drain"), inspector);
  const routes = table.entries.length === 0 ? "" : table.describe();
  const ready = { port: door.port, transport: door.transport, routes, plugins };
  const watching = seat === undefined
    ? follow({ options, load, deployments, gateway, isDev, log })
    : await takeSeat(seat, { load, deployments, ready, log });
  if (seat === undefined) announce(ready, options, isDev, 1);
  const why = await stopping;
  if (seat === undefined) tellStop(why, options, log);
  else log[why === seat.parent ? "debug" : "info"](`${why}: draining`);
  await goAway({ service, watching, gateway, listener, accepting, code, joined });
  if (seat === undefined) log.info("stopped");
  await seat?.leave();
  Deno.exit(0);
}

function inspectorOf(gateway: Gateway, deployments: () => Deployments): LocalPages | undefined {
  const { admin } = gateway.options;
  const { inspector: token } = readTokens((name) => Deno.env.get(name));
  return openInspector({ gateway, clock: systemClock, token, admin, deployments: () => deployments().list() });
}

/** All that ends with a server. */
interface Ending {
  readonly service: DeployService;
  readonly watching: LiveReload | undefined;
  readonly gateway: Gateway;
  readonly listener: { close(): void };
  readonly accepting: Promise<void>;
  readonly code: CodeRuntimes;
  readonly joined: ServerHub;
}

async function goAway({ service, watching, gateway, listener, accepting, code, joined }: Ending): Promise<void> {
  // The drain may end with a kill.
  await service.leave();
  await watching?.close();
  await gateway.drain();
  listener.close();
  await accepting;
  await service.close();
  await code.end();
  await joined.close();
}

function logOf({ logLevel }: GatewayOptions): Log {
  return createLog(logLevel, (line) => console.error(line.replaceAll(VERSION_MARK, "")));
}

/** What replaces the code of a server. */
interface Replacing {
  readonly load: (version: string) => Promise<DeploymentCode>;
  readonly deployments: Deployments;
  readonly log: Log;
}

/** New code in the routes folder takes over at a signal, in development when it is saved. */
function follow(
  { options, load, deployments, gateway, isDev, log }: Replacing & Omit<Serving, "placement" | "built"> & {
    readonly gateway: Gateway;
  },
): LiveReload | undefined {
  const tell = (problem: string | undefined): void => {
    // In production it is for the log alone.
    if (isDev) gateway.problem = problem?.replaceAll(VERSION_MARK, "");
  };
  const reload = new Reload({ load, replace: (code, rules) => deployments.replace(code, rules), tell, log });
  reloadOnSignal(reload);
  if (!isDev) return undefined;
  return new LiveReload({ routes: Deno.realPathSync(options.routes), files: importedFiles, reload });
}

/** A worker serves from now on, what the others serve. */
async function takeSeat(
  seat: Seat,
  { load, deployments, ready, log }: Replacing & { readonly ready: WorkerReady },
): Promise<undefined> {
  const { canary } = seat.boot;
  if (canary !== undefined) {
    await deployments.activate(canary.name, { share: canary.share }).catch((error) =>
      log.warn(`the canary ${canary.name} does not serve here: ${messageOf(error)}`)
    );
  }
  // The parent, to whom the signal goes, tells all workers; a program that signals them all means the same.
  Deno.addSignalListener("SIGUSR2", () => {});
  seat.ready(ready, {
    reload: async (version) => await deployments.replace(await load(version)),
    back: () => deployments.rollback(undefined, { insist: true, allowRemoval: true }),
  });
}

/** Several processes on one port: this one starts them, and serves nobody itself. */
async function lead(
  options: GatewayOptions,
  count: number,
  placement: Placement,
  hosts: () => Promise<Hosts>,
): Promise<void> {
  await checkWorkers(count);
  checkPort(options);
  const log = logOf(options);
  const histories = await chosenHistories(options, { clock: systemClock, hosts, log });
  const mayStartPrograms = placement.plugins.length > 0 ||
    [...placement.places.values()].some(({ kind }) => kind === "process");
  const led = await Lead.begin({
    options,
    count,
    tokens: readTokens((name) => Deno.env.get(name)),
    histories,
    log,
    start: await workerStarter(mayStartPrograms, { print: console.log, complain: console.error }),
  });
  const { stopping, stop } = stopAtSignal(() => led.kill());
  keepRunning(log);
  led.listen(() => stop("POST /drain"));
  reloadOnSignal(led.reload);
  announce(led.ready, options, false, count);
  tellStop(await stopping, options, log);
  await led.drain();
  await histories.close();
  log.info("stopped");
  Deno.exit(0);
}

/** What is in the routes folder takes over, and the open sockets go on with it: `kill -USR2`. */
function reloadOnSignal(reload: Reload): void {
  if (Deno.build.os === "windows") return; // It has no such signal.
  Deno.addSignalListener("SIGUSR2", () => void reload.run("SIGUSR2", {}));
}

function announce(ready: WorkerReady, options: GatewayOptions, isDev: boolean, workers: number): void {
  console.log(announcement({ version: denoConfig.version, options, ...ready, isDev, workers }));
}

function tellStop(why: string, { drainTimeoutMs }: GatewayOptions, log: Log): void {
  log.info(`${why}: draining for at most ${drainTimeoutMs} ms; once more to stop at once`);
}
