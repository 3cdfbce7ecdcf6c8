/** User, folder, ports, signal and grace are the image's and the server's, in every file of deploy/ and in its docs. @module */
import { assert, assertEquals, assertGreater } from "@std/assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { imageConfig, STOP_SIGNAL } from "../../lib/deploy/image/image_config.ts";
import { APP_FOLDER, startCommand, STATE_FOLDER } from "../../lib/deploy/image/start_command.ts";
import { USER_ID } from "../../lib/deploy/image/system_files.ts";
import { GATEWAY_DEFAULTS } from "../../lib/gateway/option_table.ts";
import { requires } from "../support/requires.ts";
import { DEPLOY, STOP_GRACE_S, textOf, tomlOf, type Value, yamlOf } from "./deployed.ts";

const { port: PORT, admin } = GATEWAY_DEFAULTS;
const ADMIN_PORT = Number(admin.split(":")[1]);
const USER = `${USER_ID}:${USER_ID}`;
const STATE_FLAG = `--data-dir=${STATE_FOLDER}`;

/** Each file of deploy/ that is written by hand, and what else says how to run an image. */
const FILES = [
  "compose.yaml",
  "fly.toml",
  "haproxy.cfg",
  "kubernetes/deployment.yaml",
  "kubernetes/networkpolicy.yaml",
  "kubernetes/service.yaml",
  "prometheus/scrape.yaml",
  "sockeye.service",
  "../Dockerfile",
  "../docs/IMAGE.md",
  "../docs/HOSTING.md",
];

Deno.test("the grace is longer than the drain, and the image has the numbers that the hosts are held to", () => {
  assertGreater(STOP_GRACE_S * 1_000, GATEWAY_DEFAULTS.drainTimeoutMs);
  const start = startCommand(denoConfig.tasks.start.command);
  const facts = { architecture: "amd64", start, layers: [], annotations: {}, created: "" } as const;
  const { config } = imageConfig(facts) as Value;
  assertEquals(
    [config.User, config.StopSignal, Object.keys(config.ExposedPorts), config.WorkingDir],
    [USER, STOP_SIGNAL, [`${PORT}/tcp`], APP_FOLDER],
  );
  assert(start.entrypoint.includes(`--allow-write=${STATE_FOLDER}`));
});

Deno.test({
  name: "Compose: user, folder, ports, signal and grace",
  ...requires("npm"),
  async fn() {
    const { services } = await yamlOf("compose.yaml");
    for (const name of ["node1", "node2", "node3"]) {
      const { user, volumes, command, environment, ports, stop_signal, stop_grace_period } = services[name];
      assertEquals([user, volumes, stop_signal], [USER, [`${name}:${STATE_FOLDER}`], STOP_SIGNAL]);
      assertEquals(command, [STATE_FLAG, `--admin=0.0.0.0:${ADMIN_PORT}`]);
      assertEquals([environment.PORT, ports[0].split(":").at(-1)], [`${PORT}`, `${ADMIN_PORT}`]);
      assertEquals(stop_grace_period, `${STOP_GRACE_S}s`);
    }
    assertEquals(services.haproxy.stop_grace_period, `${STOP_GRACE_S}s`);
  },
});

Deno.test({
  name: "Kubernetes: user, folder, ports and grace; SIGTERM is what it sends",
  ...requires("npm"),
  async fn() {
    const { metadata, spec } = (await yamlOf("kubernetes/deployment.yaml")).spec.template;
    const [{ args, ports, env, volumeMounts, lifecycle }] = spec.containers;
    const { runAsUser, runAsGroup, fsGroup } = spec.securityContext;
    assertEquals([runAsUser, runAsGroup, fsGroup], [USER_ID, USER_ID, USER_ID]);
    assertEquals(args, [STATE_FLAG, `--admin=0.0.0.0:${ADMIN_PORT}`]);
    assertEquals(ports.map(({ containerPort }: Value) => containerPort), [PORT, ADMIN_PORT]);
    assertEquals(env.find(({ name }: Value) => name === "PORT").value, `${PORT}`);
    assertEquals(metadata.annotations["prometheus.io/port"], `${ADMIN_PORT}`);
    assert(volumeMounts.some(({ mountPath }: Value) => mountPath === STATE_FOLDER));
    assertEquals(STOP_SIGNAL, "SIGTERM");
    assertEquals(spec.terminationGracePeriodSeconds, STOP_GRACE_S);
    assertGreater(STOP_GRACE_S * 1_000, lifecycle.preStop.sleep.seconds * 1_000 + GATEWAY_DEFAULTS.drainTimeoutMs);
  },
});

