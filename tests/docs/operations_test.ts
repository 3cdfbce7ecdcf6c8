/** docs/OPERATIONS.md and docs/HOSTING.md say what there is: metrics, alerts, options, files, the limits of hosts. @module */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { ActivationCounts } from "../../lib/deploy/activation_counts.ts";
import { deployMetrics } from "../../lib/deploy/deploy_metrics.ts";
import { gatewayMetrics } from "../../lib/deploy/gateway_metrics.ts";
import { hubMetrics } from "../../lib/deploy/hub_metrics.ts";
import { processMetrics, readProcess } from "../../lib/deploy/process_metrics.ts";
import { GatewayCounts } from "../../lib/gateway/gateway_counts.ts";
import { envNames, GATEWAY_DEFAULTS, isOptionName } from "../../lib/gateway/option_table.ts";
import { TOKEN_VARIABLES } from "../../lib/deploy/admin_tokens.ts";
import { logFormatter } from "../../lib/observe/log_format.ts";
import { recordOfLine } from "../../lib/observe/log_line.ts";
import { RawClient } from "../support/raw_client.ts";
import { PROJECT, startServer } from "../support/server_process.ts";
import { START_TASK } from "../support/start_task.ts";
import { type Value, yamlOf } from "../deploy_files/deployed.ts";

const OPERATIONS = await Deno.readTextFile(`${PROJECT}docs/OPERATIONS.md`);
const HOSTING = await Deno.readTextFile(`${PROJECT}docs/HOSTING.md`);

Deno.test("docs/OPERATIONS.md lists the metrics that there are, with their labels", () => {
  const listed = [...OPERATIONS.matchAll(/^\| `((?:sockeye|process)_\w+)(?:\{([\w,]+)\})?`/gm)]
    .map(([, name, labels = ""]) => [name, labels]);
  const all = metrics().map(({ name, samples, type }) => [
    name,
    // The bounds of a histogram are not for the reader.
    type === "histogram" ? "" : Object.keys(samples[0]?.labels ?? {}).join(),
  ]);
  assertEquals(listed, all);
});

Deno.test("docs/OPERATIONS.md says of each alert rule how bad it is, what it means and what to do", async () => {
  const { groups } = await yamlOf("prometheus/alerts.yaml");
  const rules = groups.flatMap(({ rules }: Value) => rules)
    .map(({ alert, labels }: Value) => [alert, labels.severity]);
  const rows = [...OPERATIONS.matchAll(/^\| `(Sockeye\w+)` +\| (\w+) +\| (\S.*?) +\| (\S.*?) +\|$/gm)];
  assertEquals(rows.map(([, alert, severity]) => [alert, severity]), rules);
});

Deno.test("docs/OPERATIONS.md lists the attributes that spans have, and no others", async () => {
  const files = ["tracing", "request_spans", "deploy_spans"];
  const sources = await Promise.all(files.map((name) => Deno.readTextFile(`${PROJECT}lib/observe/${name}.ts`)));
  const there = [...sources.join("").matchAll(/"([a-z]\w*(?:\.\w+)+)"/g)].map(([, name]) => name);
  const table = OPERATIONS.split("| attribute ").at(-1)!.split("\n\n")[0]!;
  const listed = [...table.matchAll(/`([a-z]\w*(?:\.\w+)+)`/g)].map(([, name]) => name).filter((name) =>
    name !== "peer.id"
  );
  assertEquals(new Set(listed), new Set(there));
  assertGreater(listed.length, 15);
});

Deno.test("the options, variables and files that both name are there", () => {
  const text = OPERATIONS + HOSTING;
  const words = [...text.matchAll(/`([a-z]+(?:[A-Z][a-z]+)+)`/g)].map(([, word = ""]) => word);
  // Words of Kubernetes.
  const theirs = ["livenessProbe", "readinessProbe", "minReadySeconds", "terminationGracePeriodSeconds", "preStop"];
  // Of a route's code.
  const ofRoutes = ["remoteAddress"];
  const options = words.filter((word) => ![...theirs, ...ofRoutes].includes(word));
  assertGreater(options.length, 15);
  assertEquals(options.filter((word) => !isOptionName(word)), []);
  const variables = text.match(/\bSOCKEYE_[A-Z_]+/g) ?? [];
  // Of compose.yaml alone.
  const known = [...envNames(), ...Object.values(TOKEN_VARIABLES), "SOCKEYE_PORT"];
  assertEquals(variables.filter((name) => !known.includes(name)), []);
  const files = [...text.matchAll(/(?:deploy|tests)\/[\w./]+/g)].map(([path]) => path.replace(/\.$/, ""));
  assertGreater(files.length, 10);
  for (const path of files) assert(exists(`${PROJECT}${path}`), path);
});

Deno.test("docs/OPERATIONS.md shows one record in both forms of the log", () => {
  const [, shownJson = "", text = ""] = /```json\n(.*?)\n```\n\n```text\n(.*?)\n```/s.exec(OPERATIONS)!;
  // The page has it over several lines.
  const json = JSON.stringify(JSON.parse(shownJson));
  const shown = (format: "json" | "text") =>
    logFormatter(format, { isTerminal: false, hasColor: false })(recordOfLine(json)!);
  assertEquals([shown("json"), shown("text")], [json, text]);
});

