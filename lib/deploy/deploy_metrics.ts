/**
 * The deployments in numbers, and the code in workers and processes: what a monitor watches.
 *
 * @module
 */
import type { RuntimeStatus } from "../route/table.ts";
import type { Deployments } from "./deployments.ts";
import { runningCode } from "./running_code.ts";

/** One number, and what tells it from the others of its name. */
interface Sample {
  /** Of a histogram: which of its rows it is. */
  readonly part?: "bucket" | "sum" | "count";
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What is counted (`counter`), measured (`gauge`), or sorted by how long it took (`histogram`) under one name. */
export interface DeployMetric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly Sample[];
}

const STATES = ["up", "down", "quarantined", "asleep"] as const satisfies readonly RuntimeStatus["state"][];

/** What there is to watch. Names and labels stay as they are within a major version. */
export function deployMetrics(deployments: Pick<Deployments, "list" | "counts">): readonly DeployMetric[] {
  const all = deployments.list();
  const { done, failed, moved, dismissed, lost } = deployments.counts;
  return [
    {
      name: "sockeye_peers",
      help: "Open peers, by the deployment whose code they have.",
      type: "gauge",
      samples: all.filter(({ state, peers }) => state === "active" || state === "canary" || peers > 0)
        .map(({ name, state, peers }) => ({ labels: { deployment: name, state }, value: peers })),
    },
    {
      name: "sockeye_activations_total",
      help: "Times that code was to take over: done, or failed, so that what served before went on.",
      type: "counter",
      samples: counted("outcome", { done, failed }),
    },
    {
      name: "sockeye_swapped_peers_total",
      help: "Peers that came to other code, lost their route, or could not be resumed.",
      type: "counter",
      samples: counted("outcome", { moved, dismissed, lost }),
    },
    ...runtimeMetrics(all),
  ];
}

function counted(label: string, counts: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }));
}

function runtimeMetrics(all: ReturnType<Deployments["list"]>): readonly DeployMetric[] {
  const places = runningCode(all).map(({ owner, status }) => ({
    labels: { deployment: owner, route: status.patterns.join(" "), kind: status.kind },
    status,
  }));
  const each = (value: (status: RuntimeStatus) => number | undefined): readonly Sample[] =>
    places.flatMap(({ labels, status }) => {
      const found = value(status);
      return found === undefined ? [] : [{ labels, value: found }];
    });
  return [
    {
      name: "sockeye_runtime_state",
      help: "1 for the state that the code of a worker or a process is in, 0 for the others.",
      type: "gauge",
      samples: places.flatMap(({ labels, status }) =>
        STATES.map((state) => ({ labels: { ...labels, state }, value: status.state === state ? 1 : 0 }))
      ),
    },
    {
      name: "sockeye_runtime_restarts_total",
      help: "Times that the code of a worker or a process was started again after it had ended, or woken up.",
      type: "counter",
      samples: each(({ restarts }) => restarts),
    },
    {
      name: "sockeye_runtime_unsettled_bytes",
      help: "Bytes of messages that the code was given and has not handled.",
      type: "gauge",
      samples: each(({ unsettledBytes }) => unsettledBytes),
    },
    {
      name: "sockeye_runtime_memory_bytes",
      help: "Bytes of memory that a process said last that it uses.",
      type: "gauge",
      samples: each(({ memoryBytes }) => memoryBytes),
    },
  ];
}
