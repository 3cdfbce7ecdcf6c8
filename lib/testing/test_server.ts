/**
 * A whole server in memory: the real gateway and the real runtime, without a port and with a clock that stands still.
 *
 * @module
 */
import { Deployment, Deployments } from "../deploy/mod.ts";
import { Gateway, type GatewayOptions, resolveOptions } from "../gateway/mod.ts";
import { Hub } from "../pubsub/mod.ts";
import type { Route, RouteModule } from "../route/mod.ts";
import { parsePattern, type RouteRuntime, RouteTable } from "../route/table.ts";
import { checkRouteModule, InlineRuntime, type LoadedRoute, loadRoutes, type RuntimeLog } from "../runtime/mod.ts";
import { encodeRequest, ResponseReader } from "./client_response.ts";
import { MemoryStream } from "./memory_stream.ts";
import { Quiet } from "./quiet.ts";
import { TestClock } from "./test_clock.ts";
import { TestPeer, type TestPeerBehaviour } from "./test_peer.ts";
import { TrackedRuntime } from "./tracked_runtime.ts";

/** Routes by pattern (what `defineRoute` returns, or a whole module: `import * as page from …`), or a routes folder. */
export type TestRoutes = Readonly<Record<string, Route | RouteModule>> | string | URL;

/**
 * The options table as a type.
 *
 * @internal
 */
type OptionsByName = Partial<GatewayOptions>;

/** How a test server differs from `deno task dev`. */
export interface TestServerOptions {
  /** The gateway's options as `sockeye.config.ts` may set them, by the names of the README's table. */
  readonly options?: OptionsByName;
  /** False runs as in production: views are not overwritten when a handler ends. Default: true. */
  readonly isDevelopment?: boolean;
  /** The IP address clients come from. Default: 127.0.0.1. */
  readonly remoteAddress?: string;
}

/** How a client connects. */
export interface ConnectOptions extends TestPeerBehaviour {
  /** Fields beside those of the handshake; one of the same name replaces it. */
  readonly headers?: HeadersInit;
  /** Subprotocols to offer, best first. */
  readonly subprotocols?: readonly string[];
  /**
   * Offers permessage-deflate: `true` what Chromium offers, a string as the field's value. Where the server accepts it
   * the peer compresses what it sends, and inflates what it receives. Default: false.
   */
  readonly perMessageDeflate?: boolean | string;
  /** The Origin field, as a browser sends it. Default: none. */
  readonly origin?: string;
  /** The IP address this client comes from. Default: that of the server's options. */
  readonly remoteAddress?: string;
  /** Sent right behind the handshake, before the answer is there. */
  readonly early?: Uint8Array;
}

/** A line the server logged. */
export interface TestLogLine {
  /** Refusals and violations are `debug`; what route code did wrong is `error`. */
  readonly level: "debug" | "warn" | "error";
  /** What happened. */
  readonly message: string;
  /** The facts that go with it. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A handshake was refused: the response says why. */
export class UpgradeRefusedError extends Error {
  /** Always `UpgradeRefusedError`. */
  override readonly name = "UpgradeRefusedError";
  /** The status of the response. */
  readonly status: number;
  /** The fields of the response. */
  readonly headers: Headers;
  /** The body of the response, as text. */
  readonly body: string;

