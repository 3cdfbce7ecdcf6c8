/**
 * The gateway: every transport, exchange and connection of one process, and its going away in good order.
 *
 * @module
 */
import { CLOSE_CODE, type Payload, sharedArena, type ViolationName } from "../frame/mod.ts";
import type { HttpError, RequestHead } from "../http/mod.ts";
import { Hub, type NodeChannel } from "../pubsub/mod.ts";
import type { RouteEntry, RouteTable } from "../route/table.ts";
import { Admission } from "./admission.ts";
import { BufferPool } from "./buffer_pool.ts";
import type { ClientModule } from "./client_module.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Connection } from "./connection.ts";
import type { ConnectionHost, ConnectionOpening } from "./connection_host.ts";
import { type Client, Dispatcher, type DispatchHost } from "./dispatcher.ts";
import { dismissInBatches } from "./dismissal.ts";
import { clientFinder } from "./forwarded.ts";
import type { Decision, ExchangeHost } from "./exchange_host.ts";
import { GatewayCounts } from "./gateway_counts.ts";
import { HttpDate } from "./http_date.ts";
import { HttpExchange } from "./http_exchange.ts";
import type { Inspection } from "./inspection.ts";
import type { LocalPages } from "./local_pages.ts";
import { PollDoor, type PollDoorHost } from "./poll/poll_door.ts";
import { MemoryBudget, type MemoryHolder } from "./memory_budget.ts";
import type { GatewayOptions } from "./option_table.ts";
import type { ConnectionOptions } from "./options.ts";
import { PoolTrim } from "./pool_trim.ts";
import { unavailable } from "./refusal.ts";
import { Roster } from "./roster.ts";
import type { StreamTransport } from "./stream_transport.ts";
import { type ByteStream, TcpTransport } from "./tcp_transport.ts";
import { optionsByEntry, type Routing, tableFor, topicRulesOf, webSocketEntry } from "./routing.ts";
import { SwapError, type SwapHost, type SwapReport, type SwapRules, swapTables } from "./swap.ts";
import { TimerWheel } from "./timer_wheel.ts";
import type { Transport } from "./transport.ts";
import { Turn } from "./turn.ts";

/** What the gateway tells: for logs, and later for metrics. None may throw. */
export interface GatewayEvents {
  /** A request was refused before the 101. */
  refused?(error: HttpError, path: string | undefined, remoteAddress: string): void;
  /** What a route answered cannot be sent. */
  failed?(error: unknown, path: string, remoteAddress: string): void;
  /** A peer broke a rule or a limit. */
  violated?(violation: ViolationName, pattern: string, remoteAddress: string): void;
}

/** What a gateway is made of. */
export interface GatewayParts {
  readonly options: GatewayOptions;
  readonly table: RouteTable;
  readonly hub?: Hub;
  readonly clock?: Clock;
  readonly events?: GatewayEvents;
  /** True in development on loopback: Host must be a loopback name too. */
  readonly isLocalOnly?: boolean;
  /** The modules of our client, for `/_sockeye/client.js` and what that imports. */
  readonly clientModules?: readonly ClientModule[];
}

/** A connection that was accepted, and that nobody has taken yet. */
export interface Arrival {
  readonly remoteAddress: string;
  /** Makes it a transport; or else it is closed. */
  transport(turn: Turn, pool: BufferPool): StreamTransport;
  close(): void;
}

/** The part that owns the sockets. */
export class Gateway implements ConnectionHost, ExchangeHost, DispatchHost, PollDoorHost, SwapHost<Connection> {
  readonly options: GatewayOptions;
  readonly hub: Hub;
  readonly nodes: NodeChannel;
  readonly turn: Turn;
  readonly wheel: TimerWheel;
  readonly memory: MemoryBudget;
  readonly isLocalOnly: boolean;
  readonly clientModules: readonly ClientModule[];
  /** Told of connections as they come and go, where the inspector is on. */
  inspection: Inspection | undefined;
  /** Answers below `/_sockeye/` to who is on this machine: in development. */
  localPages: LocalPages | undefined;
  readonly clientOf: (head: RequestHead, socketAddress: string) => Client;
  /** Shown to browsers in place of pages, until it is undefined again. */
  problem: string | undefined;

  readonly clock: Clock;
  readonly pool = new BufferPool(sharedArena());
  readonly polls: PollDoor;
  readonly counts = new GatewayCounts();
  readonly #events: GatewayEvents;
  readonly #dispatcher: Dispatcher;
  readonly #connections = new Roster<Connection>();
  readonly #exchanges = new Roster<HttpExchange>();
  /** Connections that are gone while a handler of theirs is still pending. */
  readonly #finishing = new Roster<Connection>();
  /** From when somebody first asked for one by its id: it is not free. */
  #byId: Map<string, Connection> | undefined;
  readonly #admission: Admission;
  #routing!: Routing;
  #connectionOptions!: ReadonlyMap<RouteEntry, ConnectionOptions>;
  #lastId = 0;
  #swapping: Promise<unknown> = Promise.resolve();
  #isDraining = false;
  #draining: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;
  readonly #date: HttpDate;
  readonly #trim: PoolTrim;

