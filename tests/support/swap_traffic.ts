/**
 * Peers that exchange numbered messages with a gateway over TCP, while its code is swapped under them.
 *
 * @module
 */
import { Deployment, Deployments } from "../../lib/deploy/mod.ts";
import { Gateway, resolveOptions } from "../../lib/gateway/mod.ts";
import { Hub } from "../../lib/pubsub/mod.ts";
import { type RouteRuntime, RouteTable } from "../../lib/route/table.ts";
import { checkRouteModule, InlineRuntime } from "../../lib/runtime/mod.ts";
import type { Peer, Route } from "../../lib/route/mod.ts";
import { RawClient } from "./raw_client.ts";

/** So many messages of one client are on their way at a time. */
const DEPTH = 4;

/** What one peer's code counts. */
interface Counts {
  /** Number of the last message that came. */
  received: number;
  /** Number of the last message that was sent. */
  sent: number;
}

/** A gateway, its peers, and what went wrong. */
export class SwapTraffic implements AsyncDisposable {
  /** Messages that were lost, doubled or out of order, and connections that ended. */
  readonly faults: string[] = [];
  /** Round trips that were completed. */
  roundTrips = 0;
  readonly #gateway: Gateway;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 });
  readonly #deployments: Deployments;
  readonly #accepting: Promise<void>;
  #version = 1;
  #isStopping = false;
  #clients: readonly RawClient[] = [];
  #running: Promise<unknown> = Promise.resolve();

  constructor() {
    const hub = new Hub();
    const first = this.#runtime(1);
    const table = RouteTable.of([first]);
    this.#gateway = new Gateway({ options: resolveOptions({}), table, hub });
    this.#deployments = new Deployments({
      host: this.#gateway,
      first: Deployment.serving(codeOf(first), 0, [first]),
      log: { warn: this.#log, error: this.#log },
    });
    this.#accepting = this.#accept();
  }

  readonly #log = (message: string, fields: Readonly<Record<string, unknown>>): void => {
    this.faults.push(`${message} ${fields["error"] ?? ""}`);
  };

  /** Connects this many clients, which begin to talk. */
  async connect(count: number): Promise<void> {
    const { port } = this.#listener.addr;
    const clients: RawClient[] = [];
    while (clients.length < count) {
      const some = Array.from(
        { length: Math.min(100, count - clients.length) },
        () => RawClient.connect({ port, path: "/" }),
      );
      clients.push(...await Promise.all(some));
    }
    this.#clients = clients;
    this.#running = Promise.all(clients.map((client, at) => this.#talk(client, at)));
  }

  /** Has the next version take over. */
  async swap(): Promise<void> {
    const { moved } = await this.#deployments.replace(codeOf(this.#runtime(++this.#version)));
    if (moved !== this.#clients.length) this.faults.push(`version ${this.#version}: ${moved} moved`);
  }

  /** Tries the next version on ever larger shares, and then has it take over, or takes it back. */
  async canary(shares: readonly number[], isPromoted: boolean): Promise<void> {
    const name = `canary ${++this.#version}`;
    await this.#deployments.add(codeOf(this.#runtime(this.#version), name));
    let count = 0;
    for (const share of shares) count += (await this.#deployments.activate(name, { share })).moved;
    const { moved } = isPromoted ? await this.#deployments.promote(name) : await this.#deployments.rollback();
    const others = isPromoted ? this.#clients.length - count : count;
    if (moved !== others) this.faults.push(`${name}: ${count} moved at first, and ${moved} in the end`);
  }

  /** Waits until every client has its last answer, and has heard from the newest code. */
  async finish(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
    if (this.#gateway.connectionCount !== this.#clients.length) {
      this.faults.push(`${this.#gateway.connectionCount} of ${this.#clients.length} connections are left`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    this.#gateway.close();
    this.#listener.close();
    await this.#accepting;
    await this.#deployments.stop();
  }

  async #accept(): Promise<void> {
    try {
      for await (const stream of this.#listener) this.#gateway.accept(stream, "127.0.0.1");
    } catch {
      // The listener was closed: the test is over.
    }
  }

  async #talk(client: RawClient, at: number): Promise<void> {
    let [sent, answered, received, heard] = [0, 0, 0, 0];
    const say = (): Promise<void> => client.sendText(String(++sent));
    for (let count = 0; count < DEPTH; count++) await say();
    // New code speaks first to everybody it takes over: at the end all hear of the last.
    while (answered < sent || (this.#version > 1 && heard < this.#version)) {
      const incoming = await client.next();
      if (incoming.kind !== "text") return void this.faults.push(`client ${at}: ${JSON.stringify(incoming)}`);
      const [number, answer, version] = incoming.text.split(" ").map(Number) as [number, number, number];
      if (number !== ++received) this.faults.push(`client ${at}: message ${number} in place of ${received}`);
      heard = version;
      if (answer === 0) continue; // Nobody asked: new code says so.
      if (answer !== ++answered) this.faults.push(`client ${at}: answer ${answer} in place of ${answered}`);
      this.roundTrips++;
      if (!this.#isStopping) await say();
    }
  }

  #runtime(version: number): RouteRuntime {
    const place = { file: `version ${version}`, pattern: "/" };
    return new InlineRuntime({
      routes: [checkRouteModule({ default: this.#route(version) }, place)],
      publish: () => Promise.resolve(),
      log: { warn: this.#log, error: this.#log },
      poisonViews: false,
      deployment: String(version),
    });
  }

  #route(version: number): Route {
    const counts = new Map<string, Counts>();
    const say = (peer: Peer, answer: number): void => {
      peer.send(`${++counts.get(peer.id)!.sent} ${answer} ${version}`);
    };
    return {
      open: (peer) => void counts.set(peer.id, { received: 0, sent: 0 }),
      message: (peer, message) => {
        const own = counts.get(peer.id)!;
        const number = Number(message.text());
        if (number !== ++own.received) this.faults.push(`version ${version}: ${number} in place of ${own.received}`);
        // Some handlers are pending when the next version comes.
        if (number % 7 === 0) return Promise.resolve().then(() => say(peer, number));
        say(peer, number);
      },
      suspend(peer) {
        const own = counts.get(peer.id);
        counts.delete(peer.id);
        return own;
      },
      resume(peer, state) {
        counts.set(peer.id, state as Counts);
        say(peer, 0);
      },
      close: (peer) => {
        if (!this.#isStopping) this.faults.push(`version ${version}: ${peer.id} was closed`);
      },
    };
  }
}

function codeOf(runtime: RouteRuntime, name = "traffic") {
  return { name, make: () => Promise.resolve([runtime]) };
}
