/**
 * A host in the test's own isolate: the test is the gateway.
 *
 * @module
 */
import type { Route } from "../../../../lib/route/mod.ts";
import type { LoadedCode } from "../../../../lib/runtime/remote/hosted_code.ts";
import { checkRouteModule } from "../../../../lib/runtime/route_module.ts";
import { BatchWriter } from "../../../../lib/runtime/remote/batch_writer.ts";
import { RuntimeHost } from "../../../../lib/runtime/remote/host.ts";
import { walkRecords } from "../../../../lib/runtime/remote/record_reader.ts";
import { DOWN, MAX_RECORD_BYTES } from "../../../../lib/runtime/remote/wire.ts";
import { recordsOf, type SeenRecord, turns } from "./records.ts";

/** What `memoryBytes` says. */
export const MEMORY_BYTES = 4242;

const BOOT = { code: { kind: "module", source: "" }, deployment: "d-1", isDevelopment: false } as const;

const OPENING = {
  route: 0,
  request: { method: "GET", url: "http://example.com/", headers: [], remoteAddress: "192.0.2.7" },
  params: {},
  subprotocol: "",
  transport: "websocket",
  bufferedAmount: 0,
  highWaterBytes: 65_536,
  topics: [],
} as const;

/** A host of one route. */
export class HostBench {
  readonly host: RuntimeHost;
  readonly #said: SeenRecord[] = [];
  #retained = 0;

  constructor(load: () => Promise<LoadedCode>) {
    this.host = new RuntimeHost({
      send: (batch) => void this.#said.push(...recordsOf(batch)),
      load,
      memoryBytes: () => MEMORY_BYTES,
      retain: () => void this.#retained++,
    });
  }

  /** A host whose code is loaded. */
  static async of(route: Route, exports: Readonly<Record<string, unknown>> = {}): Promise<HostBench> {
    const place = { file: "code.ts", pattern: "/" };
    const bench = new HostBench(() =>
      Promise.resolve({ routes: [checkRouteModule({ default: route, ...exports }, place)] })
    );
    bench.tell((writer) => writer.putValue(DOWN.BOOT, 0, 0, BOOT));
    await turns();
    bench.heard();
    return bench;
  }

  /** Tells some records in one batch, whose bytes are used again at once unless the host keeps them. */
  tell(put: (writer: BatchWriter) => void): void {
    const writer = new BatchWriter();
    put(writer);
    const batch = writer.take();
    const retained = this.#retained;
    walkRecords(batch, batch.length, MAX_RECORD_BYTES, this.host.take);
    this.host.outbox.flush();
    if (this.#retained === retained) batch.fill(0xee);
  }

  /** What the host has said since the last time. */
  heard(): SeenRecord[] {
    this.host.outbox.flush();
    return this.#said.splice(0);
  }

  /** A connection. */
  attach(id: number, more: Readonly<Record<string, unknown>> = {}): void {
    this.tell((writer) => writer.putValue(DOWN.ATTACH, 0, id, { ...OPENING, peer: `p-${id}`, ...more }));
  }
}
