/**
 * The code of a server that has a place of its own: that of deployments, and plug-ins.
 *
 * @module
 */
import type { RuntimeStatus } from "../route/table.ts";
import type { DeploymentStatus } from "./deployment.ts";

/** Code in a worker or a process. */
export interface RunningCode {
  /** Name of the deployment whose it is; `plug-in`, which no deployment is called, for a plug-in. */
  readonly owner: string;
  readonly status: RuntimeStatus;
}

/** In the order of the deployments. A plug-in stands beside the routes of each, and is one. */
export function runningCode(deployments: readonly DeploymentStatus[]): readonly RunningCode[] {
  const found = new Map<string, RunningCode>();
  for (const { name, places = [] } of deployments) {
    for (const status of places) {
      const owner = status.isPlugin ? "plug-in" : name;
      const key = JSON.stringify([owner, status.kind, status.patterns]);
      if (!found.has(key)) found.set(key, { owner, status });
    }
  }
  return [...found.values()];
}
