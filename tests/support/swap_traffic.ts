/**
 * Peers that exchange numbered messages with a gateway over TCP, while its code is swapped under them.
 *
 * @module
 */
import { Deployment, Deployments } from "../../lib/deploy/mod.ts";
import { Gateway, resolveOptions } from "../../lib/gateway/mod.ts";
import { Hub } from "../../lib/pubsub/mod.ts";
import { type RouteRuntime, RouteTable, type RuntimeKind } from "../../lib/route/table.ts";
import { routeSource, runtimeOf } from "./remote_code.ts";
import type { TalkersOrder, TalkersReport } from "./talkers.ts";

/** A gateway, its peers, and what went wrong. */
export class SwapTraffic implements AsyncDisposable {
  /** Messages that were lost, doubled or out of order, and connections that ended. */
  readonly faults: string[];
  /** Round trips that were completed. */
  roundTrips = 0;
  readonly #kind: RuntimeKind;
  readonly #gateway: Gateway;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 });
  readonly #deployments: Deployments;
  readonly #accepting: Promise<void>;
  #version = 1;
  readonly #talkers = new Worker(new URL("talkers.ts", import.meta.url), { type: "module" });
  #count = 0;

  private constructor(kind: RuntimeKind, first: RouteRuntime, faults: string[]) {
    this.#kind = kind;
    this.faults = faults;
    this.#gateway = new Gateway({ options: resolveOptions({}), table: RouteTable.of([first]), hub: new Hub() });
    this.#deployments = new Deployments({
      host: this.#gateway,
      first: Deployment.serving({ name: "1", make: () => Promise.resolve([first]) }, 0, [first]),
      log: { warn: this.#log, error: this.#log },
    });
    this.#accepting = this.#accept();
  }

  /** @param kind where the code runs. */
  static async of(kind: RuntimeKind): Promise<SwapTraffic> {
    const faults: string[] = [];
    const log = (message: string, fields: Readonly<Record<string, unknown>>): void => {
      faults.push(`${message} ${fields["error"] ?? ""}`);
    };
    const first = await runtimeOf(kind, codeOf(1), { warn: log, error: log }, { deployment: "1" });
    await first.start();
    return new SwapTraffic(kind, first, faults);
  }

  readonly #log = (message: string, fields: Readonly<Record<string, unknown>>): void => {
    this.faults.push(`${message} ${fields["error"] ?? ""}`);
  };

  /** Connects this many clients, which begin to talk. */
  async connect(count: number): Promise<void> {
    this.#count = count;
    await this.#ask({ kind: "connect", port: this.#listener.addr.port, count });
  }

  /** Has the next version take over. */
  async swap(): Promise<void> {
    const name = String(++this.#version);
    const { moved } = await this.#deployments.replace({ name, make: this.#makerOf(this.#version) });
    if (moved !== this.#count) this.faults.push(`version ${name}: ${moved} moved`);
  }

  /** Tries the next version on ever larger shares, and then has it take over, or takes it back. */
  async canary(shares: readonly number[], isPromoted: boolean): Promise<void> {
    const name = String(++this.#version);
    const make = this.#makerOf(this.#version);
    await this.#deployments.add({ name, make });
    let count = 0;
    for (const share of shares) count += (await this.#deployments.activate(name, { share })).moved;
    const { moved } = isPromoted ? await this.#deployments.promote(name) : await this.#deployments.rollback();
    const others = isPromoted ? this.#count - count : count;
    if (moved !== others) this.faults.push(`canary ${name}: ${count} moved at first, and ${moved} in the end`);
  }

  /** Waits until every client has its last answer, and has heard from the newest code, which all have. */
  async finish(): Promise<void> {
    const count = this.#gateway.connectionCount;
    if (count !== this.#count) this.faults.push(`${count} of ${this.#count} connections are left`);
    const report = await this.#ask({ kind: "finish", version: this.#version });
    if (report.kind !== "finished") throw new Error("the clients have lost their way");
    this.faults.push(...report.faults);
    this.roundTrips = report.roundTrips;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#talkers.terminate();
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

  #makerOf(version: number): () => Promise<readonly RouteRuntime[]> {
    const log = { warn: this.#log, error: this.#log };
    return async () => [await runtimeOf(this.#kind, codeOf(version), log, { deployment: String(version) })];
  }

  #ask(order: TalkersOrder): Promise<TalkersReport> {
    return new Promise((resolve, reject) => {
      this.#talkers.onmessage = ({ data }: MessageEvent<TalkersReport>) => resolve(data);
      this.#talkers.onerror = (event) => reject(new Error(event.message));
      this.#talkers.postMessage(order);
    });
  }
}

/** Counts what it gets and what it says for each peer, and hands both numbers on. */
function codeOf(version: number): string {
  const before = `
const counts = new Map();
function say(peer, answer) {
  peer.send(++counts.get(peer.id).sent + " " + answer + " ${version}");
}`;
  return routeSource(
    `
  open(peer) {
    counts.set(peer.id, { received: 0, sent: 0 });
  },
  message(peer, message) {
    const own = counts.get(peer.id);
    const number = Number(message.text());
    if (number !== ++own.received) peer.close(4000, number + " in place of " + own.received);
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
    counts.set(peer.id, state);
    say(peer, 0);
  },`,
    { file: `version ${version}`, before },
  );
}
