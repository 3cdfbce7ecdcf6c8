/**
 * The two places outside the gateway's isolate, made from what the server knows: a worker, and a sandboxed process.
 *
 * @module
 */
import type { Payload } from "../../frame/mod.ts";
import type { RuntimeLog } from "../log.ts";
import { type Grants, type Limits, mayUseTopic, withheldFields } from "./grants.ts";
import type { ChannelEvents } from "./channel.ts";
import { LineLimit } from "./line_limit.ts";
import { ProcessChannel } from "./process_channel.ts";
import type { Boot } from "./record_values.ts";
import { RemoteRuntime } from "./remote_runtime.ts";
import { type Keeper, memoryLimitOf, sandboxCommand } from "./sandbox.ts";
import type { SupervisorClock } from "./supervisor.ts";
import { WorkerChannel } from "./worker_channel.ts";

/** What both need. */
export interface RemoteOrder {
  /** For logs: the deployment, or the plug-in. */
  readonly name: string;
  readonly boot: Boot;
  readonly clock: SupervisorClock;
  readonly publish: (topic: string, payload: Payload) => Promise<void>;
  readonly log: RuntimeLog;
}

/** Code for a thread of its own, which may do what the server may. */
export interface WorkerOrder extends RemoteOrder {
  /** The module that hosts it. */
  readonly entry: URL;
}

/** Code for a process of its own, which may do what it is granted. */
export interface ProcessOrder extends RemoteOrder {
  /** The host, as JavaScript that imports nothing but `node:`. */
  readonly host: string;
  /** Where its routes may be. */
  readonly patterns: readonly string[];
  readonly grants: Grants;
  readonly limits: Limits;
  readonly deniedPorts: readonly number[];
  readonly keeper: Keeper | undefined;
  readonly env: (name: string) => string | undefined;
}

/** Loads code into a worker. @throws {Error} that says why it cannot be loaded. */
export function loadWorker({ entry, ...order }: WorkerOrder): Promise<RemoteRuntime> {
  const open = (events: ChannelEvents): WorkerChannel => new WorkerChannel(entry, order.name, events);
  return RemoteRuntime.load({ ...order, kind: "worker", open });
}

/**
 * Loads code into a sandbox.
 *
 * @throws {Error} that says why it cannot be loaded; {@linkcode Deno.errors.NotCapable} when this process may start none.
 */
export function loadProcess(order: ProcessOrder): Promise<RemoteRuntime> {
  const { grants, limits, log, name, clock } = order;
  const command = sandboxCommand(order);
  const say = (line: string): void => log.warn(`process ${name}: ${line}`, {});
  const lines = new LineLimit(clock, (count) => say(`(${count} more lines were left out)`));
  return RemoteRuntime.load({
    ...order,
    kind: "process",
    open: (events) =>
      new ProcessChannel(command, {
        take: events.take,
        onClosed: (reason) => events.onClosed(reason),
        onLine: (line) => lines.passes() ? say(line) : undefined,
      }),
    withheldFields: withheldFields(grants),
    mayUseTopic: (topic) => mayUseTopic(grants, topic),
    maxMemoryBytes: memoryLimitOf(limits),
  });
}
