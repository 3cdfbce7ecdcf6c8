/** What a monitor reads of deployments, and of code in workers and processes. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ActivationCounts } from "../../lib/deploy/activation_counts.ts";
import { deployMetrics } from "../../lib/deploy/deploy_metrics.ts";
import type { DeploymentStatus } from "../../lib/deploy/mod.ts";
import { counting, DeployedGateway } from "../support/deployed_gateway.ts";

/** Each sample as `name label=value…: value`, of the metrics whose names begin so. */
function samples(metrics: ReturnType<typeof deployMetrics>, prefix: string): readonly string[] {
  return metrics.filter(({ name }) => name.startsWith(prefix)).flatMap(({ name, samples }) =>
    samples.map(({ labels, value }) =>
      `${name} ${Object.entries(labels).map((pair) => pair.join("=")).join(" ")}: ${value}`
    )
  );
}

const READY = { peers: 0, readyAt: "2026-01-01T00:00:00.000Z" };

function listed(all: readonly DeploymentStatus[]): Parameters<typeof deployMetrics>[0] {
  return { list: () => all, counts: new ActivationCounts() };
}

Deno.test("deployMetrics counts what became of activations, and of peers", async () => {
  await using server = await DeployedGateway.serving({ "/": counting("one") });
  await server.connect();
  const { deployments } = server;
  const before = samples(deployMetrics(deployments), "sockeye_");
  assertEquals(before.filter((line) => !line.endsWith(": 0")), ["sockeye_peers deployment=one state=active: 1"]);
  await deployments.replace(server.code("two", { "/": counting("two") }));
  await deployments.rollback();
  const failing = { start: () => Promise.reject(new Error("no")), message() {} };
  await assertRejects(() => deployments.replace(server.code("three", { "/": failing })));
  const after = samples(deployMetrics(deployments), "sockeye_");
  assertEquals(after.filter((line) => !line.endsWith(": 0")), [
    "sockeye_peers deployment=one state=active: 1",
    "sockeye_activations_total outcome=done: 2",
    "sockeye_activations_total outcome=failed: 1",
    "sockeye_swapped_peers_total outcome=moved: 2",
  ]);
});

Deno.test("deployMetrics tells of each place its state, restarts, bytes and memory", () => {
  const place = { kind: "process", patterns: ["/a", "/b"], restarts: 4, unsettledBytes: 7 } as const;
  const lines = samples(
    deployMetrics(listed([{
      ...READY,
      name: "one",
      state: "active",
      places: [{ ...place, state: "quarantined" }, {
        ...place,
        kind: "worker",
        patterns: ["/c"],
        state: "up",
        memoryBytes: 99,
      }],
    }])),
    "sockeye_runtime_",
  );
  const first = "deployment=one route=/a /b kind=process";
  const second = "deployment=one route=/c kind=worker";
  assertEquals(lines, [
    `sockeye_runtime_state ${first} state=up: 0`,
    `sockeye_runtime_state ${first} state=down: 0`,
    `sockeye_runtime_state ${first} state=quarantined: 1`,
    `sockeye_runtime_state ${first} state=asleep: 0`,
    `sockeye_runtime_state ${second} state=up: 1`,
    `sockeye_runtime_state ${second} state=down: 0`,
    `sockeye_runtime_state ${second} state=quarantined: 0`,
    `sockeye_runtime_state ${second} state=asleep: 0`,
    `sockeye_runtime_restarts_total ${first}: 4`,
    `sockeye_runtime_restarts_total ${second}: 4`,
    `sockeye_runtime_unsettled_bytes ${first}: 7`,
    `sockeye_runtime_unsettled_bytes ${second}: 7`,
    `sockeye_runtime_memory_bytes ${second}: 99`,
  ]);
});

Deno.test("deployMetrics tells of a plug-in once, whichever deployments it stands beside", () => {
  const plugin = {
    kind: "process",
    patterns: ["/hooks"],
    state: "up",
    restarts: 1,
    unsettledBytes: 0,
    isPlugin: true,
  } as const;
  const all = [
    { ...READY, name: "two", state: "canary", share: 0.1, places: [plugin] },
    { ...READY, name: "one", state: "active", places: [plugin] },
  ] as const;
  assertEquals(samples(deployMetrics(listed(all)), "sockeye_runtime_restarts"), [
    "sockeye_runtime_restarts_total deployment=plug-in route=/hooks kind=process: 1",
  ]);
});

Deno.test("deployMetrics leaves out deployments that have no peers and are not to have any", () => {
  const all = (["canary", "active", "candidate", "kept", "failed"] as const).map((state) => ({
    ...READY,
    name: state,
    state,
  }));
  assertEquals(samples(deployMetrics(listed(all)), "sockeye_peers"), [
    "sockeye_peers deployment=canary state=canary: 0",
    "sockeye_peers deployment=active state=active: 0",
  ]);
});