  /** @throws {OptionError} when a route's options are wrong; it names the file. */
  constructor(parts: GatewayParts) {
    const { options, clock = systemClock } = parts;
    this.options = options;
    this.clock = clock;
    this.#events = parts.events ?? {};
    this.hub = parts.hub ?? new Hub();
    this.nodes = this.hub.nodes;
    this.isLocalOnly = parts.isLocalOnly ?? false;
    this.clientModules = parts.clientModules ?? [];
    this.turn = new Turn(clock);
    this.wheel = new TimerWheel(clock);
    this.memory = new MemoryBudget(options.maxMemoryBytes, { [Symbol.iterator]: () => this.#holders() });
    this.#dispatcher = new Dispatcher(this);
    this.polls = new PollDoor(this);
    this.#admission = new Admission(options, clock.now());
    this.#date = new HttpDate(clock);
    this.#trim = new PoolTrim({
      clock,
      pool: this.pool,
      isInUse: () => this.#connections.size + this.#exchanges.size > 0,
    });
    this.clientOf = clientFinder(options);
    this.routing = { table: parts.table };
    for (const runtime of parts.table.runtimes) runtime.commit?.();
  }

  /** Open WebSocket connections. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** The connection of this id, if it is here. */
  find(id: string): Connection | undefined {
    if (this.#byId === undefined) {
      this.#byId = new Map(this.#connections.list().map((connection) => [connection.id, connection]));
    }
    return this.#byId.get(id);
  }

  get isBrokerAway(): boolean {
    return !this.hub.backplane.isUp;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Takes a stream that was just accepted. */
  accept(stream: ByteStream, remoteAddress: string): void {
    this.enter({
      remoteAddress,
      transport: (turn, pool) => new TcpTransport(stream, remoteAddress, turn, pool),
      close: () => stream.close(),
    });
  }

  /** Takes whatever was just accepted. */
  enter(arrival: Arrival): void {
    this.counts.accepted++;
    const dropReason = this.#admission.dropReason(arrival.remoteAddress, this.#sockets);
    if (dropReason !== undefined) {
      this.counts.refuse(dropReason);
      return arrival.close();
    }
    const transport = arrival.transport(this.turn, this.pool);
    const exchange = new HttpExchange(this, transport, this.#admission.refusal(this.clock.now()));
    this.#admission.enter(exchange, arrival.remoteAddress);
    transport.events = exchange;
    this.#exchanges.add(exchange);
    exchange.start();
    transport.start();
    this.#trim.begin();
  }

  /** A client that polls has two sockets at a time, and its connection none. */
  get #sockets(): number {
    return this.#connections.size + this.#exchanges.size - 3 * this.polls.size;
  }

  /**
   * Has new code take over, for who connects from now on and for the open connections; see {@linkcode swapTables}. One
   * swap at a time: who comes while one is under way waits.
   *
   * @throws {SwapError} when the old code goes on; {@linkcode OptionError} when a new route's options are wrong.
   */
  swap(next: Routing, rules?: SwapRules): Promise<SwapReport> {
    const swapped = this.#swapping.then(() => {
      if (this.#isDraining) throw new SwapError("the server is going away");
      return swapTables(this, next, rules);
    });
    this.#swapping = swapped.catch(() => {});
    return swapped;
  }

  /** Sends to every subscriber of a topic; see {@linkcode Hub.publish}. */
  publish(topic: string, payload: Payload): void | Promise<void> {
    return this.hub.publish(topic, payload);
  }

