/** fly.toml: what stands there is what the server has. No tool of Fly's is to be had from Debian or npm. @module */
import { assertEquals, assertGreater } from "@std/assert";
import { GATEWAY_DEFAULTS } from "../../lib/gateway/option_table.ts";
import { startServer } from "../support/server_process.ts";
import { assertIsConfiguration } from "./configuration.ts";
import { START_ENV, tomlOf, type Value, yamlOf } from "./deployed.ts";

Deno.test("fly.toml has time for the drain, the start task's environment, and counts connections", async () => {
  const { kill_signal, kill_timeout, env, http_service, build } = await tomlOf("fly.toml");
  assertEquals([kill_signal, kill_timeout], ["SIGTERM", 45]);
  assertGreater(kill_timeout * 1_000, GATEWAY_DEFAULTS.drainTimeoutMs);
  for (const [name, value] of Object.entries(START_ENV)) assertEquals([name, env[name]], [name, value]);
  const { port } = assertIsConfiguration(env, []);
  assertEquals(http_service.internal_port, port);
  assertEquals(http_service.concurrency.type, "connections");
  assertGreater(http_service.concurrency.hard_limit, http_service.concurrency.soft_limit);
  assertEquals([http_service.auto_stop_machines, http_service.auto_start_machines], ["off", false]);
  assertEquals(build.image, "sockeye:latest");
});

Deno.test("every path that a host asks a node for is answered", async () => {
  const fly = await tomlOf("fly.toml");
  const { spec } = (await yamlOf("kubernetes/deployment.yaml")).spec.template;
  const [container] = spec.containers;
  const probes = ["startupProbe", "livenessProbe", "readinessProbe"].map((name) => container[name].httpGet.path);
  const paths: readonly string[] = [...probes, ...fly.http_service.checks.map(({ path }: Value) => path)];
  assertEquals(paths, ["/health", "/health", "/ready", "/ready"]);
  await using server = await startServer();
  for (const path of new Set(paths)) {
    const response = await server.fetch(path);
    assertEquals([path, response.status, await response.text()], [path, 200, "ok\n"]);
  }
});
