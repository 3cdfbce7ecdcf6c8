/**
 * Flags → options → route table → gateway → signals: the only place that wires the floors together.
 *
 * @module
 */
import {
  builtHosts,
  CodeRuntimes,
  type DeploymentCode,
  type Deployments,
  DeployService,
  type DeployTracer,
  type Hosts,
  LiveReload,
  LOCAL_DEPLOYMENT,
  parentOrders,
  parsePlacement,
  type Placement,
  readConfig,
  readTokens,
  Reload,
  startRoutes,
  tableOf,
} from "./lib/deploy/mod.ts";
import { brokerPorts, chosenHistories, ServerHub } from "./lib/backplane/mod.ts";
import { CLIENT_MODULES } from "./lib/client/served.ts";
import { isLoopbackAuthority } from "./lib/handshake/mod.ts";
import {
  announcement,
  checkPort,
  Gateway,
  gatewayLog,
  type GatewayOptions,
  helpText,
  hostOf,
  type LocalPages,
  memoryLimitBytes,
  openDoor,
  OptionError,
  parseCommandLine,
  resolveOptions,
  stopAtSignal,
  stopAtWord,
  systemClock,
} from "./lib/gateway/mod.ts";
import {
  exposition,
  EXPOSITION_TYPE,
  type Log,
  openInspector,
  openLog,
  openTracing,
  type ServerLog,
} from "./lib/observe/mod.ts";
import { messageOf } from "./lib/route/table.ts";
import { importedFiles, keepRunning, readManifest, withoutVersions } from "./lib/runtime/mod.ts";
import { checkWorkers, countOf, Lead, Seat, seatOf, type WorkerReady, workerStarter } from "./lib/workers/mod.ts";
import { check, type CheckResult, EXIT, isReason, reasonNotToStart } from "./lib/start/mod.ts";
import denoConfig from "./deno.json" with { type: "json" };

const env = (name: string): string | undefined => Deno.env.get(name);

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
  let logFormat = line.flags.get("--log-format") ?? "";
  try {
    const { placement, rest } = parsePlacement(await readConfig());
    const optionsOf = (processes: number): GatewayOptions =>
      resolveOptions({
        flags: line.flags,
        dev: line.dev,
        env,
        config: built === undefined ? rest : { routes: built, ...rest },
        memoryLimitBytes: memoryLimitBytes(),
        processes,
      });
    const options = optionsOf(1);
    ({ logFormat } = options);
    if (line.check) return tellCheck(await check({ version: denoConfig.version, options, placement, env }));
    const count = countOf(options.workers);
    if (count === 1) return await serve({ options, placement, built, isDev: line.dev });
    if (line.dev) throw new OptionError(["--workers: development is one process; leave it out with --dev"]);
    await lead(optionsOf(count), count, placement, hostsOf(built));
  } catch (error) {
    if (!isReason(error)) throw error;
    const { message, code } = reasonNotToStart(error);
    // It may be the options that are wrong.
    logFormat ||= env("LOG_FORMAT") ?? "";
    openLog({ logLevel: "error", logFormat }).end(`sockeye cannot start: ${message}`);
    Deno.exit(code);
  }
}

