/**
 * From an upload to a deployment that can serve: loaded, and found to be what its manifest says.
 *
 * @module
 */
import { limited, type TimeLimit } from "../gateway/mod.ts";
import { type RouteDescriptor, type RouteRuntime, RouteTable } from "../route/table.ts";
import { type BuiltRoutes, importBuiltRoutes, type Manifest } from "../runtime/mod.ts";
import type { DeploymentCode } from "./deployment.ts";
import { mayRehearse, rehearse } from "./rehearsal.ts";
import type { UploadedCode } from "./upload.ts";

/** What a candidate is tried with. */
export interface CandidateHost {
  /** Makes runtimes of routes that were loaded. */
  runtimesOf(code: BuiltRoutes): readonly RouteRuntime[];
  /** Whether the gateway could serve these routes. @throws when not. */
  check(table: RouteTable): void;
  readonly limit: TimeLimit;
}

/** What was found ready. */
export interface Candidate {
  readonly code: DeploymentCode;
  /** Made to see whether they can be: the first to serve. */
  readonly runtimes: readonly RouteRuntime[];
}

/**
 * The code of an upload. Whenever it is made, it is loaded anew: what it kept in variables does not come back, and its
 * memory does not either.
 */
export function codeOfUpload(
  manifest: Manifest,
  upload: UploadedCode,
  host: Pick<CandidateHost, "runtimesOf">,
): DeploymentCode {
  const { deployment } = manifest;
  const make = async () => host.runtimesOf({ deployment, routes: await importBuiltRoutes(upload.code) });
  return { name: deployment, upload, make };
}

/**
 * Makes a candidate: loads the code, first in a process of its own where one may be started, and compares the routes with
 * the manifest. Their `start` does not run.
 *
 * @param manifest of the upload, checked.
 * @throws when the code cannot be served; the message says why.
 */
export async function prepare(manifest: Manifest, upload: UploadedCode, host: CandidateHost): Promise<Candidate> {
  const code = codeOfUpload(manifest, upload, host);
  if (await mayRehearse()) await rehearse(upload.code, host.limit);
  const runtimes = await limited(code.make(), "loading the code", host.limit);
  const table = RouteTable.of(runtimes);
  host.check(table);
  const descriptors = runtimes.flatMap((runtime) => runtime.descriptors);
  if (textOf(descriptors) !== textOf(manifest.table)) {
    throw new Error("the routes of the code are not those of the manifest's table: build it anew");
  }
  return { code, runtimes };
}

/** In one order of fields, as JSON leaves it. */
function textOf(table: readonly RouteDescriptor[]): string {
  const fields = ({ pattern, file, isWebSocket, hasUpgrade, methods, options }: RouteDescriptor) => ({
    ...{ pattern, file, isWebSocket, hasUpgrade, methods },
    options: Object.entries(options ?? {}).sort(([a], [b]) => a < b ? -1 : 1),
  });
  return JSON.stringify(Array.isArray(table) ? table.map(fields) : table);
}
