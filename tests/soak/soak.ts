/**
 * One soak, from the start of the server to its verdict.
 *
 * @module
 */
import { Bystander } from "../support/bystander.ts";
import { until } from "../support/until.ts";
import { CrowdProcess } from "./crowd.ts";
import type { CrowdKind, CrowdOrder, CrowdReport } from "./crowd_kinds.ts";
import { brokerKills, deploys } from "./disturbances.ts";
import { byLabel, type MetricValues, sumOf } from "./metrics_text.ts";
import { type Sample, Sampling } from "./sampling.ts";
import { type CrowdSizes, crowdSizes, type SoakSettings } from "./settings.ts";
import { Stage } from "./stage.ts";
import { Durations, secondHalf, type Slope, slopeOf } from "./statistics.ts";
import { judged, type Judgement } from "./verdict.ts";

/** The slowest echo of a prober in a second, and what was going on in it. */
export interface ProbedSecond {
  /** Since the measured time began. */
  readonly seconds: number;
  readonly slowestMs: number;
  readonly hasDeployed: boolean;
  readonly wasBrokerAway: boolean;
}

/** What a soak has found. */
export interface SoakResult {
  readonly settings: SoakSettings;
  readonly sizes: CrowdSizes;
  readonly maxFiles: number;
  /** From the first client to the last. */
  readonly connectSeconds: number;
  readonly samples: readonly Sample[];
  /** KiB a minute, over the second half. */
  readonly slopes: Readonly<Record<"rss" | "live" | "external", Slope | undefined>>;
  readonly probed: readonly ProbedSecond[];
  readonly durations: Readonly<Record<string, Durations>>;
  readonly counts: Readonly<Record<string, number>>;
  /** As the server counts them. */
  readonly closeCodes: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly violations: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  readonly judgements: readonly Judgement[];
}

/** Between two echoes of the prober: see `bystander_worker.ts`. */
const PROBE_PERIOD_MS = 2;
/** So long connections may take to be gone when their clients are. */
const GONE_MS = 30_000;

/** Runs one. @param print takes a line at a time, of how far it is. */
export async function soak(settings: SoakSettings, print: (line: string) => void): Promise<SoakResult> {
  const maxFiles = await fileLimit();
  const sizes = crowdSizes(settings, maxFiles);
  await using stage = await Stage.open(settings, maxFiles);
  await using crowds = await Crowds.open(stage.server.port, sizes, settings.churn, print);
  using prober = await Bystander.at(`${stage.server.url.replace("http", "ws")}/echo`);
  await crowds.begin();
  await prober.take();
  print(`measuring for ${settings.seconds} s`);
  const before = await stage.metrics();
  const [probe, deployProbe, deployTimes] = [new Durations(), new Durations(), new Durations()];
  const sampling = new Sampling(stage.server, settings.collectEvery);
  const deploying = deploys(stage, settings.deployEvery, (ms) => deployTimes.add(ms));
  const killing = brokerKills(stage, settings.killBrokerEvery);
  const probed: ProbedSecond[] = [];
  await measured(settings.seconds, async (seconds) => {
    const times = await prober.take();
    const [hasDeployed, wasBrokerAway] = [deploying.hasActed(), killing.hasActed()];
    probed.push({ seconds, slowestMs: times.at(-1) ?? NaN, hasDeployed, wasBrokerAway });
    const which = hasDeployed ? deployProbe : probe;
    for (const ms of times) which.addWithMissed(ms, PROBE_PERIOD_MS);
  }, (seconds) => print(progress(seconds, settings, sampling.samples.at(-1))));
  await Promise.all([deploying.stop(), killing.stop(), sampling.stop()]);
  print("stopping, and counting what has come");
  const meanwhile = await stage.metrics();
  const reports = await crowds.stop();
  prober[Symbol.dispose]();
  const after = await goneMetrics(stage);
  const slopes = slopesOf(sampling.samples);
  const durations = {
    ...durationsOf(reports),
    "prober's echo": probe,
    "prober's echo, in seconds with a deployment": deployProbe,
    "server's timers late by": sampling.lateness,
  };
  const judgements = judged({
    crowds: reports,
    liveSlope: slopes.live,
    slope: slopes.rss,
    probeP99Ms: probe.percentile(0.99),
    deploys: deploying,
    brokerKills: { asked: killing.asked, survived: killing.done },
    leftOpen: sumOf(after, "sockeye_connections"),
    errors: errorsOf(stage.server.output()),
    limits: settings.limits,
  });
  return {
    settings,
    sizes,
    maxFiles,
    connectSeconds: crowds.connectSeconds,
    samples: sampling.samples,
    slopes,
    probed,
    durations: { ...durations, ...(deployTimes.count === 0 ? {} : { "deployment": deployTimes }) },
    counts: {
      ...countsOf(reports),
      ...serverCounts(before, meanwhile),
      "deployments": deploying.done,
      "broker kills": killing.done,
    },
    closeCodes: byLabel(meanwhile, "sockeye_closed_connections_total", "code"),
    refusals: byLabel(meanwhile, "sockeye_refusals_total", "reason"),
    violations: byLabel(meanwhile, "sockeye_violations_total", "rule"),
    problems: [
      ...deploying.problems,
      ...killing.problems,
      ...(sampling.failures === 0 ? [] : [`${sampling.failures} looks at the server failed`]),
    ],
    judgements,
  };
}

