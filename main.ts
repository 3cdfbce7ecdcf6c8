/**
 * Flags → options → route table → gateway → signals: the only place that wires the floors together.
 *
 * @module
 */
import {
  AdminListenError,
  builtHosts,
  checkPlaces,
  CodeRuntimes,
  ConfigError,
  DataDirError,
  type DeploymentCode,
  DeployService,
  type Hosts,
  LiveReload,
  LOCAL_DEPLOYMENT,
  parsePlacement,
  PlaceError,
  type Placement,
  PlacementError,
  PluginError,
  readConfig,
  Reload,
  TokenError,
} from "./lib/deploy/mod.ts";
import { isLoopbackAuthority } from "./lib/handshake/mod.ts";
import {
  EpollListener,
  EpollUnavailableError,
  Gateway,
  type GatewayOptions,
  helpText,
  Listener,
  memoryLimitBytes,
  normalizeAddress,
  openLibc,
  OptionError,
  parseCommandLine,
  Poller,
  resolveOptions,
  systemClock,
} from "./lib/gateway/mod.ts";
import { createLog, exposition, EXPOSITION_TYPE, type Log } from "./lib/observe/mod.ts";
import { Hub } from "./lib/pubsub/mod.ts";
import { messageOf, type RouteRuntime, RouteTable } from "./lib/route/table.ts";
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
import denoConfig from "./deno.json" with { type: "json" };

/** Exit codes: 0 after a drain, 1 when it cannot start, 2 for a wrong option, 130 and 143 at a second signal. */
const EXIT = { CANNOT_START: 1, WRONG_OPTION: 2, INTERRUPTED: 130, TERMINATED: 143 } as const;

/** What development adds to the URLs of modules, and nobody has to read. */
const VERSION_MARK = /(?<=\.[cm]?[jt]sx?)\?v=\d+/g;

const ACCEPT_LOG_INTERVAL_MS = 60_000;

/** A reason not to start, worded for a person. */
class StartError extends Error {}

const REASONS_NOT_TO_START = [
  AdminListenError,
  ConfigError,
  DataDirError,
  HibernationError,
  ManifestError,
  OptionError,
  PlaceError,
  PlacementError,
  PluginError,
  RouteLoadError,
  StartError,
  TokenError,
];

/** Not an option: a flag would show it to everybody who may list processes. */
const TOKEN_VARIABLE = "SOCKEYE_DEPLOY_TOKEN";

if (import.meta.main) await run(Deno.args);

/**
 * Runs the command line.
 *
 * @param built the folder of a built deployment, which is served unless another folder is named.
 */
export async function run(args: readonly string[], built?: string): Promise<void> {
  const line = parseCommandLine(args);
  if (line.help) return console.log(helpText());
  if (line.version) return console.log(`sockeye ${denoConfig.version} (deno ${Deno.version.deno})`);
  try {
    const { placement, rest } = parsePlacement(await readConfig());
    const options = resolveOptions({
      flags: line.flags,
      dev: line.dev,
      env: (name) => Deno.env.get(name),
      config: built === undefined ? rest : { routes: built, ...rest },
      memoryLimitBytes: memoryLimitBytes(),
    });
    await (line.check ? check(options, placement) : serve({ options, placement, built, isDev: line.dev }));
  } catch (error) {
    if (!REASONS_NOT_TO_START.some((reason) => error instanceof reason)) throw error;
    console.error(`sockeye cannot start: ${(error as Error).message.replaceAll(VERSION_MARK, "")}`);
    Deno.exit(error instanceof OptionError ? EXIT.WRONG_OPTION : EXIT.CANNOT_START);
  }
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
  console.log(JSON.stringify({ version: denoConfig.version, options, routes: descriptors }, null, 2));
}

/** What a server is made of. */
interface Serving {
  readonly options: GatewayOptions;
  readonly placement: Placement;
  /** The folder of a built deployment, where it is one that runs. */
  readonly built: string | undefined;
  readonly isDev: boolean;
}

/** Where the sources are at hand, what bundles is loaded when it is needed. */
function hostsOf(built: string | undefined): () => Promise<Hosts> {
  if (built !== undefined) return () => builtHosts(built);
  return async () => {
    const { sourceHosts } = await import(new URL("./lib/deploy/source_hosts.ts", import.meta.url).href);
    return sourceHosts();
  };
}