  /**
   * Goes away in good order: no new connections, 1012 to the peers in batches, handlers in flight finish.
   *
   * @returns when nothing is left, or `drainTimeoutMs` has passed and the rest was dropped.
   */
  drain(): Promise<void> {
    return this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    for (const exchange of this.#exchanges.list()) exchange.close();
    const empty = new Promise<void>((resolve) => this.#onEmpty = resolve);
    const cancelDeadline = this.clock.setTimer(() => this.#onEmpty?.(), this.options.drainTimeoutMs);
    const dismiss = (connection: Connection): void => this.dismiss(connection);
    const cancelBatches = dismissInBatches(this.#connections.list(), dismiss, this.options, this.clock);
    this.#checkEmpty();
    await empty;
    cancelDeadline();
    cancelBatches();
    this.close();
  }

  /** Drops everything at once. */
  close(): void {
    this.#isDraining = true;
    for (const connection of this.#connections.list()) connection.terminate();
    for (const exchange of this.#exchanges.list()) exchange.destroy();
    this.wheel.clear();
    this.turn.clear();
    this.pool.close();
    this.#trim.end();
  }

  // For swaps.

  get routing(): Routing {
    return this.#routing;
  }

  set routing(routing: Routing) {
    // Both may refuse it.
    const [connectionOptions, rules] = [optionsByEntry(this.options, routing), topicRulesOf(routing)];
    this.#connectionOptions = connectionOptions;
    this.hub.rules = rules;
    this.#routing = routing;
  }

  get swapTimeoutMs(): number {
    return this.options.swapTimeoutMs;
  }

  peers(): readonly Connection[] {
    return this.#connections.list();
  }

  later(goOn: () => void): void {
    this.turn.later(goOn);
  }

  dismiss(connection: Connection): void {
    connection.close(CLOSE_CODE.SERVICE_RESTART, "service restart");
  }

  // For exchanges, the dispatcher and connections.

  get date(): string {
    return this.#date.text;
  }

  decide(head: RequestHead, socketAddress: string): Decision {
    return this.#dispatcher.decide(head, socketAddress);
  }

  newId(): string {
    return `${this.hub.node}-${(++this.#lastId).toString(36)}`;
  }

  match(path: string, name: string): ReturnType<RouteTable["match"]> {
    return tableFor(this.#routing, name).match(path);
  }

  optionsOf(entry: RouteEntry): ConnectionOptions {
    return this.#connectionOptions.get(entry)!;
  }

  allOptions(): Iterable<ConnectionOptions> {
    return this.#connectionOptions.values();
  }

  meter(address: string): void {
    this.#admission.meter(address, this.clock.now());
  }

  admit(address: string): void {
    if (this.#isDraining) throw unavailable("The server is restarting: try again in a moment.");
    if (this.#connections.size + this.#finishing.size >= this.options.maxConnections) {
      throw unavailable("The server is full: try again later.");
    }
    if (this.memory.isExhausted) throw unavailable("The server is short of memory: try again later.");
    this.#admission.check(address);
  }

  currentEntry(entry: RouteEntry, id: string): RouteEntry {
    return webSocketEntry(tableFor(this.#routing, id), entry.descriptor.pattern) ?? entry;
  }

  connect(transport: Transport, opening: ConnectionOpening, id: string): Connection {
    const connection = new Connection(this, transport, opening, id);
    this.#connections.add(connection);
    this.counts.open(transport.name);
    this.#byId?.set(id, connection);
    this.#admission.connections.add(opening.request.remoteAddress);
    // Its route was taken away while it was asked.
    const { entry } = opening;
    if (webSocketEntry(tableFor(this.#routing, id), entry.descriptor.pattern) !== entry) {
      this.later(() => this.dismiss(connection));
    }
    return connection;
  }

  failed(error: unknown, head: RequestHead, remoteAddress: string): void {
    this.#events.failed?.(error, head.path, remoteAddress);
  }

  refused(error: HttpError, head: RequestHead | undefined, remoteAddress: string): void {
    this.counts.refuse(error.status);
    this.#events.refused?.(error, head?.path, remoteAddress);
  }

  violated(connection: Connection, violation: ViolationName): void {
    this.counts.violate(violation);
    this.#events.violated?.(violation, connection.entry.descriptor.pattern, connection.request.remoteAddress);
  }

  left(exchange: HttpExchange): void {
    this.#exchanges.delete(exchange);
    this.#admission.leave(exchange);
    this.#checkEmpty();
  }

  removed(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    this.#byId?.delete(connection.id);
    const { protocol, transport } = connection.ends;
    this.counts.end(protocol.closing.code, connection.sentMessages, transport.traffic);
    this.inspection?.removed(connection);
    this.#admission.connections.remove(connection.request.remoteAddress);
    if (connection.queue.isBusy) this.#finishing.add(connection);
    this.#checkEmpty();
  }

  finished(connection: Connection): void {
    if (this.#finishing.delete(connection)) this.#checkEmpty();
  }

  *#holders(): Generator<MemoryHolder> {
    yield* this.#exchanges.list();
    yield* this.#connections.list();
    yield* this.#finishing.list();
  }

  #checkEmpty(): void {
    if (this.#onEmpty === undefined || this.#connections.size + this.#finishing.size > 0) return;
    // Who asks nothing is not waited for.
    for (const exchange of this.#exchanges.list()) exchange.close();
    if (this.#exchanges.size === 0) this.#onEmpty();
  }
}
