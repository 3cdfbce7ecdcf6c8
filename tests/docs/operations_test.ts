/** docs/OPERATIONS.md and docs/HOSTING.md say what there is: metrics, alerts, options, files, the limits of hosts. @module */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { ActivationCounts } from "../../lib/deploy/activation_counts.ts";
import { deployMetrics } from "../../lib/deploy/deploy_metrics.ts";
import { gatewayMetrics } from "../../lib/deploy/gateway_metrics.ts";
import { hubMetrics } from "../../lib/deploy/hub_metrics.ts";
import { GatewayCounts } from "../../lib/gateway/gateway_counts.ts";
import { envNames, GATEWAY_DEFAULTS, isOptionName } from "../../lib/gateway/option_table.ts";
import { TOKEN_VARIABLES } from "../../lib/deploy/admin_tokens.ts";
import { PROJECT } from "../support/server_process.ts";
import { type Value, yamlOf } from "../deploy_files/deployed.ts";

const OPERATIONS = await Deno.readTextFile(`${PROJECT}docs/OPERATIONS.md`);
const HOSTING = await Deno.readTextFile(`${PROJECT}docs/HOSTING.md`);

Deno.test("docs/OPERATIONS.md lists the metrics that there are, with their labels", () => {
  const listed = [...OPERATIONS.matchAll(/^\| `(sockeye_\w+)(?:\{([\w,]+)\})?`/gm)]
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
    counts: { plain: 0, stored: 0, failed: 0 },
    topicCount: 0,
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
  const now = { open, messagesOut: 0, bytesIn: 0, bytesOut: 0, unsentBytes: 0, heldBytes: 0 };
  return [
    ...deployMetrics({ list: () => all, counts: new ActivationCounts() }),
    ...hubMetrics(hub),
    ...gatewayMetrics({ counts, connections: () => now }),
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
