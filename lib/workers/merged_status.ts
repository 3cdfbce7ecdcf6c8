/**
 * What several workers say of their deployments, as one server would.
 *
 * @module
 */
import type { ActivationReport, DeploymentStatus } from "../deploy/mod.ts";
import type { RuntimeStatus } from "../route/table.ts";

/** What is the matter in one worker is what is told. */
const WORST_FIRST = ["quarantined", "down", "asleep", "up"] as const satisfies readonly RuntimeStatus["state"][];

/** The lists of all workers as one: peers add up, and what failed in one has failed. */
export function mergedLists(lists: readonly (readonly DeploymentStatus[])[]): readonly DeploymentStatus[] {
  const byName = new Map<string, DeploymentStatus[]>();
  for (const status of lists.flat()) {
    const same = byName.get(status.name);
    if (same === undefined) byName.set(status.name, [status]);
    else same.push(status);
  }
  return [...byName.values()].map(mergedStatus);
}

/** One deployment in all workers. */
export function mergedStatus(all: readonly DeploymentStatus[]): DeploymentStatus {
  const told = all.find(({ state }) => state === "failed") ?? all[0]!;
  const places = mergedPlaces(all.flatMap(({ places = [] }) => places));
  const { places: _, ...rest } = told;
  return { ...rest, peers: sum(all, ({ peers }) => peers), ...(places.length === 0 ? {} : { places }) };
}

/** What an activation came to in all workers. */
export function mergedReports(reports: readonly ActivationReport[]): ActivationReport {
  const warning = reports.find((report) => report.warning !== undefined)?.warning;
  return {
    ...reports[0]!,
    moved: sum(reports, ({ moved }) => moved),
    dismissed: sum(reports, ({ dismissed }) => dismissed),
    lost: sum(reports, ({ lost }) => lost),
    deployment: mergedStatus(reports.map(({ deployment }) => deployment)),
    ...(warning === undefined ? {} : { warning }),
  };
}

function mergedPlaces(all: readonly RuntimeStatus[]): readonly RuntimeStatus[] {
  const byPlace = new Map<string, RuntimeStatus[]>();
  for (const status of all) {
    const key = JSON.stringify([status.kind, status.patterns, status.isPlugin]);
    byPlace.set(key, [...byPlace.get(key) ?? [], status]);
  }
  return [...byPlace.values()].map((same): RuntimeStatus => {
    const memory = same.flatMap(({ memoryBytes }) => memoryBytes ?? []);
    return {
      ...same[0]!,
      state: WORST_FIRST.find((state) => same.some((one) => one.state === state)) ?? same[0]!.state,
      restarts: sum(same, ({ restarts }) => restarts),
      unsettledBytes: sum(same, ({ unsettledBytes }) => unsettledBytes),
      ...(memory.length === 0 ? {} : { memoryBytes: sum(memory, (bytes) => bytes) }),
    };
  });
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