  /**
   * Made by `server.connect()`.
   *
   * @ignore
   */
  constructor(path: string, status: number, headers: Headers, body: string) {
    super(`the server refused ${path} with ${status}: ${body.trim() || "(no body)"}`);
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** RFC 6455 §1.3: the key of its example. */
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

const HOST = "localhost";

/**
 * Starts a server in memory with these routes.
 *
 * Everything between the bytes and your handlers is what runs in production: handshake, limits, backpressure, timeouts.
 * Timeouts follow `server.clock`, which stands still until you move it.
 *
 * @throws {TypeError} for a route that could not be served, {@linkcode Error} for a wrong option or a failing `start`.
 *
 * @example A route, tested
 * ```ts
 * import { defineRoute } from "sockeye";
 * import { createTestServer } from "sockeye/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const greet = defineRoute("/greet/[name]", {
 *   open: (peer) => void peer.send(`hello ${peer.params.name}`),
 *   message: (peer, message) => peer.close(4000, message.text()),
 * });
 *
 * await using server = await createTestServer({ "/greet/[name]": greet });
 * const peer = await server.connect("/greet/ada");
 * assertEquals(await peer.receive(), "hello ada");
 * peer.send("bye");
 * assertEquals(await peer.closed, { code: 4000, reason: "bye", wasClean: true });
 * ```
 *
 * @example What happens after a time
 * ```ts
 * import { defineRoute } from "sockeye";
 * import { createTestServer } from "sockeye/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const quiet = defineRoute({ options: { idleTimeoutMs: 60_000 }, message() {} });
 *
 * await using server = await createTestServer({ "/quiet": quiet });
 * const peer = await server.connect("/quiet");
 * await server.clock.advance(60_100);
 * assertEquals((await peer.closed).code, 1001);
 * ```
 */
export async function createTestServer(routes: TestRoutes, options: TestServerOptions = {}): Promise<TestServer> {
  const server = new TestServer(await load(routes), options);
  await server.start();
  return server;
}

async function load(routes: TestRoutes): Promise<readonly LoadedRoute[]> {
  if (typeof routes === "string" || routes instanceof URL) return await loadRoutes(routes);
  return Object.entries(routes).map(([path, route]) => {
    const pattern = parsePattern(path).source;
    const isModule = "default" in route || "get" in route || "post" in route;
    return checkRouteModule(isModule ? { ...route } : { default: route }, { file: `${pattern} (in a test)`, pattern });
  });
}

/** A server in memory; made by {@linkcode createTestServer}. */
export class TestServer implements AsyncDisposable {
  /** The time of the server. */
  readonly clock: TestClock;
  readonly #quiet = new Quiet();
  readonly #logs: TestLogLine[] = [];
  readonly #hub: Hub;
  readonly #isDevelopment: boolean;
  readonly #gateway: Gateway;
  readonly #deployments: Deployments;
  readonly #first: RouteRuntime;
  #deploymentCount = 1;
  readonly #remoteAddress: string;
  readonly #log: RuntimeLog;
  #draining: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  /**
   * Made by {@linkcode createTestServer}, which starts it too.
   *
   * @ignore
   */
  constructor(routes: readonly LoadedRoute[], { options, isDevelopment = true, remoteAddress }: TestServerOptions) {
    this.clock = new TestClock(() => this.#quiet.still());
    this.#remoteAddress = remoteAddress ?? "127.0.0.1";
    this.#isDevelopment = isDevelopment;
    const log = (level: TestLogLine["level"]) => (message: string, fields: Readonly<Record<string, unknown>>) =>
      void this.#logs.push({ level, message, fields });
    this.#log = { warn: log("warn"), error: log("error") };
    const resolved = resolveOptions({ config: options });
    this.#hub = new Hub({ limits: resolved, clock: this.clock });
    this.#first = this.#runtimeOf(routes, "test");
    this.#gateway = new Gateway({
      options: resolved,
      table: RouteTable.of([this.#first]),
      hub: this.#hub,
      clock: this.clock,
      events: {
        failed: (error, path, address) => log("error")("failed", { error, path, address }),
        refused: ({ status, message }, path, address) => log("debug")("refused", { status, message, path, address }),
        violated: (violation, route, address) => log("debug")("violation", { violation, route, address }),
      },
    });
    const code = { name: "test", make: () => Promise.resolve([this.#first]) };
    const first = Deployment.serving(code, this.clock.wallNow(), [this.#first]);
    this.#deployments = new Deployments({ host: this.#gateway, first, log: this.#log });
    this.#quiet.isDue = () => this.#gateway.turn.isDue;
  }

  /** Everything the server logged so far: failures of handlers, refusals, violations. */
  get logs(): readonly TestLogLine[] {
    return this.#logs;
  }

  /** Open WebSocket connections. */
  get connectionCount(): number {
    return this.#gateway.connectionCount;
  }

  /** Runs the routes' `start`. Done by {@linkcode createTestServer}. */
  async start(): Promise<void> {
    await this.#first.start();
  }

  /**
   * Has other code take over, as a deploy does: open peers stay, and go through `suspend` and `resume`.
   *
   * @param routes all routes from now on.
   * @param rules `allowRemoval: true` lets routes go that peers are connected to; those peers are closed with 1012.
   * @throws when the code before goes on: the message says why.
   *
   * @example
   * ```ts
   * import { defineRoute } from "sockeye";
   * import { createTestServer } from "sockeye/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const version = (number: number) =>
   *   defineRoute({ message: (peer) => void peer.send(`version ${number}`) });
   *
   * await using server = await createTestServer({ "/": version(1) });
   * const peer = await server.connect("/");
   * await server.swap({ "/": version(2) });
   * peer.send("?");
   * assertEquals(await peer.receive(), "version 2");
   * ```
   */
  async swap(routes: TestRoutes, rules: { readonly allowRemoval?: boolean } = {}): Promise<void> {
    const name = `test.${++this.#deploymentCount}`;
    const runtimes = [this.#runtimeOf(await load(routes), name)];
    await this.#deployments.replace({ name, make: () => Promise.resolve(runtimes) }, rules);
  }

  #runtimeOf(routes: readonly LoadedRoute[], deployment: string): RouteRuntime {
    const runtime = new InlineRuntime({
      routes,
      publish: async (topic, data) => await this.#hub.publish(topic, data),
      log: this.#log,
      poisonViews: this.#isDevelopment,
      deployment,
    });
    return new TrackedRuntime(runtime, this.#quiet);
  }

  /**
   * Opens a WebSocket.
   *
   * @param path of the route, with a query if need be.
   * @throws {UpgradeRefusedError} when the server refuses.
   */
  async connect(path: string, options: ConnectOptions = {}): Promise<TestPeer> {
    const [client, server] = this.#dial(options.remoteAddress);
    const { early = new Uint8Array(0) } = options;
    const request = new Uint8Array([...encodeRequest("GET", path, handshakeFields(options)), ...early]);
    const reader = new ResponseReader(client);
    const answered = Promise.all([reader.next(), writeAll(client, request)]);
    void this.still();
    const [response] = await answered;
    if (response.status !== 101) {
      client.close();
      throw new UpgradeRefusedError(path, response.status, response.headers, new TextDecoder().decode(response.body));
    }
    const { headers } = response;
    const settled = () => this.settled();
    return new TestPeer({ client, server, early: reader.take(), headers, behaviour: options, settled });
  }

  /**
   * Sends an HTTP request, on a connection of its own.
   *
   * @param path with a query if need be.
   */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const request = new Request(new URL(path, `http://${HOST}`), init);
    const headers = new Headers([["host", HOST], ["connection", "close"]]);
    for (const [name, value] of request.headers) headers.set(name, value);
    const body = new Uint8Array(await request.arrayBuffer());
    const client = this.dial();
    const reader = new ResponseReader(client);
    const bytes = encodeRequest(request.method, path, headers, body);
    const answered = Promise.all([reader.next(request.method === "HEAD"), writeAll(client, bytes)]);
    // Also keeps the event loop going: without a port there may be nothing else that does.
    void this.still();
    const [response] = await answered;
    client.close();
    const hasBody = ![204, 205, 304].includes(response.status);
    return new Response(hasBody ? response.body : null, response);
  }

  /** Opens a connection without a word: the client's end, for bytes of your own. */
  dial(remoteAddress?: string): MemoryStream {
    return this.#dial(remoteAddress)[0];
  }

  /** Sends a message to every subscriber of a topic. */
  publish(topic: string, data: string | ArrayBuffer | ArrayBufferView): void {
    void this.#gateway.publish(topic, data);
  }

  /** Resolves when no byte moves any more and no handler is pending. */
  settled(): Promise<void> {
    return this.#quiet.settled();
  }

  /** Resolves when no byte moves any more; handlers may be pending. */
  still(): Promise<void> {
    return this.#quiet.still();
  }

  /** Goes away in good order, as at SIGTERM: peers get 1012. Resolves when nothing is left. */
  drain(): Promise<void> {
    return this.#draining ??= this.#gateway.drain();
  }

  /** Ends everything: a drain whose time is over as soon as nothing moves, then the routes' `stop`. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  /** The same as {@linkcode TestServer.stop}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    const draining = this.drain();
    await this.still();
    await this.clock.advance(this.#gateway.options.drainTimeoutMs);
    await draining;
    await this.still();
    await this.#deployments.stop();
  }

  #dial(remoteAddress = this.#remoteAddress): [client: MemoryStream, server: MemoryStream] {
    if (this.#stopping !== undefined) throw new Error("the test server was stopped: connect before stop()");
    const [client, server] = MemoryStream.pair({ onActivity: this.#quiet.mark });
    this.#gateway.accept(server, remoteAddress);
    return [client, server];
  }
}

const CHROMIUM_OFFER = "permessage-deflate; client_max_window_bits";

function handshakeFields({ headers, subprotocols = [], perMessageDeflate, origin }: ConnectOptions): Headers {
  const fields = new Headers([
    ["host", HOST],
    ["upgrade", "websocket"],
    ["connection", "Upgrade"],
    ["sec-websocket-key", KEY],
    ["sec-websocket-version", "13"],
  ]);
  if (subprotocols.length > 0) fields.set("sec-websocket-protocol", subprotocols.join(", "));
  if (perMessageDeflate === true) fields.set("sec-websocket-extensions", CHROMIUM_OFFER);
  else if (perMessageDeflate) fields.set("sec-websocket-extensions", perMessageDeflate);
  if (origin !== undefined) fields.set("origin", origin);
  for (const [name, value] of new Headers(headers)) fields.set(name, value);
  return fields;
}

async function writeAll(stream: MemoryStream, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await stream.write(bytes.subarray(at));
  } catch {
    // The server has hung up; its answer, or the lack of one, is told to whoever reads.
  }
}
