/**
 * Listening on a Unix socket: its file is made, given its mode, taken over from a server that crashed, and removed.
 *
 * @module
 */
import { messageOf } from "../route/table.ts";
import { ListenError } from "./listen_error.ts";
import type { Acceptor } from "./listener.ts";

/** Where, and who may connect. */
export interface UnixSetting {
  readonly path: string;
  /** Octal digits. */
  readonly mode: string;
}

/** Listens. @throws {ListenError} */
export async function listenUnix({ path, mode }: UnixSetting, os = Deno.build.os): Promise<Acceptor<Deno.UnixConn>> {
  if (os === "windows") throw new ListenError("--socket: Windows has no Unix sockets here; use --host and --port.");
  try {
    await removeStale(path);
    const listener = Deno.listen({ transport: "unix", path });
    // Until here it has the mode that the umask leaves, which by custom lets nobody else write, and so connect.
    Deno.chmodSync(path, Number.parseInt(mode, 8));
    return { accept: () => listener.accept(), close: () => close(listener, path) };
  } catch (error) {
    throw error instanceof ListenError ? error : new ListenError(reasonOf(path, error));
  }
}

/** What a server left that had no time to remove it is in the way of the next one. */
async function removeStale(path: string): Promise<void> {
  const found = await Deno.lstat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (found.isSocket !== true) throw new ListenError(`--socket ${path}: there is a file that is no socket; remove it.`);
  if (await answers(path)) {
    throw new ListenError(`--socket ${path} is in use: stop what listens there, or choose another.`);
  }
  await Deno.remove(path);
}

async function answers(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

function close(listener: Deno.UnixListener, path: string): void {
  listener.close();
  try {
    Deno.removeSync(path);
  } catch {
    // Somebody has removed it, or its folder: nothing is left to be done.
  }
}

function reasonOf(path: string, error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return `--socket ${path} needs the flags --allow-read=.,${path} --allow-write=${path}.`;
  }
  if (error instanceof Deno.errors.NotFound) return `--socket ${path}: its folder does not exist; make it first.`;
  if (error instanceof Deno.errors.PermissionDenied) {
    return `--socket ${path}: the system does not let this user make it there; change the folder's owner or mode.`;
  }
  return `cannot listen on --socket ${path}: ${messageOf(error)}`;
}
