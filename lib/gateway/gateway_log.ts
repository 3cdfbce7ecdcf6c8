/**
 * What a gateway tells, in the log.
 *
 * @module
 */
import type { GatewayEvents } from "./gateway.ts";

type Told = (message: string, fields: Readonly<Record<string, unknown>>) => void;

/** Writes what the gateway tells. What any stranger can cause, as often as they like, is told in a debug log alone. */
export function gatewayLog(log: { readonly debug: Told; readonly warn: Told; readonly error: Told }): GatewayEvents {
  return {
    refused(error, path, remoteAddress) {
      const level = error.status === 403 || error.status >= 500 ? "warn" : "debug";
      log[level]("refused", { status: error.status, path, remoteAddress, reason: error.message });
    },
    failed: (error, path, remoteAddress) => log.error("an answer could not be sent", { path, remoteAddress, error }),
    violated: (violation, route, remoteAddress) => log.debug("violation", { violation, route, remoteAddress }),
  };
}