function tellCheck({ json, warnings }: CheckResult): void {
  for (const warning of warnings) console.error(`warning: ${warning}`);
  console.log(json);
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

/** One server, not yet open: its log, hub, code, deployments and gateway. */
async function assemble({ options, placement, built, isDev, seat }: Serving) {
  const tracing = await openTracing(denoConfig.version);
  const log = openLog(options, { correlation: tracing?.traceFields }).share();
  const hosts = hostsOf(built);
  const joined = await ServerHub.open({
    options: isDev ? { ...options, dataDir: "" } : options,
    joined: seat?.backplane,
    clock: systemClock,
    hosts,
    log: log.of("backplane"),
  });
  const { hub } = joined;
  const tracer = tracing?.deployments(hub.node);
  const code = new CodeRuntimes({
    placement,
    hosts,
    publish: async (topic, data) => await hub.publish(topic, data),
    log: log.of("runtime"),
    clock: systemClock,
    isDevelopment: isDev,
    // Whoever may connect to this machine may not operate its server.
    deniedPorts: [Number(/\d+$/.exec(options.admin)?.[0]), ...brokerPorts(options)],
    env,
  });
  const plugins = await code.loadPlugins();
  const load = (version?: string): Promise<DeploymentCode> => code.ofFolder(options.routes, version);
  const service = await DeployService.begin({
    options,
    tokens: readTokens(env),
    isStored: !isDev,
    folder: () => load(isDev ? "1" : seat?.boot.version),
    folderName: (await readManifest(options.routes))?.deployment ?? LOCAL_DEPLOYMENT,
    runtimesOf: (deployment, bytes, table) => code.ofBundle(deployment, bytes, table),
    version: denoConfig.version,
    exposition: (metrics) => ({ text: exposition(metrics), type: EXPOSITION_TYPE }),
    log: log.of("deploy"),
    place: seat?.place,
    tracer,
  });
  const table = tableOf(service.runtimes);
  const gateway = new Gateway({
    options,
    table,
    hub,
    clientModules: CLIENT_MODULES,
    isLocalOnly: isDev && isLoopbackAuthority(hostOf(options)),
    events: gatewayLog(log.of("gateway")),
    tracer: tracing?.requests(hub.node, options.socket === "" ? "tcp" : "unix"),
  });
  const routes = table.entries.length === 0 ? "" : table.describe();
  return { log, joined, code, load, service, gateway, tracer, told: { routes, plugins } };
}

async function serve(serving: Serving): Promise<void> {
  const { options, isDev, seat } = serving;
  const { log, joined, code, load, service, gateway, tracer, told } = await assemble(serving);
  // Others serve meanwhile: whoever comes is theirs until this one can.
  if (seat !== undefined) await startRoutes(service.runtimes);
  const entry = { gateway, options, isShared: seat !== undefined, log: log.of("gateway") };
  const { listener, port, transport } = await service.sparing(() => openDoor(entry));
  if (seat === undefined) await startRoutes(service.runtimes, listener);
  keepRunning(log.of("runtime"));
  const accepting = listener.run();
  // Before the address is printed: whoever reads it may ask to stop at once.
  const { stopping, stop } = seat === undefined ? stopAtSignal() : stopAtWord(seat.stopping);
  // It shows one process: with workers the parent says so.
  const inspector = seat === undefined ? inspectorOf(gateway, () => deployments) : undefined;
  const deployments: Deployments = await service.serve(gateway, () => stop("POST /drain"), inspector);
  const ready = { port, transport, ...told };
  const replacing = { load, deployments, log: log.of("deploy"), tracer };
  const watching = seat === undefined
    ? follow({ options, gateway, isDev, ...replacing })
    : await takeSeat(seat, { ready, ...replacing });
  if (seat === undefined) announce(ready, log, options, isDev);
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
  const { inspector: token } = readTokens(env);
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

/** What replaces the code of a server. */
interface Replacing {
  readonly load: (version: string) => Promise<DeploymentCode>;
  readonly deployments: Deployments;
  readonly log: Log;
  readonly tracer: DeployTracer | undefined;
}

/** New code in the routes folder takes over at a signal, in development when it is saved. */
function follow(
  { options, load, deployments, gateway, isDev, log, tracer }: Replacing & Omit<Serving, "placement" | "built"> & {
    readonly gateway: Gateway;
  },
): LiveReload | undefined {
  const tell = (problem: string | undefined): void => {
    // In production it is for the log alone.
    if (isDev) gateway.problem = problem === undefined ? undefined : withoutVersions(problem);
  };
  const reload = new Reload({ load, replace: (code, rules) => deployments.replace(code, rules), tell, log, tracer });
  reloadOnSignal(reload);
  if (!isDev) return undefined;
  return new LiveReload({ routes: Deno.realPathSync(options.routes), files: importedFiles, reload });
}

/** A worker serves from now on, what the others serve. */
async function takeSeat(
  seat: Seat,
  { ready, log, ...parts }: Replacing & { readonly ready: WorkerReady },
): Promise<undefined> {
  const { canary } = seat.boot;
  const orders = parentOrders(parts);
  const warn = (error: unknown) => log.warn(`the canary ${canary?.name} does not serve here: ${messageOf(error)}`);
  if (canary !== undefined) await orders.join(canary).catch(warn);
  // The parent, to whom the signal goes, tells all workers; a program that signals them all means the same.
  Deno.addSignalListener("SIGUSR2", () => {});
  seat.ready(ready, orders);
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
  const tracing = await openTracing(denoConfig.version);
  const log = openLog(options, { correlation: tracing?.traceFields });
  const histories = await chosenHistories(options, { clock: systemClock, hosts, log: log.of("backplane") });
  const mayStartPrograms = placement.plugins.length > 0 ||
    [...placement.places.values()].some(({ kind }) => kind === "process");
  const led = await Lead.begin({
    options,
    count,
    tokens: readTokens(env),
    histories,
    log: log.of("workers"),
    version: denoConfig.version,
    start: await workerStarter(mayStartPrograms, {
      print: console.log,
      complain: console.error,
      passOn: (line, fields) => log.passOn(line, fields),
    }),
  });
  const { stopping, stop } = stopAtSignal(() => led.kill());
  keepRunning(log);
  led.listen(() => stop("POST /drain"));
  reloadOnSignal(led.reload);
  announce(led.ready, log, options, false, count);
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

/** To whoever has started it. Who reads the log alone, as JSON, finds there that it serves. */
function announce(ready: WorkerReady, log: ServerLog, options: GatewayOptions, isDev: boolean, workers = 1): void {
  const { version } = denoConfig;
  console.log(announcement({ version, options, ...ready, isDev, workers }));
  const { port, transport } = ready;
  if (log.format === "json") log.info("serving", { version, hostname: options.hostname, port, transport, workers });
}

function tellStop(why: string, { drainTimeoutMs }: GatewayOptions, log: Log): void {
  log.info(`${why}: draining for at most ${drainTimeoutMs} ms; once more to stop at once`);
}
