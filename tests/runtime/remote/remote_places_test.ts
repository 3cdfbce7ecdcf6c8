/** The places as the server makes them; what is done there stands in the runtime suite. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../../lib/gateway/mod.ts";
import { loadProcess, loadWorker, type RemoteOrder } from "../../../lib/runtime/remote/remote_places.ts";
import { bundledHost } from "../../support/bundled.ts";
import { LogLines } from "../../support/log_lines.ts";
import { routeSource } from "../../support/remote_code.ts";

const SOURCE = `${routeSource("message() {}", { pattern: "/hooks" })}
export const manifest = { name: "hooks" };`;

function order(log: LogLines): RemoteOrder {
  return {
    name: "hooks",
    boot: { code: { kind: "module", source: SOURCE }, deployment: "d-1", isDevelopment: false },
    clock: systemClock,
    publish: () => Promise.resolve(),
    log,
  };
}

async function process(patterns: readonly string[]) {
  const limits = { grants: {}, limits: {}, deniedPorts: [], keeper: undefined, env: () => undefined };
  return await loadProcess({ ...order(new LogLines()), host: await bundledHost(), patterns, ...limits });
}

Deno.test("loadWorker and loadProcess load code, and have what it says of itself", async () => {
  const entry = new URL("../../../lib/runtime/remote/worker_host.ts", import.meta.url);
  for (const runtime of [await loadWorker({ ...order(new LogLines()), entry }), await process(["/hooks"])]) {
    assertEquals([runtime.descriptors[0]?.pattern, runtime.manifest], ["/hooks", { name: "hooks" }]);
    await runtime.stop();
  }
});

Deno.test("loadProcess refuses code with a route where it was given none, and leaves nothing behind", async () => {
  await assertRejects(() => process(["/elsewhere"]), TypeError, "a route at /hooks, where it was given /elsewhere");
});