async function serve({ options, placement, built, isDev }: Serving): Promise<void> {
  const log = createLog(options.logLevel, (line) => console.error(line.replaceAll(VERSION_MARK, "")));
  const hub = new Hub();
  const code = new CodeRuntimes({
    placement,
    hosts: hostsOf(built),
    publish: (topic, data) => Promise.resolve(void hub.publish(topic, data)),
    log,
    clock: systemClock,
    isDevelopment: isDev,
    // Whoever may connect to this machine may not operate its server.
    deniedPorts: [Number(/\d+$/.exec(options.admin)?.[0])],
    env: (name) => Deno.env.get(name),
  });
  const plugins = await code.loadPlugins();
  const load = (version?: string): Promise<DeploymentCode> => code.ofFolder(options.routes, version);
  const service = await DeployService.begin({
    options,
    token: Deno.env.get(TOKEN_VARIABLE) || undefined,
    isStored: !isDev,
    folder: () => load(isDev ? "1" : undefined),
    folderName: (await readManifest(options.routes))?.deployment ?? LOCAL_DEPLOYMENT,
    runtimesOf: (deployment, bytes, table) => code.ofBundle(deployment, bytes, table),
    exposition: (metrics) => ({ text: exposition(metrics), type: EXPOSITION_TYPE }),
    log,
  });
  const table = tableOf(service.runtimes);
  const gateway = new Gateway({
    options,
    table,
    hub,
    isLocalOnly: isDev && isLoopbackAuthority(hostOf(options)),
    events: gatewayLog(log),
  });
  const door = await service.sparing(() => openDoor(gateway, options, log));
  const { listener } = door;
  await startRoutes(service.runtimes, listener);
  keepRunning(log);
  const accepting = listener.run();
  // Before the address is printed: whoever reads it may ask to stop at once.
  const { stopping, stop } = stopSignal(log, options.drainTimeoutMs);
  const deployments = await service.serve(gateway, () => stop("POST /drain"));
  const tell = (problem: string | undefined): void => {
    // In production it is for the log alone.
    if (isDev) gateway.problem = problem?.replaceAll(VERSION_MARK, "");
  };
  const reload = new Reload({ load, replace: (code, rules) => deployments.replace(code, rules), tell, log });
  const watching = isDev
    ? new LiveReload({ routes: Deno.realPathSync(options.routes), files: importedFiles, reload })
    : undefined;
  reloadOnSignal(reload);
  announce(door, options, table, { plugins, isDev });
  await stopping;
  // The drain may end with a kill.
  await service.leave();
  await watching?.close();
  await gateway.drain();
  listener.close();
  await accepting;
  await service.close();
  await code.end();
  log.info("stopped");
  Deno.exit(0);
}

/** Two routes for the same paths are a reason not to start. */
function tableOf(runtimes: readonly RouteRuntime[]): RouteTable {
  try {
    return RouteTable.of(runtimes);
  } catch (error) {
    throw new StartError(messageOf(error));
  }
}

/** What is in the routes folder takes over, and the open sockets go on with it: `kill -USR2`. */
function reloadOnSignal(reload: Reload): void {
  if (Deno.build.os === "windows") return; // It has no such signal.
  Deno.addSignalListener("SIGUSR2", () => void reload.run("SIGUSR2", {}));
}

/** Where connections come in. */
interface Door {
  readonly port: number;
  readonly transport: GatewayOptions["transport"];
  readonly listener: { run(): Promise<void>; close(): void };
}

/** Opens the port: with the transport that was asked for, where it can be had. */
function openDoor(gateway: Gateway, options: GatewayOptions, log: Log): Door {
  const failed = acceptFailures(log);
  const acceptor = listen(options);
  const epoll = options.transport === "epoll" ? listenWithEpoll(acceptor, options, log) : undefined;
  if (epoll !== undefined) {
    const listener = new Listener(epoll, { accepted: (socket) => gateway.enter(socket), failed }, systemClock);
    return { port: epoll.addr.port, transport: "epoll", listener };
  }
  const listener = new Listener(acceptor, { accepted: (stream) => accept(gateway, stream), failed }, systemClock);
  return { port: acceptor.addr.port, transport: "deno", listener };
}

/**
 * Puts a socket of our own in the place of Deno's, which has found the address, asked for the permission to listen, and
 * said what is wrong where something was.
 */
function listenWithEpoll(acceptor: Deno.TcpListener, { port }: GatewayOptions, log: Log): EpollListener | undefined {
  const { hostname } = acceptor.addr;
  try {
    const poller = new Poller(openLibc());
    acceptor.close();
    return new EpollListener(poller, { address: hostname, port });
  } catch (error) {
    if (!(error instanceof EpollUnavailableError)) throw error;
    log.warn(`--transport=epoll: ${error.message}; going on with --transport=deno`);
    return undefined;
  }
}

