/** The Kubernetes manifests: each by the schema of its kind, and all of them together. @module */
import { pathOfUrl } from "../../lib/runtime/file_url.ts";
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { GATEWAY_DEFAULTS } from "../../lib/gateway/option_table.ts";
import { RawClient } from "../support/raw_client.ts";
import { findProgram, requires } from "../support/requires.ts";
import { startServer } from "../support/server_process.ts";
import { DEPLOY, packagesFolder, START_ENV, type Value, yamlOf } from "./deployed.ts";
import { assertIsConfiguration } from "./configuration.ts";

const FOLDER = `${DEPLOY}kubernetes/`;

/** What is wrong with each of these by the schema of its kind, fields included that it does not have. */
async function problemsOf(manifests: readonly Value[]): Promise<readonly (readonly string[])[]> {
  const script = pathOfUrl(new URL("validate_manifests.mjs", import.meta.url));
  const child = new Deno.Command(findProgram("node") ?? "node", {
    args: [script, await packagesFolder()],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(manifests)));
  await writer.close();
  return JSON.parse(new TextDecoder().decode((await child.output()).stdout));
}

async function manifests(): Promise<ReadonlyMap<string, Value>> {
  const { resources } = await yamlOf("kubernetes/kustomization.yaml");
  const all = await Promise.all(resources.map((file: string) => yamlOf(`kubernetes/${file}`)));
  return new Map(all.map((manifest) => [manifest.kind, manifest]));
}

Deno.test({
  name: "every manifest is what the schema of its kind says, and has no field that it does not know",
  ...requires("node"),
  async fn() {
    const all = await manifests();
    const problems = await problemsOf([...all.values()]);
    assertEquals([...all.keys()].map((kind, at) => [kind, problems[at]]), [...all.keys()].map((kind) => [kind, []]));
  },
});

Deno.test({
  name: "the check finds a wrong type, a field that is missing, and one that is misspelt",
  ...requires("node"),
  async fn() {
    const spoilt: readonly [(manifest: Value) => void, string][] = [
      [({ spec }) => spec.replicas = "three", "/spec/replicas: type integer"],
      [({ spec }) => delete spec.selector, "/spec: required selector"],
      [
        ({ spec }) => spec.template.spec.containers[0].livenesProbe = {},
        "there is no field spec.template.spec.containers[0].livenesProbe",
      ],
    ];
    const manifests = await Promise.all(spoilt.map(async ([spoil]) => {
      const manifest = await yamlOf("kubernetes/deployment.yaml");
      spoil(manifest);
      return manifest;
    }));
    assertEquals(await problemsOf(manifests), spoilt.map(([_, problem]) => [problem]));
  },
});

Deno.test({
  name: "kustomization.yaml lists every manifest",
  ...requires("npm"),
  async fn() {
    const { resources } = await yamlOf("kubernetes/kustomization.yaml");
    const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => name !== "kustomization.yaml");
    assertEquals(resources.toSorted(), files.toSorted());
  },
});

Deno.test({
  name: "the manifests are about the same pods, by name and by port",
  ...requires("npm"),
  async fn() {
    const all = await manifests();
    const [deployment, service, hpa, budget, policy] = [
      "Deployment",
      "Service",
      "HorizontalPodAutoscaler",
      "PodDisruptionBudget",
      "NetworkPolicy",
    ].map((kind) => all.get(kind));
    const { template } = deployment.spec;
    const { labels } = template.metadata;
    const selectors = [deployment.spec.selector.matchLabels, service.spec.selector, budget.spec.selector.matchLabels];
    for (const selector of [...selectors, policy.spec.podSelector.matchLabels]) assertEquals(selector, labels);
    const [spread] = template.spec.topologySpreadConstraints;
    assertEquals(spread.labelSelector.matchLabels, labels);
    const { apiVersion, kind, name } = hpa.spec.scaleTargetRef;
    assertEquals([apiVersion, kind, name], [deployment.apiVersion, deployment.kind, deployment.metadata.name]);
    const [container] = template.spec.containers;
    const ports = new Set(container.ports.map(({ name }: Value) => name));
    assert(ports.has(service.spec.ports[0].targetPort));
    assertEquals(policy.spec.ingress.flatMap(({ ports }: Value) => ports.map(({ port }: Value) => port)), [...ports]);
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
      assertEquals(container[probe].httpGet.port, "http");
    }
    // One fewer than there are at least: a disruption never takes the last.
    assertGreater(hpa.spec.minReplicas, budget.spec.maxUnavailable);
  },
});