/** All clients, each kind in a process of its own. */
class Crowds implements AsyncDisposable {
  readonly connectSeconds: number;
  readonly #processes: readonly CrowdProcess[];
  readonly #owner: AsyncDisposableStack;

  private constructor(processes: readonly CrowdProcess[], owner: AsyncDisposableStack, connectSeconds: number) {
    this.#processes = processes;
    this.#owner = owner;
    this.connectSeconds = connectSeconds;
  }

  static async open(port: number, sizes: CrowdSizes, churn: number, print: (line: string) => void): Promise<Crowds> {
    await using owner = new AsyncDisposableStack();
    const processes: CrowdProcess[] = [];
    const startedAt = performance.now();
    for (const [kind, count] of Object.entries({ ...sizes, churn }) as [CrowdKind, number][]) {
      if (count === 0) continue;
      print(`connecting ${kind}: ${count}`);
      const order: CrowdOrder = { port, count };
      processes.push(owner.use(await CrowdProcess.start(kind, order)));
    }
    return new Crowds(processes, owner.move(), (performance.now() - startedAt) / 1_000);
  }

  async begin(): Promise<void> {
    await Promise.all(this.#processes.map((crowd) => crowd.begin()));
  }

  async stop(): Promise<Readonly<Partial<Record<CrowdKind, CrowdReport>>>> {
    // The idle last: when they are gone, nothing is as it was.
    const reports: [CrowdKind, CrowdReport][] = [];
    for (const crowd of [...this.#processes].reverse()) reports.push([crowd.kind, await crowd.stop()]);
    return Object.fromEntries(reports);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owner[Symbol.asyncDispose]();
  }
}

/** Lets so much time pass. @param each second done; @param told every tenth of the time. */
async function measured(
  seconds: number,
  each: (seconds: number) => Promise<void>,
  told: (seconds: number) => void,
): Promise<void> {
  const startedAt = performance.now();
  let toldAt = 0;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, SECOND_MS));
    const passed = (performance.now() - startedAt) / 1_000;
    await each(passed);
    if (passed >= seconds) return;
    if (passed < toldAt + seconds / 10) continue;
    told(passed);
    toldAt = passed;
  }
}

const SECOND_MS = 1_000;

function progress(seconds: number, settings: SoakSettings, sample: Sample | undefined): string {
  const memory = sample === undefined ? "?" : (sample.rssKib / 1024).toFixed(1);
  return `${seconds.toFixed(0)} of ${settings.seconds} s: ${memory} MiB, ${sample?.cores.toFixed(2) ?? "?"} cores`;
}

/** The metrics when all connections have gone, or when they should have. */
async function goneMetrics(stage: Stage): Promise<MetricValues> {
  let metrics = await stage.metrics();
  const look = setInterval(async () => metrics = await stage.metrics().catch(() => metrics), SECOND_MS);
  try {
    await until(() => sumOf(metrics, "sockeye_connections") === 0, "all connections have gone", GONE_MS);
  } catch {
    // The verdict tells how many are left.
  } finally {
    clearInterval(look);
  }
  return metrics;
}

function slopesOf(samples: readonly Sample[]): SoakResult["slopes"] {
  const slope = (value: (sample: Sample) => number | undefined): Slope | undefined =>
    slopeOf(secondHalf(samples.flatMap((sample) => {
      const measured = value(sample);
      return measured === undefined ? [] : [{ at: sample.seconds / 60, value: measured }];
    })));
  return {
    rss: slope(({ rssKib }) => rssKib),
    live: slope(({ liveKib }) => liveKib),
    external: slope(({ externalKib }) => externalKib),
  };
}

function durationsOf(reports: Readonly<Partial<Record<CrowdKind, CrowdReport>>>): Readonly<Record<string, Durations>> {
  return Object.fromEntries(
    Object.values(reports).flatMap(({ durations }) => Object.entries(durations)).map(([name, counts]) => {
      const own = new Durations();
      own.merge(counts);
      return [name, own];
    }),
  );
}

function countsOf(reports: Readonly<Partial<Record<CrowdKind, CrowdReport>>>): Readonly<Record<string, number>> {
  return Object.assign({}, ...Object.values(reports).map(({ counts }) => counts));
}

function serverCounts(before: MetricValues, after: MetricValues): Readonly<Record<string, number>> {
  const grown = (key: string): number => (after.get(key) ?? 0) - (before.get(key) ?? 0);
  return {
    "messages from clients": grown('sockeye_messages_total{direction="in"}'),
    "messages to clients": grown('sockeye_messages_total{direction="out"}'),
    "sockets accepted": grown("sockeye_accepted_sockets_total"),
  };
}

/** Lines that tell of an error, in either form of the log. */
function errorsOf(output: string): readonly string[] {
  return output.split("\n").filter((line) => /^\S+Z error\b|"level":"(ERROR|FATAL)"/.test(line));
}

/** Files that one process may have open. */
async function fileLimit(): Promise<number> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -Hn"], stdin: "null" }).output();
  const limit = Number(new TextDecoder().decode(stdout));
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, MOST_FILES) : MOST_FILES;
}

/** "unlimited" is not. */
const MOST_FILES = 1_048_576;