Deno.test({
  name: "Fly.io: ports, signal and grace",
  ...requires("npm"),
  async fn() {
    const { env, http_service, kill_signal, kill_timeout } = await tomlOf("fly.toml");
    assertEquals([env.PORT, http_service.internal_port], [`${PORT}`, PORT]);
    assertEquals(env.SOCKEYE_ADMIN, `[::]:${ADMIN_PORT}`);
    assertEquals([kill_signal, kill_timeout], [STOP_SIGNAL, STOP_GRACE_S]);
  },
});

Deno.test("systemd: folder, signal and grace", () => {
  const unit = textOf("sockeye.service");
  const lines = [
    `KillSignal=${STOP_SIGNAL}`,
    `TimeoutStopSec=${STOP_GRACE_S}s`,
    `StateDirectory=${STATE_FOLDER.replace("/var/lib/", "")}`,
  ];
  for (const line of lines) assert(unit.includes(`\n${line}\n`), line);
  assert(unit.includes(` ${STATE_FLAG}\n`) && unit.includes(`--allow-write=${STATE_FOLDER} `));
});

Deno.test("Prometheus asks the admin listener, HAProxy the server", () => {
  const targets = textOf("prometheus/scrape.yaml").match(/node\d:\d+/g) ?? [];
  assertEquals(targets.map((own) => own.split(":")[1]), Array(3).fill(`${ADMIN_PORT}`));
  const servers = textOf("haproxy.cfg").match(/(?<=^ +server node\d node\d:)\d+/gm) ?? [];
  assertEquals(servers, Array(3).fill(`${PORT}`));
});

Deno.test("no file names another user, folder, port or grace", () => {
  const rules: readonly (readonly [what: string, pattern: RegExp, allowed: readonly string[]])[] = [
    // 65536 is how many files may be open.
    ["user", /\b655(?!36)\d\d\b/g, [`${USER_ID}`]],
    ["folder", /\/var\/lib\/(?!apt\/|dpkg\/)[\w-]+/g, [STATE_FOLDER]],
    // Compose shows the admin listeners at 4101 and so on, for there are three on one machine.
    ["port", /(?<=[:"\s])400\d(?=["/\s\]]|$)/gm, [`${PORT}`, `${ADMIN_PORT}`]],
    ["grace", /(?<=stop-timeout |TimeoutStopSec=|grace_period: |PeriodSeconds: |kill_timeout = )\d+(?=s?\b)/g, [
      `${STOP_GRACE_S}`,
    ]],
  ];
  for (const [what, pattern, allowed] of rules) {
    const seen = FILES.flatMap((name) =>
      [...Deno.readTextFileSync(DEPLOY + name).matchAll(pattern)].map(([own]) => own).filter((own) =>
        !allowed.includes(own)
      ).map((own) => `${name}: ${own}`)
    );
    assertEquals(seen, [], what);
    const all = FILES.map((name) => Deno.readTextFileSync(DEPLOY + name)).join("\n");
    assertGreater([...all.matchAll(pattern)].length, allowed.length, `${what} stands nowhere`);
  }
});

Deno.test("every file of deploy/ that names a port or a folder is looked at", () => {
  const unseen: string[] = [];
  for (const folder of ["", "kubernetes/", "prometheus/"]) {
    for (const { name, isFile } of Deno.readDirSync(DEPLOY + folder)) {
      const names = /\/var\/lib\/|\b400[01]\b|\b655\d\d\b/.test(isFile ? textOf(folder + name) : "");
      if (names && !FILES.includes(folder + name)) unseen.push(folder + name);
    }
  }
  assertEquals(unseen, []);
});
