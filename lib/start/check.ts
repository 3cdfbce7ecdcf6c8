/**
 * What would be served: `--check`.
 *
 * @module
 */
import { checkPlaces, type Placement, readTokens, tableOf } from "../deploy/mod.ts";
import { checkCertificate, Gateway, type GatewayOptions, systemClock, withoutPassword } from "../gateway/mod.ts";
import { InlineRuntime, loadBuiltRoutes, loadRoutes } from "../runtime/mod.ts";

/** What there is to check, and whose version it is. */
export interface Checked {
  readonly version: string;
  readonly options: GatewayOptions;
  readonly placement: Placement;
  /** The environment. */
  readonly env: (name: string) => string | undefined;
}

/** What would be served. */
export interface CheckResult {
  /** Options, routes and the certificate. */
  readonly json: string;
  /** What would work, for now or not for everybody. */
  readonly warnings: readonly string[];
}

/**
 * Loads the routes, in this process wherever they would run, and starts none of them.
 *
 * @returns what there is. No password and no token is in it.
 * @throws what would keep the server from starting.
 */
export async function check({ version, options, placement, env }: Checked): Promise<CheckResult> {
  readTokens(env); // Says what is wrong with one; none of them is shown.
  const built = await loadBuiltRoutes(options.routes);
  const routes = built?.routes ?? await loadRoutes(options.routes);
  const publish = () => Promise.resolve();
  const log = { warn() {}, error() {} };
  const runtime = new InlineRuntime({ routes, publish, log, poisonViews: false, deployment: "" });
  const { descriptors } = runtime;
  checkPlaces(placement, descriptors.map(({ pattern }) => pattern));
  // Also finds two routes for one path, and options of a route that are wrong.
  new Gateway({ options, table: tableOf([runtime]) });
  const shown = (_: string, value: unknown): unknown => typeof value === "string" ? withoutPassword(value) : value;
  const certificate = await checkCertificate(options, systemClock.wallNow());
  const { warnings = [] } = certificate ?? {};
  return { json: JSON.stringify({ version, options, certificate, routes: descriptors }, shown, 2), warnings };
}
