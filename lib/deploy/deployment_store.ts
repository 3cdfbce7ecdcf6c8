/**
 * Deployments on disk, so that they survive a restart: bytes by their hash, and one file that says what they are.
 *
 * @module
 */
import type { Clock } from "../gateway/mod.ts";
import { messageOf } from "../route/table.ts";
import { sha256 } from "../runtime/mod.ts";
import type { Deployment, DeploymentState, DeploymentTimes } from "./deployment.ts";
import type { DeploymentJournal } from "./deployments.ts";
import type { UploadedCode } from "./upload.ts";

/** The folder cannot be used: the message says why, and what to do. */
export class DataDirError extends Error {
  override readonly name = "DataDirError";
}

/** A deployment that was stored. */
export interface StoredDeployment extends DeploymentTimes {
  readonly name: string;
  readonly state: DeploymentState;
  readonly reason?: string | undefined;
  /** Undefined when it is damaged or missing. */
  readonly upload: UploadedCode | undefined;
}

/** What was stored. */
export interface StoredDeployments {
  readonly deployments: readonly StoredDeployment[];
  /** One that was on trial when the process ended, without having been stopped in good order. */
  readonly crashed: string | undefined;
}

/** A deployment that has served for so long without ending the process is none that ends it. */
export const TRIAL_MS = 60_000;

const FORMAT = 1;
const STATE_FILE = "deployments.json";

interface StateFile {
  readonly format: number;
  /** What began to serve less than {@linkcode TRIAL_MS} ago. */
  readonly trial?: string | undefined;
  readonly deployments: ReadonlyArray<
    & Omit<StoredDeployment, "upload">
    /** Hashes. */
    & { readonly manifest: string; readonly code: string; readonly signature?: string | undefined }
  >;
}

