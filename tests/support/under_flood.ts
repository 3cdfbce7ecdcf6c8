/**
 * What good clients see of a flood, and what the server counts of it.
 *
 * @module
 */
import { byLabel, type MetricValues, parseMetrics } from "../soak/metrics_text.ts";
import { Bystander, type EchoTimes } from "./bystander.ts";
import { CERT_FILE, KEY_FILE } from "./certificates.ts";
import { admin, type DeployServer } from "./deploy_server.ts";
import { Flood } from "./flood.ts";
import type { FloodKind } from "./flood_kinds.ts";
import type { FloodReport } from "./flood_process.ts";
import { RawClient } from "./raw_client.ts";

/** The limits that floods are tried with. */
export const ADMISSION_ARGS: readonly string[] = [
  ...["--max-connections", "2000", "--max-connections-per-ip", "50", "--handshake-rate-per-ip", "20"],
  ...["--accept-rate-per-second", "100000", "--message-rate", "1000"],
];

/** What makes a server speak TLS, to floods of that. */
export const TLS_ARGS: readonly string[] = ["--cert", CERT_FILE, "--key", KEY_FILE];

/** Good clients come from 127.0.0.1, and these from here. */
const FLOOD_ADDRESS = "127.0.0.9";

/** What was seen. */
export interface UnderFlood {
  /** A bystander's echoes, before and meanwhile. */
  readonly quiet: EchoTimes;
  readonly flooded: EchoTimes;
  /** The time that new good clients needed for their first echo, while it was flooded; Infinity for those refused. */
  readonly newcomersMs: EchoTimes;
  /** Cores that the server used, before and meanwhile. */
  readonly quietCores: number;
  readonly floodedCores: number;
  /** By the flood itself. */
  readonly flood: FloodReport;
  /** By the server: what came about meanwhile. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly violations: Readonly<Record<string, number>>;
}

/** Floods a server for so long. @param quietSeconds without a flood before; with 0 that is not looked at. */
export async function underFlood(
  server: DeployServer,
  kind: FloodKind,
  seconds: number,
  quietSeconds: number = seconds,
): Promise<UnderFlood> {
  const isTls = kind.startsWith("TLS");
  using bystander = await Bystander.at(`${server.process.url.replace("http", isTls ? "wss" : "ws")}/echo`);
  const before = await metricsOf(server);
  const quietCores = quietSeconds === 0 ? 0 : await coresOver(server, quietSeconds);
  const quiet = await bystander.take();
  await using flood = await Flood.start(kind, server.process.port, FLOOD_ADDRESS);
  await bystander.take();
  const newcomersMs: number[] = [];
  const floodedCores = await coresOver(
    server,
    seconds,
    async () => void newcomersMs.push(await newcomer(server, isTls)),
  );
  const flooded = await bystander.take();
  const report = await flood.stop();
  const after = await metricsOf(server);
  return {
    quiet,
    flooded,
    newcomersMs: newcomersMs.sort((a, b) => a - b),
    quietCores,
    floodedCores,
    flood: report,
    refusals: grown(before, after, "sockeye_refusals_total", "reason"),
    violations: grown(before, after, "sockeye_violations_total", "rule"),
  };
}

/** Lets so much time pass, and does something five times in it, one after the other. */
async function coresOver(server: DeployServer, seconds: number, each = () => Promise.resolve()): Promise<number> {
  const [startedAt, cpuSeconds] = [performance.now(), server.process.cpuSeconds()];
  for (let part = 1; part <= PARTS; part++) {
    await each();
    const left = startedAt + seconds * 1_000 * part / PARTS - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, left)));
  }
  return (server.process.cpuSeconds() - cpuSeconds) / ((performance.now() - startedAt) / 1_000);
}

const PARTS = 5;

/** @returns the time until its first echo, in milliseconds. */
async function newcomer(server: DeployServer, isTls: boolean): Promise<number> {
  const startedAt = performance.now();
  try {
    using client = await RawClient.connect({ port: server.process.port, path: "/echo", isTls });
    await client.sendText("new here");
    const incoming = await client.nextButPings();
    return incoming.kind === "text" ? performance.now() - startedAt : Infinity;
  } catch {
    return Infinity;
  }
}

async function metricsOf(server: DeployServer): Promise<MetricValues> {
  return parseMetrics((await admin(server, "GET", "/metrics")).answer);
}

function grown(
  before: MetricValues,
  after: MetricValues,
  name: string,
  label: string,
): Readonly<Record<string, number>> {
  const was = byLabel(before, name, label);
  const all = Object.entries(byLabel(after, name, label)).map(([key, count]) =>
    [key, count - (was[key] ?? 0)] as const
  );
  return Object.fromEntries(all.filter(([, count]) => count > 0));
}