function listen({ hostname, port }: GatewayOptions): Deno.TcpListener {
  try {
    return Deno.listen({ hostname, port, tcpBacklog: 4096 });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new StartError(`port ${port} is in use: stop what listens there, or choose another with --port or PORT.`);
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new StartError(`the system does not allow listening on port ${port}: choose one above 1023 with --port.`);
    }
    if (error instanceof Deno.errors.NotCapable) {
      throw new StartError(`listening on ${hostname}:${port} needs the flag --allow-net.`);
    }
    const reason = messageOf(error);
    throw new StartError(`cannot listen on ${hostname}:${port} (--host, --port): ${reason}`);
  }
}

function accept(gateway: Gateway, stream: Deno.TcpConn): void {
  try {
    stream.setNoDelay(true);
    gateway.accept(stream, normalizeAddress(stream.remoteAddr.hostname));
  } catch {
    stream.close(); // Reset between accept and here: there is nobody to tell.
  }
}

/** At the file limit each accept fails, twenty times a second: one line a minute tells it. */
function acceptFailures(log: Log): (error: unknown) => void {
  let count = 0;
  let toldAt = -Infinity;
  return (error) => {
    count++;
    if (systemClock.now() - toldAt < ACCEPT_LOG_INTERVAL_MS) return;
    log.warn("accept failed", { times: count, error: messageOf(error) });
    toldAt = systemClock.now();
    count = 0;
  };
}

async function startRoutes(runtimes: readonly RouteRuntime[], listener: Door["listener"]): Promise<void> {
  try {
    for (const runtime of runtimes) await runtime.start();
  } catch (error) {
    listener.close();
    throw new StartError(messageOf(error));
  }
}

function gatewayLog(log: Log): ConstructorParameters<typeof Gateway>[0]["events"] & object {
  return {
    refused(error, path, remoteAddress) {
      const level = error.status === 403 || error.status >= 500 ? "warn" : "debug";
      log[level]("refused", { status: error.status, path, remoteAddress, reason: error.message });
    },
    failed: (error, path, remoteAddress) => log.error("an answer could not be sent", { path, remoteAddress, error }),
    violated: (violation, route, remoteAddress) => log.debug("violation", { violation, route, remoteAddress }),
  };
}

function announce(
  { port, transport }: Door,
  options: GatewayOptions,
  table: RouteTable,
  { plugins, isDev }: { readonly plugins: readonly string[]; readonly isDev: boolean },
): void {
  const host = hostOf({ ...options, port });
  const how = transport === "deno" ? "" : ` over ${transport}`;
  console.log(`sockeye ${denoConfig.version} listens on http://${host} (${options.hostname})${how}\n`);
  if (table.entries.length === 0) console.log(`  no routes: put a file into ${options.routes}/ and start again`);
  else console.log(table.describe().replaceAll(/^/gm, "  "));
  if (plugins.length > 0) {
    console.log(`\n  plug-ins, each in a process of its own:\n${plugins.map((line) => `    ${line}`).join("\n")}`);
  }
  const change = isDev ? "  change it: save a file, and the open sockets go on with the new code\n" : "";
  console.log(`\n  try it: open http://${host}/ in a browser\n${change}  stop it: press Ctrl+C`);
}

/** How this machine reaches itself: the unspecified address is no name to connect to. */
function hostOf({ hostname, port }: GatewayOptions): string {
  if (hostname === "0.0.0.0" || hostname === "::") return `127.0.0.1:${port}`;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** Resolves at the first signal that asks to stop, or when it is asked for; a signal after that ends the process at once. */
function stopSignal(
  log: Log,
  drainTimeoutMs: number,
): { readonly stopping: Promise<void>; stop(why: string): void } {
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  const { promise, resolve } = Promise.withResolvers<void>();
  let isStopping = false;
  const stop = (why: string): void => {
    if (isStopping) return;
    isStopping = true;
    log.info(`${why}: draining for at most ${drainTimeoutMs} ms; once more to stop at once`);
    resolve();
  };
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      if (isStopping) Deno.exit(signal === "SIGTERM" ? EXIT.TERMINATED : EXIT.INTERRUPTED);
      stop(signal);
    });
  }
  return { stopping: promise, stop };
}
