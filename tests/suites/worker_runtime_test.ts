/** The worker as a place for route code. @module */
import { RemoteRuntime } from "../../lib/runtime/remote/remote_runtime.ts";
import { WorkerChannel } from "../../lib/runtime/remote/worker_channel.ts";
import { systemClock } from "../../lib/gateway/mod.ts";
import { runtimeSuite } from "./runtime_suite.ts";

const ENTRY = new URL("../../lib/runtime/remote/worker_host.ts", import.meta.url);

runtimeSuite("RemoteRuntime in a worker", ({ routes, poisonViews, deployment, publish, log }) =>
  RemoteRuntime.load({
    kind: "worker",
    name: deployment,
    open: (events) => new WorkerChannel(ENTRY, "routes", events),
    boot: { code: { kind: "folder", folder: routes.href }, deployment, isDevelopment: poisonViews },
    clock: systemClock,
    publish,
    log,
  }));
