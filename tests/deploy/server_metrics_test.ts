/** All that one process says of itself. @module */
import { assert, assertEquals } from "@std/assert";
import { readProcess } from "../../lib/deploy/process_metrics.ts";
import { serverMetrics } from "../../lib/deploy/server_metrics.ts";
import { connectionsInNumbers } from "../../lib/gateway/mod.ts";
import { counting, DeployedGateway } from "../support/deployed_gateway.ts";

Deno.test("serverMetrics has deployments, hub, gateway and process, each name once", async () => {
  await using server = await DeployedGateway.serving({ "/": counting("one") });
  const { deployments, gateway } = server;
  const metrics = serverMetrics({
    deployments,
    hub: gateway.hub,
    gateway: { counts: gateway.counts, connections: () => connectionsInNumbers(gateway) },
    process: () => readProcess("1.2.3"),
  });
  const names = metrics.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const name of ["sockeye_peers", "sockeye_topics", "sockeye_connections", "process_cpu_seconds_total"]) {
    assert(names.includes(name), name);
  }
});
