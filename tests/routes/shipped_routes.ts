/**
 * The routes that ship, in the runtime they ship with, and connections that write down what is asked of them.
 *
 * @module
 */
import type { Payload } from "../../lib/frame/mod.ts";
import type { PeerEvents, UpgradeDecision } from "../../lib/route/table.ts";
import { InlineRuntime, loadRoutes } from "../../lib/runtime/mod.ts";
import { RecordedCommands, type RecordedSetting } from "../suites/recorded_commands.ts";

/** One connection and what its route did with it. */
export interface Connected {
  readonly events: PeerEvents;
  readonly commands: RecordedCommands;
}

/** The runtime, and what `start` published. */
export interface Shipped {
  readonly runtime: InlineRuntime;
  readonly published: ReadonlyArray<readonly [topic: string, payload: Payload]>;
  connect(pattern: string, setting?: RecordedSetting): Connected;
  upgrade(pattern: string, url: string, params: Readonly<Record<string, string>>): Promise<UpgradeDecision>;
}

/** Runs `work` with the shipped routes started, and stops them. A line in the log is a failure. */
export async function withShippedRoutes(work: (shipped: Shipped) => Promise<void>): Promise<void> {
  const published: Array<readonly [string, Payload]> = [];
  const publish = (topic: string, payload: Payload) => {
    published.push([topic, payload]);
    return Promise.resolve();
  };
  const complain = (message: string, fields?: Readonly<Record<string, unknown>>): never => {
    throw new Error(message, { cause: fields?.error });
  };
  const routes = await loadRoutes(new URL("../../routes/", import.meta.url));
  const log = { error: complain, warn: complain };
  const runtime = new InlineRuntime({ routes, publish, log, poisonViews: true, deployment: "test" });
  const at = (pattern: string) => runtime.descriptors.findIndex((route) => route.pattern === pattern);
  await runtime.start();
  try {
    await work({
      runtime,
      published,
      connect(pattern, setting = {}) {
        const commands = new RecordedCommands(setting);
        return { events: runtime.attach(at(pattern), commands), commands };
      },
      async upgrade(pattern, url, params) {
        const request = { method: "GET", url, headers: [["host", "example.com"]], remoteAddress: "192.0.2.7" } as const;
        const question = { request, params, subprotocols: [], signal: new AbortController().signal };
        return await runtime.upgrade(at(pattern), question);
      },
    });
  } finally {
    await runtime.stop();
  }
}