Deno.test("the messages to alert on, and who says them, are there", async () => {
  const section = OPERATIONS.slice(
    OPERATIONS.indexOf("### What to alert on\n\nMetrics"),
    OPERATIONS.indexOf("### Where to"),
  );
  const rows = [...section.matchAll(/^\| `([^`]+)`.*?\| `(WARN|ERROR|FATAL)`/gm)];
  assertGreater(rows.length, 12);
  const files = [`${PROJECT}main.ts`, ...sourcesOf(`${PROJECT}lib`)];
  const sources = (await Promise.all(files.map((file) => Deno.readTextFile(file)))).join("\n");
  for (const [, message = ""] of rows) assert(new RegExp(`["\`}: ]${message}`).test(sources), message);
  const loggers = [...sources.matchAll(/log\.of\("(\w+)"\)/g)].map(([, name]) => `\`${name}\``);
  const row = /^\| `logger` .*$/m.exec(OPERATIONS)![0];
  assertEquals(loggers.filter((name) => !row.includes(name)), []);
});

for (const how of ["from its source", "built"]) {
  Deno.test(`the route in docs/OPERATIONS.md that logs by LogTape, ${how}, writes to the server's log`, async () => {
    const [, route = ""] = /```ts\n(import \{ getLogger \}.*?)```/s.exec(OPERATIONS)!;
    // Where node_modules is found, which building asks.
    await Deno.mkdir(`${PROJECT}.tmp`, { recursive: true });
    const folder = await Deno.makeTempDir({ dir: `${PROJECT}.tmp`, prefix: "logs-" });
    try {
      await Deno.mkdir(`${folder}/routes`);
      await Deno.writeTextFile(`${folder}/routes/cart.ts`, route);
      const from = how === "built" ? { entryFolder: await built(folder) } : { routes: `${folder}/routes` };
      const task = how === "built" ? { ...START_TASK, entry: "main.js" } : START_TASK;
      await using server = await startServer({ ...from, task, env: { LOG_FORMAT: "json" } });
      using client = await RawClient.connect({ port: server.port, path: "/cart" });
      await client.sendText("tea {x}");
      assertEquals(await client.nextButPings(), { kind: "text", text: "sold out" });
      const [line] = await server.printed(/^.*sold out.*$/m);
      const { level, message, logger, fields } = JSON.parse(line);
      assertEquals([level, message, logger, fields.item], ["WARN", '"tea {x}" is sold out', "shop.cart", "tea {x}"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Builds the routes in a folder, with a copy of LogTape in each bundle. */
async function built(folder: string): Promise<string> {
  const args = ["task", "--quiet", "build", "--routes", `${folder}/routes`, "--out", `${folder}/dist`];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: PROJECT }).output();
  assert(success, new TextDecoder().decode(stderr));
  return `${folder}/dist/`;
}

Deno.test("each proxy in the table bears more silence than the defaults make, or the table says what to set", () => {
  const { pingIntervalMs, pongTimeoutMs, pollWaitMs } = GATEWAY_DEFAULTS;
  const silenceSeconds = (pingIntervalMs + pongTimeoutMs) / 1_000;
  assert(HOSTING.replace(/\s+/g, " ").includes(`at least every ${silenceSeconds} s`));
  const rows = [...HOSTING.matchAll(/^\| [^|]+ \| (\d+ s[^|]*)\| survive/gm)]
    .map(([, cell = ""]) => [...cell.matchAll(/\b(\d+) s\b/g)].map(([, seconds]) => Number(seconds)));
  assertGreater(rows.length, 4);
  for (const seconds of rows) {
    assertGreater(Math.max(...seconds), silenceSeconds);
    assertGreater(Math.min(...seconds), pollWaitMs / 1_000);
  }
});

/** One of each, with its labels. */
function metrics() {
  const place = {
    kind: "process",
    patterns: ["/a"],
    state: "up",
    restarts: 0,
    unsettledBytes: 0,
    memoryBytes: 1,
  } as const;
  const all = [{ name: "one", state: "active", peers: 0, readyAt: "", places: [place] }] as const;
  const hub = {
    counts: { plain: 0, stored: 0, failed: 0, live: 0, replayed: 0 },
    topicCount: 0,
    subscriptionCount: 0,
    nodes: { others: [] },
    backplane: { name: "nats", isUp: true },
  };
  const counts = new GatewayCounts();
  counts.open("websocket");
  counts.end(1000, 0, { requests: 1, bytesIn: 0, bytesOut: 0 });
  counts.refuse(503);
  counts.violate("MASK_MISSING");
  counts.certificateExpiresAt = 1;
  const open = new Map([["websocket", 1]] as const);
  const now = {
    open,
    messagesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    unsentBytes: 0,
    queuedBytes: 0,
    slow: 0,
    exchanges: 0,
    heldBytes: 0,
  };
  const process = { ...readProcess("1.2.3"), memoryLimitBytes: 1, openFiles: 1, maxFiles: 2 };
  return [
    ...deployMetrics({ list: () => all, counts: new ActivationCounts() }),
    ...hubMetrics(hub),
    ...gatewayMetrics({ counts, connections: () => now }),
    ...processMetrics(process),
  ];
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The source files below a folder. */
function sourcesOf(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return sourcesOf(`${folder}/${name}`);
    return name.endsWith(".ts") ? [`${folder}/${name}`] : [];
  });
}
