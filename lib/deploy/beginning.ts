/**
 * What a server begins with: the deployment that was active when it ended, one that served before, or the routes folder.
 *
 * @module
 */
import { limited, messageOf, type RouteRuntime, RouteTable } from "../route/table.ts";
import type { RuntimeLog } from "../runtime/mod.ts";
import { type CandidateHost, codeOfUpload } from "./candidate.ts";
import { Deployment, type DeploymentCode } from "./deployment.ts";
import { type DeploymentStore, type StoredDeployment, TRIAL_MS } from "./deployment_store.ts";
import { checkUpload } from "./upload.ts";

/** Where to look, and how to load. */
export interface BeginningParts {
  /** Undefined where nothing is stored. */
  readonly store: Pick<DeploymentStore, "load" | "begin"> | undefined;
  /** Loads the routes folder, or what was built there. */
  folder(): Promise<DeploymentCode>;
  /** What its deployment is called. */
  readonly folderName: string;
  readonly host: CandidateHost;
  /** That stored deployments must be signed for, as uploads must; empty: they need not be. */
  readonly key: string;
  readonly log: RuntimeLog;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What to begin with. */
export interface Beginning {
  readonly code: DeploymentCode;
  /** Loaded, and not started. */
  readonly runtimes: readonly RouteRuntime[];
  /** The others that were stored; and the routes folder, where that is not what begins. */
  readonly earlier: readonly Deployment[];
}

/** Finds and loads it. @throws when not even the routes folder can be loaded. */
export async function beginningOf(parts: BeginningParts): Promise<Beginning> {
  const { store, now } = parts;
  if (store === undefined) return await beginWithFolder(parts, []);
  const { deployments: stored, crashed } = await store.load();
  const recalled = stored.map((one) => recall(one, one.name === crashed, parts));
  for (const deployment of stored.some(({ state }) => state === "active") ? inOrder(recalled) : []) {
    const runtimes = await tried(deployment, parts);
    if (runtimes === undefined) continue;
    const { code } = deployment;
    const folder = new Deployment({ name: parts.folderName, make: async () => await (await parts.folder()).make() }, {
      readyAt: now,
    });
    folder.state = "kept";
    return { code, runtimes, earlier: [...recalled.filter((other) => other !== deployment), folder] };
  }
  return await beginWithFolder(parts, recalled);
}

async function beginWithFolder({ folder }: BeginningParts, earlier: readonly Deployment[]): Promise<Beginning> {
  const code = await folder();
  return { code, runtimes: await code.make(), earlier };
}

/** Loads it; undefined when it must not, or cannot, serve: then it remains a candidate, with the reason. */
async function tried(
  deployment: Deployment,
  { store, host, log }: BeginningParts,
): Promise<readonly RouteRuntime[] | undefined> {
  const { name, code } = deployment;
  if (deployment.reason === CRASHED) return skip(deployment, CRASHED, log);
  // Without the mark it serves all the same: a full disk is no reason to change what does.
  await store?.begin(name).catch((error) => log.warn(`that ${name} begins to serve could not be stored`, { error }));
  try {
    const runtimes = await limited(code.make(), "loading the code", host.limit);
    host.check(RouteTable.of(runtimes));
    return runtimes;
  } catch (error) {
    return skip(deployment, messageOf(error), log);
  }
}

/** What was active; if that will not do, what it replaced, and so on. */
function inOrder(recalled: readonly Deployment[]): readonly Deployment[] {
  const of = (state: Deployment["state"]) => recalled.filter((deployment) => deployment.state === state);
  return [...of("active"), ...of("kept").toSorted((a, b) => (b.replacedAt ?? 0) - (a.replacedAt ?? 0))];
}

function skip(deployment: Deployment, reason: string, log: RuntimeLog): undefined {
  deployment.state = "candidate";
  deployment.reason = reason;
  log.warn(`the stored deployment ${deployment.name} is skipped`, { reason });
}

function recall(stored: StoredDeployment, isCrashed: boolean, { host, key, log }: BeginningParts): Deployment {
  const { name, state, upload } = stored;
  if (upload === undefined) {
    const damaged = new Deployment({ name, make: () => Promise.reject(new Error(DAMAGED)) }, stored);
    damaged.fail(DAMAGED);
    log.warn(`the stored deployment ${name} is skipped`, { reason: DAMAGED });
    return damaged;
  }
  const make = async () => {
    const manifest = await checkUpload(upload, key);
    return await codeOfUpload(manifest, upload, host).make();
  };
  const deployment = new Deployment({ name, upload, make }, stored);
  deployment.state = state;
  deployment.reason = isCrashed ? CRASHED : state === "active" ? undefined : stored.reason;
  return deployment;
}

const CRASHED = `the server ended within ${TRIAL_MS / 1000} s of beginning to serve it`;
const DAMAGED = "its bytes are not those that were stored";
