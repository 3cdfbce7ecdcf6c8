/**
 * A gateway over TCP with any runtimes, for what only real sockets, threads and processes show.
 *
 * @module
 */
import {
  Gateway,
  type GatewayOptions,
  resolveOptions,
  type SockeyeConfig,
  type SwapReport,
} from "../../lib/gateway/mod.ts";
import { Hub } from "../../lib/pubsub/mod.ts";
import { type RouteRuntime, RouteTable } from "../../lib/route/table.ts";
import { RawClient } from "./raw_client.ts";

/** A gateway that listens. It starts its runtimes, and stops them when it is disposed of. */
export class ServedRuntimes implements AsyncDisposable {
  readonly gateway: Gateway;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 });
  readonly #accepting: Promise<void>;
  #runtimes: readonly RouteRuntime[];

  private constructor(runtimes: readonly RouteRuntime[], options: GatewayOptions, hub: Hub) {
    this.#runtimes = runtimes;
    this.gateway = new Gateway({ options, table: RouteTable.of(runtimes), hub });
    this.#accepting = this.#accept();
  }

  static async of(
    runtimes: readonly RouteRuntime[],
    config: SockeyeConfig = {},
    hub: Hub = new Hub(),
  ): Promise<ServedRuntimes> {
    for (const runtime of runtimes) await runtime.start();
    return new ServedRuntimes(runtimes, resolveOptions({ config }), hub);
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  connect(path = "/"): Promise<RawClient> {
    return RawClient.connect({ port: this.port, path });
  }

  /** Has others take over; those before are stopped when they have. */
  async swap(next: readonly RouteRuntime[]): Promise<SwapReport> {
    const before = this.#runtimes;
    for (const runtime of next) await runtime.start();
    try {
      const report = await this.gateway.swap({ table: RouteTable.of(next) });
      this.#runtimes = next;
      for (const runtime of before) await runtime.stop();
      return report;
    } catch (error) {
      for (const runtime of next) await runtime.stop();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.gateway.close();
    this.#listener.close();
    await this.#accepting;
    for (const runtime of this.#runtimes) await runtime.stop();
  }

  async #accept(): Promise<void> {
    try {
      for await (const stream of this.#listener) {
        stream.setNoDelay(true);
        this.gateway.accept(stream, "127.0.0.1");
      }
    } catch {
      // The listener was closed: the test is over.
    }
  }
}
