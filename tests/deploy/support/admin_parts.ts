/**
 * What answers for the deployments of a gateway in a test.
 *
 * @module
 */
import type { AdminParts } from "../../../lib/deploy/admin.ts";
import { connectionsInNumbers, GATEWAY_DEFAULTS, optionsByEntry, systemClock } from "../../../lib/gateway/mod.ts";
import { Hub } from "../../../lib/pubsub/mod.ts";
import type { DeployedGateway } from "../../support/deployed_gateway.ts";
import { inlineRuntimesOf } from "./inline_runtimes.ts";

/** What requests need. */
export const TOKEN = "0123456789abcdef";
/** Where they are sent. */
export const ADDRESS = "127.0.0.1:4001";

/** Uploads need no signature, metrics are told by their names, and nothing comes of a drain. */
export function adminParts(server: DeployedGateway, log: AdminParts["log"]): AdminParts {
  return {
    token: TOKEN,
    address: ADDRESS,
    deployments: server.deployments,
    hub: new Hub(),
    gateway: { counts: server.gateway.counts, connections: () => connectionsInNumbers(server.gateway) },
    candidates: {
      runtimesOf: inlineRuntimesOf(log),
      check: (table) => void optionsByEntry(GATEWAY_DEFAULTS, { table }),
      limit: { clock: systemClock, timeoutMs: 20_000 },
      rehearse: () => Promise.resolve(),
    },
    maxDeploymentBytes: 100_000,
    deployKey: "",
    exposition: (metrics) => ({ text: metrics.map(({ name }) => `${name}\n`).join(""), type: "text/plain" }),
    log,
    drain() {},
  };
}
