/** The alert rules, the dashboard and the scrape configuration, with a real Prometheus that reads a real server. @module */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { GATEWAY_DEFAULTS } from "../../lib/gateway/option_table.ts";
import { HELD_LIMITS } from "../../lib/backplane/held_appends.ts";
import { CERT, CERT_FILE, KEY_FILE } from "../support/certificates.ts";
import { counterRoute, Workshop } from "../support/deploy_server.ts";
import { startNats } from "../support/nats_server.ts";
import { Prometheus } from "../support/prometheus.ts";
import { RawClient } from "../support/raw_client.ts";
import { findProgram, requires } from "../support/requires.ts";
import { parseTask } from "../support/start_task.ts";
import { until } from "../support/until.ts";
import { serveWorkers } from "../support/workers_server.ts";
import { DEPLOY, run, textOf, type Value, yamlOf } from "./deployed.ts";

const METRICS_TOKEN = "a-token-for-metrics-alone";

const promtool = (...args: string[]) => run(findProgram("promtool") ?? "promtool", args);

Deno.test({
  name: "promtool accepts the alert rules, and each fires when it should and is silent when it should",
  ...requires("promtool"),
  async fn() {
    for (const args of [["check", "rules", "alerts.yaml"], ["test", "rules", "alerts_test.yaml"]]) {
      const [what = "", kind = "", file = ""] = args;
      const { code, output } = await promtool(what, kind, `${DEPLOY}prometheus/${file}`);
      assertEquals(code, 0, output);
    }
    const { code, output } = await promtool("check", "config", "--syntax-only", `${DEPLOY}prometheus/scrape.yaml`);
    assertEquals(code, 0, output);
  },
});

Deno.test("each alert rule has a case in which it fires and one in which it does not", async () => {
  const names = alertRules(await yamlOf("prometheus/alerts.yaml")).map(({ alert }) => alert);
  const { tests } = await yamlOf("prometheus/alerts_test.yaml");
  const cases = tests.map(({ alert_rule_test: [{ alertname, exp_alerts }] }: Value) =>
    `${alertname} ${exp_alerts.length > 0}`
  );
  assertEquals(cases, names.flatMap((name) => [`${name} true`, `${name} false`]));
});

Deno.test("the limits in the alert rules are shares of those that the server has", async () => {
  const rules = alertRules(await yamlOf("prometheus/alerts.yaml"));
  const bound = (alert: string) => Number(/> (\d+)$/.exec(rules.find((rule) => rule.alert === alert)!.expr)?.[1]);
  assertEquals(bound("SockeyeNearlyFull"), GATEWAY_DEFAULTS.maxConnections * 0.8);
  assertEquals(bound("SockeyePublicationsHeld"), HELD_LIMITS.maxCount * 0.5);
});

Deno.test("the panels of the dashboard do not overlap, and ask with variables that it has", () => {
  const { panels, templating } = JSON.parse(textOf("grafana/sockeye.json"));
  assertEquals(new Set(panels.map(({ id }: Value) => id)).size, panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }: Value) =>
    Array.from({ length: w * h }, (_, at) => `${x + at % w},${y + Math.floor(at / w)}`)
  );
  assertEquals(new Set(cells).size, cells.length);
  for (const { gridPos: { x, w } } of panels) assert(x + w <= 24);
  const variables = templating.list.map(({ name }: Value) => `$${name}`);
  assertEquals(variables, ["$datasource", "$job", "$instance"]);
  for (const { title, type, description, datasource } of panels) {
    if (type === "row") continue;
    assertEquals([title, datasource], [title, { type: "prometheus", uid: "${datasource}" }]);
    assertMatch(description, /\.$/);
  }
  const used = expressionsOf({ panels }).flatMap((expression) => expression.match(/\$\w+/g) ?? []);
  assertEquals(new Set(used), new Set(["$job", "$instance", "$__rate_interval"]));
});