/** The store of one gateway. Only what was uploaded is stored. */
export class DeploymentStore implements DeploymentJournal {
  readonly #folder: string;
  readonly #lock: Deno.FsFile;
  readonly #clock: Pick<Clock, "setTimer">;
  #state: StateFile;
  /** The bytes behind hashes that are known: an object is hashed once. */
  readonly #hashes = new WeakMap<Uint8Array, string>();
  #active: string | undefined;
  #cancelTrial = () => {};
  #last: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, lock: Deno.FsFile, state: StateFile, clock: Pick<Clock, "setTimer">) {
    this.#folder = folder;
    this.#lock = lock;
    this.#state = state;
    this.#clock = clock;
  }

  /**
   * Opens the store in a folder, which is made where there is none.
   *
   * @throws {DataDirError} also when another process has it open.
   */
  static async open(folder: string, clock: Pick<Clock, "setTimer">): Promise<DeploymentStore> {
    let lock: Deno.FsFile | undefined;
    try {
      await Deno.mkdir(`${folder}/objects`, { recursive: true, mode: 0o700 });
      lock = await Deno.open(`${folder}/lock`, { create: true, write: true });
      if (!await lock.tryLock(true)) {
        throw new DataDirError(`another server has ${folder} open (--data-dir): give each a folder of its own`);
      }
      return new DeploymentStore(folder, lock, await readState(folder), clock);
    } catch (error) {
      lock?.close();
      throw problemOf(folder, error);
    }
  }

  /** What was stored. Bytes whose hash is another one are not given. */
  async load(): Promise<StoredDeployments> {
    const deployments: StoredDeployment[] = [];
    for (const { manifest, code, signature, ...rest } of this.#state.deployments) {
      const [manifestBytes, codeBytes] = [await this.#read(manifest), await this.#read(code)];
      const isWhole = manifestBytes !== undefined && codeBytes !== undefined;
      const upload = isWhole ? { manifest: manifestBytes, code: codeBytes, signature } : undefined;
      deployments.push({ ...rest, upload });
    }
    return { deployments, crashed: this.#state.trial };
  }

  /** A stored deployment is about to be loaded and to serve: if the process ends soon, it will be known. */
  begin(name: string): Promise<void> {
    this.#active = name;
    return this.#inTurn(() => this.#try(name));
  }

  write(deployments: readonly Deployment[]): Promise<void> {
    return this.#inTurn(async () => {
      const rows = [];
      for (const { name, state, reason, readyAt, activeAt, replacedAt, code: { upload } } of deployments) {
        if (upload === undefined) continue;
        const [manifest, code] = [await this.#store(upload.manifest), await this.#store(upload.code)];
        // A canary has no peers any more when the server starts anew.
        const stored = state === "canary" ? "candidate" : state;
        const { signature } = upload;
        rows.push({ name, state: stored, reason, readyAt, activeAt, replacedAt, manifest, code, signature });
      }
      const active = rows.find(({ state }) => state === "active")?.name;
      const isNew = active !== this.#active;
      if (isNew) this.#cancelTrial();
      const trial = isNew || this.#state.trial !== active ? undefined : active;
      await this.#save({ format: FORMAT, trial, deployments: rows });
      this.#active = active;
      if (isNew && active !== undefined) await this.#try(active);
      await this.#sweep();
    });
  }

  /** The server was asked to end: that is no fault of what is on trial. */
  endTrial(): Promise<void> {
    this.#cancelTrial();
    return this.#inTurn(() => this.#acquit());
  }

  /** Ends the trial, and lets another process open the store. */
  async close(): Promise<void> {
    try {
      await this.endTrial();
    } finally {
      this.#lock.close();
    }
  }

  async #try(name: string): Promise<void> {
    await this.#save({ ...this.#state, trial: name });
    this.#cancelTrial();
    this.#cancelTrial = this.#clock.setTimer(() => {
      // What cannot be written now is written with the next change.
      this.#inTurn(() => this.#acquit()).catch(() => {});
    }, TRIAL_MS);
  }

  async #acquit(): Promise<void> {
    if (this.#state.trial !== undefined) await this.#save({ ...this.#state, trial: undefined });
  }

  async #save(state: StateFile): Promise<void> {
    this.#state = state;
    await writeDurably(this.#folder, STATE_FILE, new TextEncoder().encode(`${JSON.stringify(state, null, 2)}\n`));
  }

  /** @returns the hash, under which it is then. */
  async #store(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const known = this.#hashes.get(bytes);
    if (known !== undefined) return known;
    const hash = await sha256(bytes);
    if (await this.#read(hash) === undefined) await writeDurably(`${this.#folder}/objects`, hash, bytes);
    this.#hashes.set(bytes, hash);
    return hash;
  }

  async #read(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const bytes = await Deno.readFile(`${this.#folder}/objects/${hash}`);
      if (await sha256(bytes) !== hash) return undefined;
      this.#hashes.set(bytes, hash);
      return bytes;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Removes what no deployment needs, and what a write that was cut off left behind. */
  async #sweep(): Promise<void> {
    const needed = new Set(this.#state.deployments.flatMap(({ manifest, code }) => [manifest, code]));
    for await (const { name } of Deno.readDir(`${this.#folder}/objects`)) {
      if (!needed.has(name)) await Deno.remove(`${this.#folder}/objects/${name}`);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}

function problemOf(folder: string, error: unknown): DataDirError {
  if (error instanceof DataDirError) return error;
  const problem = error instanceof Deno.errors.NotCapable
    ? `storing deployments in ${folder} (--data-dir) needs --allow-read=${folder} --allow-write=${folder}`
    : `${folder} (--data-dir) cannot be used: ${messageOf(error)}`;
  return new DataDirError(problem, { cause: error });
}

async function readState(folder: string): Promise<StateFile> {
  const path = `${folder}/${STATE_FILE}`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { format: FORMAT, deployments: [] };
    throw error;
  }
  const advice = "move it away, and what serves is the routes folder";
  let state: StateFile;
  try {
    state = JSON.parse(text);
  } catch (cause) {
    throw new DataDirError(`${path} is not JSON: ${advice}`, { cause });
  }
  if (state.format !== FORMAT || !Array.isArray(state.deployments)) {
    throw new DataDirError(`${path} has the format ${state.format}, and this server reads ${FORMAT}: ${advice}`);
  }
  return state;
}

/** The file is there whole, or it is not there: also when the machine loses its power meanwhile. */
async function writeDurably(folder: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const temporary = `${folder}/.${name}.new`;
  const file = await Deno.open(temporary, { write: true, create: true, truncate: true });
  try {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  } finally {
    file.close();
  }
  await Deno.rename(temporary, `${folder}/${name}`);
  if (Deno.build.os === "windows") return; // A folder cannot be opened there.
  // The name is as durable as the folder that it stands in.
  using opened = await Deno.open(folder, { read: true });
  await opened.sync();
}
