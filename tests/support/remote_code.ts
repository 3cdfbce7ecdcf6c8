/**
 * Route code that comes as text, put into any of the three runtimes.
 *
 * @module
 */
import { systemClock } from "../../lib/gateway/mod.ts";
import type { RouteRuntime, RuntimeKind } from "../../lib/route/table.ts";
import { InlineRuntime, type RuntimeLog } from "../../lib/runtime/mod.ts";
import { loadModule } from "../../lib/runtime/remote/hosted_code.ts";
import { ProcessChannel } from "../../lib/runtime/remote/process_channel.ts";
import { RemoteRuntime, type RemoteRuntimeOptions } from "../../lib/runtime/remote/remote_runtime.ts";
import type { Grants, Limits } from "../../lib/runtime/remote/grants.ts";
import { findKeeper, memoryLimitOf, sandboxCommand } from "../../lib/runtime/remote/sandbox.ts";
import { WorkerChannel } from "../../lib/runtime/remote/worker_channel.ts";
import { bundledHost } from "./bundled.ts";

/** All of them. */
export const RUNTIME_KINDS: readonly RuntimeKind[] = ["inline", "worker", "process"];

const WORKER = new URL("../../lib/runtime/remote/worker_host.ts", import.meta.url);

/** What a test may choose. */
export interface RemoteCodeSetting {
  readonly deployment?: string;
  readonly grants?: Grants;
  readonly limits?: Limits;
  readonly deniedPorts?: readonly number[];
  /** False leaves the limits of memory to what the code says of itself. */
  readonly hasKeeper?: boolean;
  readonly options?: Partial<RemoteRuntimeOptions>;
  /** What the code says to its standard error. */
  readonly onLine?: (line: string) => void;
  /** Told of each process that is started. */
  readonly onStart?: (channel: ProcessChannel) => void;
}

/** A module with one route. @param route an object literal's inside: the hooks. */
export function routeSource(route: string, { file = "code.ts", pattern = "/", before = "" } = {}): string {
  return `${before}
export const routes = [{ file: ${JSON.stringify(file)}, pattern: ${JSON.stringify(pattern)}, exports: { default: {
${route}
} } }];
`;
}

/** A runtime of this code, loaded and not started. */
export async function runtimeOf(
  kind: RuntimeKind,
  source: string,
  log: RuntimeLog,
  setting: RemoteCodeSetting = {},
): Promise<RouteRuntime> {
  const { deployment = "d-1", grants = {}, limits = {}, deniedPorts = [], hasKeeper = true } = setting;
  const publish = (): Promise<void> => Promise.resolve();
  if (kind === "inline") {
    return new InlineRuntime({ ...await loadModule(source), publish, log, poisonViews: false, deployment });
  }
  const common = {
    name: deployment,
    boot: { code: { kind: "module", source }, deployment, isDevelopment: false },
    clock: systemClock,
    publish,
    log,
    ...setting.options,
  } as const;
  if (kind === "worker") {
    return await RemoteRuntime.load({
      ...common,
      kind,
      open: (events) => new WorkerChannel(WORKER, deployment, events),
    });
  }
  const host = await bundledHost();
  const keeper = hasKeeper ? await findKeeper() : undefined;
  const command = sandboxCommand({ host, grants, limits, deniedPorts, keeper, env: (name) => Deno.env.get(name) });
  return await RemoteRuntime.load({
    maxMemoryBytes: memoryLimitOf(limits),
    ...common,
    kind,
    open(events) {
      const channel = new ProcessChannel(command, {
        take: events.take,
        onClosed: (reason) => events.onClosed(reason),
        onLine: setting.onLine ?? ((line) => log.warn(line, {})),
      });
      setting.onStart?.(channel);
      return channel;
    },
  });
}
