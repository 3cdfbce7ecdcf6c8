/** The process as a place for route code. @module */
import { systemClock } from "../../lib/gateway/mod.ts";
import { ProcessChannel } from "../../lib/runtime/remote/process_channel.ts";
import { RemoteRuntime } from "../../lib/runtime/remote/remote_runtime.ts";
import { sandboxCommand } from "../../lib/runtime/remote/sandbox.ts";
import { runtimeSuite } from "./runtime_suite.ts";
import { bundledFolder, bundledHost } from "../support/bundled.ts";

runtimeSuite("RemoteRuntime in a process", async ({ routes, poisonViews, deployment, publish, log }) => {
  const host = await bundledHost();
  const command = sandboxCommand({ host, grants: {}, limits: {}, deniedPorts: [], env: () => undefined });
  return await RemoteRuntime.load({
    kind: "process",
    name: deployment,
    open: (events) =>
      new ProcessChannel(command, {
        take: events.take,
        onClosed: (reason) => events.onClosed(reason),
        onLine: (line) => log.warn(line, {}),
      }),
    boot: {
      code: { kind: "module", source: await bundledFolder(routes) },
      deployment,
      isDevelopment: poisonViews,
    },
    clock: systemClock,
    publish,
    log,
  });
}, [false]); // Development is the host's affair, and the same in a worker.