Deno.test({
  name: "Prometheus reads a server, every rule and every panel has what it asks for, and no panel is missing",
  ignore: requires("prometheus").ignore || requires("nats-server").ignore,
  // Sockets of the platform close after the test.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using broker = await startNats();
    await using here = await Workshop.open();
    const server = await busyServer(here, broker.port);
    const workers = await serveWorkers(here, here.path("routes"), {
      args: ["--public-metrics"],
      env: environment(broker.port),
    });
    // One is asked on its admin listener, the other on the port that its workers share.
    const targets = [server.admin, workers.process.url].map((url) => url.replace("http://", ""));
    await using prometheus = await Prometheus.start(targets, METRICS_TOKEN);
    await until(() => server.process.output().includes("listens on"), "the server listens");
    const rules = alertRules(await yamlOf("prometheus/alerts.yaml"));
    const dashboard = JSON.parse(textOf("grafana/sockeye.json"));

    await t.step("every panel of the dashboard shows something", async () => {
      const empty = new Set(expressionsOf(dashboard));
      assertGreater(empty.size, 30);
      let isAsking = false;
      const ask = async () => {
        isAsking = true;
        for (const expression of empty) {
          if ((await prometheus.query(filled(expression))).length > 0) empty.delete(expression);
        }
        isAsking = false;
      };
      await until(
        () => {
          if (!isAsking && empty.size > 0) void ask();
          return empty.size === 0;
        },
        () => `nothing to show for ${[...empty].join("\n")}`,
      );
    });

    await t.step("every metric that an alert rule names is there", async () => {
      const there = new Set(await prometheus.names());
      for (const { alert, expr } of rules) {
        const names: readonly string[] = expr.match(/(?:sockeye|process)_\w+/g) ?? [];
        assertEquals([alert, ...names.filter((name) => !there.has(name))], [alert]);
      }
    });

    await t.step("every metric that the server has is on a panel", async () => {
      const shown = expressionsOf(dashboard).join("\n");
      const all = (await prometheus.names()).filter((name) => /^(?:sockeye|process)_/.test(name));
      assertGreater(all.length, 40);
      const families = all.map((name) => name.replace(/_(?:sum|count)$/, ""));
      assertEquals(families.filter((name) => !new RegExp(`${name}(?:_bucket)?\\b`).test(shown)), []);
    });

    await t.step("every rule is evaluated, and a healthy server raises no alert", async () => {
      let health: readonly string[] = [];
      const ask = async () => health = await prometheus.rules();
      await ask();
      await until(() => {
        void ask();
        return health.every((rule) => !rule.endsWith(": unknown"));
      }, "all rules are evaluated");
      assertEquals(health, rules.map(({ alert }) => `${alert}: ok`));
      assertEquals(await prometheus.alerts(), []);
    });
  },
});

/** Routes in all three places, with peers, on a server with a broker; and somebody who did wrong. */
async function busyServer(here: Workshop, brokerPort: number) {
  const paths = ["/inline", "/worker", "/process"];
  const files = paths.map((path) => [`${path.slice(1)}.ts`, counterRoute("one").replace('"/"', `"${path}"`)]);
  const config = `export default { runtimes: { "/worker": "worker", "/process": "process" } };`;
  const task = parseTask(denoConfig.tasks["start:plugins"].command);
  const server = await here.serve(await here.routes("routes", Object.fromEntries(files)), {
    folder: await here.routes("site", { "sockeye.config.ts": config }),
    // Who may all may look into /proc, where the open files are counted.
    task: { ...task, flags: [...task.flags.filter((flag) => !flag.startsWith("--allow-")), "--allow-all"] },
    args: ["--ping-interval-ms", "100ms", "--cert", CERT_FILE, "--key", KEY_FILE],
    env: environment(brokerPort),
  });
  const { port } = server.process;
  // Deno's takes more than what the types of browsers know.
  const trusting = { client: Deno.createHttpClient({ caCerts: [CERT] }) };
  await Promise.all(paths.map(async (path) => {
    const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, trusting as unknown as string[]);
    await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
    socket.send("next");
    await new Promise((resolve) => socket.addEventListener("message", resolve, { once: true }));
  }));
  await (await fetch(`https://127.0.0.1:${port}/nowhere`, trusting)).body?.cancel();
  using careless = await RawClient.connect({ port, path: "/inline", isTls: true });
  // Not masked. RFC 6455 §5.1.
  await careless.write(Uint8Array.of(0x81, 0x01, 0x61));
  assertEquals((await careless.nextButPings()).kind, "close");
  return server;
}

function environment(brokerPort: number): Readonly<Record<string, string>> {
  return { NATS_URL: `nats://127.0.0.1:${brokerPort}`, SOCKEYE_METRICS_TOKEN: METRICS_TOKEN };
}

function alertRules(file: Value): readonly { readonly alert: string; readonly expr: string }[] {
  return file.groups.flatMap(({ rules }: Value) => rules)
    .map(({ alert, expr }: Value) => ({ alert, expr: expr.trim() }));
}

function expressionsOf(dashboard: Value): readonly string[] {
  return dashboard.panels.flatMap(({ targets = [] }: Value) => targets.map(({ expr }: Value) => expr));
}

/** As Grafana asks. */
function filled(expression: string): string {
  return expression.replaceAll("$job", "sockeye").replaceAll("$instance", ".*").replaceAll("$__rate_interval", "1m");
}
