/**
 * Flags → options → route table → gateway → signals: the only place that wires the floors together.
 *
 * @module
 */
import {
  AdminListenError,
  DataDirError,
  type DeploymentCode,
  DeployService,
  LiveReload,
  Reload,
  TokenError,
} from "./lib/deploy/mod.ts";
import { isLoopbackAuthority } from "./lib/handshake/mod.ts";
import {
  CONFIG_FILE,
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
import { createLog, type Log } from "./lib/observe/mod.ts";
import { Hub } from "./lib/pubsub/mod.ts";
import { type RouteRuntime, RouteTable } from "./lib/route/table.ts";
import {
  type BuiltRoutes,
  fileUrl,
  importedFiles,
  InlineRuntime,
  loadBuiltRoutes,
  loadRoutes,
  ManifestError,
  readManifest,
  RouteLoadError,
} from "./lib/runtime/mod.ts";
import denoConfig from "./deno.json" with { type: "json" };

/** Exit codes: 0 after a drain, 1 when it cannot start, 2 for a wrong option, 130 and 143 at a second signal. */
const EXIT = { CANNOT_START: 1, WRONG_OPTION: 2, INTERRUPTED: 130, TERMINATED: 143 } as const;

const DEPLOYMENT = "local";

/** What development adds to the URLs of modules, and nobody has to read. */
const VERSION_MARK = /(?<=\.[cm]?[jt]sx?)\?v=\d+/g;

const ACCEPT_LOG_INTERVAL_MS = 60_000;

/** A reason not to start, worded for a person. */
class StartError extends Error {}

const REASONS_NOT_TO_START = [
  AdminListenError,
  DataDirError,
  ManifestError,
  OptionError,
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
    const options = resolveOptions({
      flags: line.flags,
      dev: line.dev,
      env: (name) => Deno.env.get(name),
      config: built === undefined ? await readConfig() : { routes: built, ...await readConfig() },
      memoryLimitBytes: memoryLimitBytes(),
    });
    await (line.check ? check(options) : serve(options, line.dev));
  } catch (error) {
    if (!REASONS_NOT_TO_START.some((reason) => error instanceof reason)) throw error;
    console.error(`sockeye cannot start: ${(error as Error).message}`);
    Deno.exit(error instanceof OptionError ? EXIT.WRONG_OPTION : EXIT.CANNOT_START);
  }
}

/** The default export of `sockeye.config.ts` in the working directory, if there is one. */
async function readConfig(): Promise<object | undefined> {
  const url = fileUrl(`${Deno.cwd()}/${CONFIG_FILE}`);
  try {
    await Deno.stat(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
  try {
    const config: { readonly default?: object } = await import(url.href);
    return config.default ?? {};
  } catch (error) {
    throw new StartError(`${CONFIG_FILE}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What would be served, as JSON: `--check`. */
async function check(options: GatewayOptions): Promise<void> {
  const { routes } = await loadCode(options.routes);
  const log = { warn() {}, error() {} };
  const runtime = new InlineRuntime({
    routes,
    publish: () => Promise.resolve(),
    log,
    poisonViews: false,
    deployment: "",
  });
  // Also finds two routes for one path, and options of a route that are wrong.
  new Gateway({ options, table: RouteTable.of([runtime]) });
  console.log(JSON.stringify({ version: denoConfig.version, options, routes: runtime.descriptors }, null, 2));
}

/** What was built, or a folder of route files. */
async function loadCode(folder: string, version?: string): Promise<BuiltRoutes> {
  const built = await loadBuiltRoutes(folder, version);
  if (built !== undefined) return built;
  const deployment = version === undefined ? DEPLOYMENT : `${DEPLOYMENT}.${version}`;
  return { deployment, routes: await loadRoutes(folder, version) };
}

async function serve(options: GatewayOptions, isDev: boolean): Promise<void> {
  const log = createLog(options.logLevel, (line) => console.error(line.replaceAll(VERSION_MARK, "")));
  const hub = new Hub();
  const runtimesOf = (code: BuiltRoutes): readonly RouteRuntime[] => [
    new InlineRuntime({
      ...code,
      publish: (topic, data) => Promise.resolve(void hub.publish(topic, data)),
      log,
      poisonViews: isDev,
    }),
  ];
  // Its modules stay as they are when it serves again: what is in the folder then may be other code.
  const load = async (version?: string): Promise<DeploymentCode> => {
    const code = await loadCode(options.routes, version);
    return { name: code.deployment, make: () => Promise.resolve(runtimesOf(code)) };
  };
  const service = await DeployService.begin({
    options,
    token: Deno.env.get(TOKEN_VARIABLE) || undefined,
    isStored: !isDev,
    folder: () => load(isDev ? "1" : undefined),
    folderName: (await readManifest(options.routes))?.deployment ?? DEPLOYMENT,
    runtimesOf,
    log,
  });
  const table = RouteTable.of(service.runtimes);
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
  announce(door, options, table, isDev);
  await stopping;
  // The drain may end with a kill.
  await service.leave();
  await watching?.close();
  await gateway.drain();
  listener.close();
  await accepting;
  await service.close();
  log.info("stopped");
  Deno.exit(0);
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
    const reason = error instanceof Error ? error.message : String(error);
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
    log.warn("accept failed", { times: count, error: error instanceof Error ? error.message : String(error) });
    toldAt = systemClock.now();
    count = 0;
  };
}

async function startRoutes(runtimes: readonly RouteRuntime[], listener: Door["listener"]): Promise<void> {
  try {
    for (const runtime of runtimes) await runtime.start();
  } catch (error) {
    listener.close();
    throw new StartError(error instanceof Error ? error.message : String(error));
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

/** Code of a route that fails outside its handlers is logged; it does not end everybody's connections. */
function keepRunning(log: Log): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error("a promise was rejected and nobody handled it", { error: event.reason });
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log.error("an error was thrown and nobody caught it", { error: event.error });
  });
}

function announce({ port, transport }: Door, options: GatewayOptions, table: RouteTable, isDev: boolean): void {
  const host = hostOf({ ...options, port });
  const how = transport === "deno" ? "" : ` over ${transport}`;
  console.log(`sockeye ${denoConfig.version} listens on http://${host} (${options.hostname})${how}\n`);
  if (table.entries.length === 0) console.log(`  no routes: put a file into ${options.routes}/ and start again`);
  else console.log(table.describe().replaceAll(/^/gm, "  "));
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
