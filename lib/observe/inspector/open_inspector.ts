/**
 * Where the inspector is opened, and for whom: on the admin listener with a token, on the main port in development.
 *
 * @module
 */
import type { Clock, Gateway, LocalPages } from "../../gateway/mod.ts";
import { Inspector, INSPECTOR_PATHS } from "./inspector.ts";
import type { WireDeployment } from "./wire.ts";

/** What decides that. */
export interface OpeningParts {
  readonly gateway: Gateway;
  readonly clock: Clock;
  deployments(): readonly WireDeployment[];
  /** Without one it is not on the admin listener. */
  readonly token: string | undefined;
  /** Where the admin listener is. */
  readonly admin: string;
}

/**
 * Opens it where it is wanted: nothing is made, and nothing is told of connections, where it is nowhere.
 *
 * @returns what the admin listener is to answer with.
 */
export function openInspector({ gateway, clock, deployments, token, admin }: OpeningParts): LocalPages | undefined {
  const isLocal = gateway.isLocalOnly;
  if (token === undefined && !isLocal) return undefined;
  const inspector = new Inspector({ gateway, clock, deployments });
  const { hostname } = gateway.options;
  if (isLocal) {
    gateway.localPages = inspector.at({ base: INSPECTOR_PATHS.local, address: hostname, token: undefined });
  }
  if (token === undefined) return undefined;
  return inspector.at({ base: INSPECTOR_PATHS.admin, address: admin, token });
}