Deno.test({
  name: "the pod has time for its drain, the start task's environment, and as few rights as can be",
  ...requires("npm"),
  async fn() {
    const { spec } = (await yamlOf("kubernetes/deployment.yaml")).spec.template;
    const [container] = spec.containers;
    const sleepMs = container.lifecycle.preStop.sleep.seconds * 1_000;
    assertEquals(spec.terminationGracePeriodSeconds, 45);
    assertLess(sleepMs + GATEWAY_DEFAULTS.drainTimeoutMs, spec.terminationGracePeriodSeconds * 1_000);
    const env = Object.fromEntries(container.env.map(({ name, value }: Value) => [name, value]));
    for (const [name, value] of Object.entries(START_ENV)) assertEquals([name, env[name]], [name, value]);
    const { port, admin } = assertIsConfiguration(env, container.args);
    assertEquals(container.ports.map(({ containerPort }: Value) => containerPort), [port, Number(admin.split(":")[1])]);
    assertEquals(spec.securityContext.runAsNonRoot, true);
    assertEquals(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    assertEquals(spec.automountServiceAccountToken, false);
  },
});

Deno.test({
  name:
    "a pod ends as its manifest has it: it serves while preStop sleeps, then drains, and has ended within its grace",
  ...requires("npm"),
  async fn() {
    const { spec } = (await yamlOf("kubernetes/deployment.yaml")).spec.template;
    const [container] = spec.containers;
    // The kubelet does this hook by itself: no program of the image is run, and nothing reaches the process.
    assertEquals(Object.keys(container.lifecycle.preStop), ["sleep"]);
    const graceMs = (spec.terminationGracePeriodSeconds - container.lifecycle.preStop.sleep.seconds) * 1_000;
    const ownEnv: Record<string, string> = Object.fromEntries(
      container.env.map(({ name, value }: Value) => [name, value]),
    );
    // Ports of the test, and no broker; else the pod's environment.
    const { PORT: _port, NATS_URL: _broker, ...env } = ownEnv;
    await using server = await startServer({
      args: ["--admin", "127.0.0.1:0"],
      env: { ...env, SOCKEYE_DEPLOY_TOKEN: "a-token-for-the-tests-alone" },
    });
    const { readinessProbe: { httpGet: { path: ready } }, livenessProbe: { httpGet: { path: live } } } = container;
    const status = async (path: string) => {
      const response = await server.fetch(path);
      await response.body?.cancel();
      return response.status;
    };
    // This one answers nothing, so that the drain has somebody to wait for.
    using _silent = await RawClient.connect({ port: server.port, path: "/echo" });
    using client = await RawClient.connect({ port: server.port, path: "/echo" });
    await client.sendText("while preStop sleeps");
    assertEquals((await client.next()).kind, "text");
    assertEquals([await status(ready), await status(live)], [200, 200]);
    const startedAt = performance.now();
    server.kill("SIGTERM");
    await server.printed(/SIGTERM: draining/);
    assertEquals([await status(ready), await status(live)], [503, 200]);
    const closed = await client.next();
    assertEquals([closed.kind, "code" in closed ? closed.code : undefined], ["close", 1012]);
    assertEquals((await server.exited()).code, 0);
    assertLess(performance.now() - startedAt, graceMs);
  },
});

Deno.test({
  name: "the cluster scales by a metric that the server has, whose name is that of the rule in docs/HOSTING.md",
  ...requires("npm"),
  async fn() {
    const { spec } = await yamlOf("kubernetes/hpa.yaml");
    const { name } = spec.metrics[0].pods.metric;
    const { gatewayMetrics } = await import("../../lib/deploy/gateway_metrics.ts");
    const { GatewayCounts } = await import("../../lib/gateway/gateway_counts.ts");
    const none = { open: new Map(), bytesIn: 0, bytesOut: 0, unsentBytes: 0, heldBytes: 0 };
    const metrics = gatewayMetrics({ counts: new GatewayCounts(), connections: () => none as Value });
    assert(metrics.some((metric) => metric.name === name));
    assertGreater(Deno.readTextFileSync(`${DEPLOY}../docs/HOSTING.md`).split(`seriesQuery: '${name}{`).length, 1);
  },
});
