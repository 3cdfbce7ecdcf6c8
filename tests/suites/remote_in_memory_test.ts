/** Remote code without a place of its own: what is said of every runtime, over a channel that is hard on both sides. @module */
import { loadRoutes } from "../../lib/runtime/mod.ts";
import { RemoteRuntime } from "../../lib/runtime/remote/remote_runtime.ts";
import { systemClock } from "../../lib/gateway/mod.ts";
import { MemoryChannel } from "../runtime/remote/support/memory_channel.ts";
import { runtimeSuite } from "./runtime_suite.ts";

runtimeSuite("RemoteRuntime in memory", ({ routes, poisonViews, deployment, publish, log }) =>
  RemoteRuntime.load({
    kind: "worker",
    name: deployment,
    open: (events) =>
      new MemoryChannel(
        async ({ code }) => ({ routes: await loadRoutes(new URL((code as { folder: string }).folder)) }),
        events,
      ),
    boot: { code: { kind: "folder", folder: routes.href }, deployment, isDevelopment: poisonViews },
    clock: systemClock,
    publish,
    log,
  }));
