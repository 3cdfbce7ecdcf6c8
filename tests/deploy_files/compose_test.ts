/** compose.yaml: by docker-compose's schema, and together with haproxy.cfg. @module */
import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import { GATEWAY_DEFAULTS } from "../../lib/gateway/option_table.ts";
import { findProgram, requires } from "../support/requires.ts";
import { assertIsConfiguration } from "./configuration.ts";
import { DEPLOY, durationMs, run, START_ENV, textOf, type Value, yamlOf } from "./deployed.ts";

const NODES = ["node1", "node2", "node3"];
const TOKEN = { SOCKEYE_DEPLOY_TOKEN: "a-token-for-the-tests-alone" };

const compose = (env: Readonly<Record<string, string>>) =>
  run(findProgram("docker-compose") ?? "", ["-f", `${DEPLOY}compose.yaml`, "config"], env);

Deno.test({
  name: "docker-compose accepts compose.yaml, and asks for the token when there is none",
  ...requires("docker-compose"),
  async fn() {
    const { code, output } = await compose(TOKEN);
    assertEquals(code, 0, output);
    const without = await compose({ SOCKEYE_DEPLOY_TOKEN: "" });
    assertGreater(without.code, 0);
    assertMatch(without.output, /SOCKEYE_DEPLOY_TOKEN.*openssl rand -hex 32/s);
  },
});

Deno.test("each node has time for its drain, the start task's environment, and as few rights as can be", async () => {
  const { services } = await yamlOf("compose.yaml");
  for (const name of NODES) {
    const node = services[name];
    assertEquals(node.image, "sockeye:latest");
    assertEquals(node.stop_signal, "SIGTERM");
    assertEquals(node.stop_grace_period, "45s");
    assertGreater(durationMs(node.stop_grace_period), GATEWAY_DEFAULTS.drainTimeoutMs);
    for (const [variable, value] of Object.entries(START_ENV)) {
      assertEquals([variable, node.environment[variable]], [variable, value]);
    }
    const { port, natsUrl, admin, dataDir } = assertIsConfiguration(filled(node.environment), node.command);
    assertEquals(new URL(natsUrl).hostname in services, true);
    assertEquals(node.ports[0].split(":").at(-1), admin.split(":").at(-1));
    assertMatch(node.ports[0], /^127\.0\.0\.1:/);
    assertEquals(node.volumes, [`${name}:${dataDir}`]);
    assertMatch(textOf("haproxy.cfg"), new RegExp(`^  server ${name} ${name}:${port}$`, "m"));
    assertEquals([node.read_only, node.cap_drop, node.user], [true, ["ALL"], "65532:65532"]);
  }
  assertEquals(textOf("haproxy.cfg").match(/^ +server /gm)?.length, NODES.length);
});

Deno.test("the nodes trust the network that HAProxy is in, and HAProxy outlasts them", async () => {
  const { services, networks } = await yamlOf("compose.yaml");
  const [{ subnet }] = networks.edge.ipam.config;
  assertEquals(services.node1.environment.SOCKEYE_TRUSTED_PROXIES, subnet);
  for (const { networks } of Object.values<Value>(services)) assertEquals(networks, ["edge"]);
  assertEquals(services.haproxy.stop_grace_period, services.node1.stop_grace_period);
  assertMatch(textOf("haproxy.cfg"), new RegExp(`^  bind :${services.haproxy.ports[0].split(":").at(-1)}$`, "m"));
});

Deno.test({
  name: "haproxy accepts haproxy.cfg",
  ...requires("haproxy"),
  async fn() {
    const { code, output } = await run(findProgram("haproxy") ?? "haproxy", ["-c", "-f", `${DEPLOY}haproxy.cfg`]);
    assertEquals(code, 0, output);
    // The names are those of containers.
    const warnings = output.split("\n").filter((line) => line.includes("[WARNING]"));
    assertEquals(warnings.filter((line) => !line.includes("could not resolve address 'node")), []);
  },
});

Deno.test("haproxy.cfg waits longer than the server is silent", () => {
  const timeoutMs = (name: string) =>
    durationMs(new RegExp(`^  timeout ${name} (\\w+)$`, "m").exec(textOf("haproxy.cfg"))?.[1] ?? "");
  const { pingIntervalMs, pongTimeoutMs, pollWaitMs, responseTimeoutMs, closeTimeoutMs } = GATEWAY_DEFAULTS;
  assertGreater(timeoutMs("tunnel"), pingIntervalMs + pongTimeoutMs);
  for (const name of ["client", "server"]) {
    assertGreater(timeoutMs(name), Math.max(pollWaitMs, responseTimeoutMs));
    assertGreater(timeoutMs(`${name}-fin`), closeTimeoutMs);
  }
});

/** What the shell has not set is empty, or the text after `:?`, which is as good as a token. */
function filled(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replace(/^\$\{\w+:(?:-|\?)(.*)\}$/, "")]),
  );
}
