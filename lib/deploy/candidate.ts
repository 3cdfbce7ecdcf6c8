/**
 * From an upload to a deployment that can serve: loaded, and found to be what its manifest says.
 *
 * @module
 */
import { limited, type RouteDescriptor, type RouteRuntime, RouteTable, type TimeLimit } from "../route/table.ts";
import type { Manifest } from "../runtime/mod.ts";
import type { DeploymentCode } from "./deployment.ts";
import { mayRehearse, rehearse } from "./rehearsal.ts";
import { ResidentRuntime } from "./resident_runtime.ts";
import type { UploadedCode } from "./upload.ts";

/** What a candidate is tried with. */
export interface CandidateHost {
  /** Loads a deployment that comes as one module, and makes its runtimes; the table is what its manifest says of it. */
  runtimesOf(
    deployment: string,
    code: Uint8Array<ArrayBuffer>,
    table: readonly RouteDescriptor[],
  ): Promise<readonly RouteRuntime[]>;
  /** Whether the gateway could serve these routes. @throws when not. */
  check(table: RouteTable): void;
  readonly limit: TimeLimit;
  /** Loads code where nothing depends on it; without, that is done here, where this process may start another one. */
  rehearse?(code: Uint8Array<ArrayBuffer>): Promise<void>;
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
  const { deployment, table } = manifest;
  return { name: deployment, upload, make: () => host.runtimesOf(deployment, upload.code, table) };
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
  if (host.rehearse !== undefined) await host.rehearse(upload.code);
  else if (await mayRehearse()) await rehearse(upload.code, host.limit);
  const runtimes = await limited(code.make(), "loading the code", host.limit);
  try {
    host.check(RouteTable.of(runtimes));
    const own = runtimes.filter((runtime) => !(runtime instanceof ResidentRuntime));
    if (textOf(own.flatMap(({ descriptors }) => descriptors)) !== textOf(manifest.table)) {
      throw new Error("the routes of the code are not those of the manifest's table: build it anew");
    }
  } catch (error) {
    // A worker or a process is there already.
    await Promise.all(runtimes.map((runtime) => runtime.stop()));
    throw error;
  }
  return { code, runtimes };
}

/** In one order of routes and fields, as JSON leaves it, without what depends on where the code runs. */
function textOf(table: readonly RouteDescriptor[]): string {
  const fields = ({ pattern, file, isWebSocket, canResume, methods, options }: RouteDescriptor) => ({
    ...{ pattern, file, isWebSocket, canResume, methods },
    options: Object.entries(options ?? {}).sort(([a], [b]) => a < b ? -1 : 1),
  });
  if (!Array.isArray(table)) return JSON.stringify(table);
  return JSON.stringify(table.map(fields).sort((a, b) => a.pattern < b.pattern ? -1 : 1));
}
