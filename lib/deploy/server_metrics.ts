/**
 * All that one process has to say of itself in numbers.
 *
 * @module
 */
import { type DeployMetric, deployMetrics } from "./deploy_metrics.ts";
import type { Deployments } from "./deployments.ts";
import { type GatewayInNumbers, gatewayMetrics } from "./gateway_metrics.ts";
import { type HubInNumbers, hubMetrics } from "./hub_metrics.ts";
import { type ProcessInNumbers, processMetrics } from "./process_metrics.ts";

/** Where the numbers are from. */
export interface ServerInNumbers {
  readonly deployments: Pick<Deployments, "list" | "counts">;
  readonly hub: HubInNumbers;
  readonly gateway: GatewayInNumbers;
  /** Asked once for each exposition. */
  process(): ProcessInNumbers;
}

/** What there is to watch. */
export function serverMetrics({ deployments, hub, gateway, process }: ServerInNumbers): readonly DeployMetric[] {
  return [
    ...deployMetrics(deployments),
    ...hubMetrics(hub),
    ...gatewayMetrics(gateway),
    ...processMetrics(process()),
  ];
}
