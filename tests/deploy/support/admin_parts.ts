/**
 * What answers for the deployments of a gateway in a test.
 *
 * @module
 */
import type { AdminParts } from "../../../lib/deploy/admin.ts";
import { GATEWAY_DEFAULTS, optionsByEntry, systemClock } from "../../../lib/gateway/mod.ts";
import type { DeployedGateway } from "../../support/deployed_gateway.ts";
import { inlineRuntimesOf } from "./inline_runtimes.ts";

/** What requests need. */
export const TOKEN = "0123456789abcdef";
/** What reads the metrics, and nothing else. */
export const METRICS_TOKEN = "fedcba9876543210";
/** Where they are sent. */
export const ADDRESS = "127.0.0.1:4001";

/** Uploads need no signature, the metrics are a line, and nothing comes of a drain. */
export function adminParts(server: DeployedGateway, log: AdminParts["log"]): AdminParts {
  return {
    token: TOKEN,
    metricsToken: METRICS_TOKEN,
    address: ADDRESS,
    deployments: server.deployments,
    candidates: {
      runtimesOf: inlineRuntimesOf(log),
      check: (table) => void optionsByEntry(GATEWAY_DEFAULTS, { table }),
      limit: { clock: systemClock, timeoutMs: 20_000 },
      rehearse: () => Promise.resolve(),
    },
    maxDeploymentBytes: 100_000,
    deployKey: "",
    metrics: () => ({ text: "sockeye_peers 1\n", type: "text/plain" }),
    log,
    drain() {},
  };
}
