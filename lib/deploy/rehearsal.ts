/**
 * Loading code once where nothing depends on it: in a process that is thrown away.
 *
 * @module
 */
import { limited, messageOf, type TimeLimit } from "../route/table.ts";
import { NO_FOLDER } from "../runtime/mod.ts";

/** The code cannot be loaded: the message is what the process said last. */
export class RehearsalError extends Error {
  override readonly name = "RehearsalError";
}

/** Reads the code from its input, so that its own imports lead nowhere. */
const BOOTSTRAP = `
const code = await new Response(Deno.stdin.readable).arrayBuffer();
try {
  await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
} catch (error) {
  console.error(String(error?.stack ?? error).split("\\n").filter((line) => !line.includes("data:text/javascript")).join("\\n"));
  Deno.exit(1);
}
Deno.exit(0);
`;

/** Loading may read the environment, which is empty, and nothing else: as when it is built. */
const FLAGS = [
  ...["--no-prompt", "--no-remote", "--no-npm", "--cached-only", "--no-config", "--no-lock", "--quiet", "--allow-env"],
  "--v8-flags=--max-old-space-size=512",
];

const MAX_SAID_LENGTH = 2_000;

/** Whether this process may start another one. */
export async function mayRehearse(): Promise<boolean> {
  return (await Deno.permissions.query({ name: "run", command: Deno.execPath() })).state === "granted";
}

/**
 * Loads the code in a process of its own, without any permission.
 *
 * @throws {RehearsalError} when it throws, ends the process, or takes too long.
 */
export async function rehearse(code: Uint8Array<ArrayBuffer>, limit: TimeLimit): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...FLAGS, `data:text/javascript;base64,${btoa(BOOTSTRAP)}`],
    clearEnv: true,
    env: { DENO_DIR: NO_FOLDER, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // It may end before it has read everything: its status says so.
  const written = writer.write(code).then(() => writer.close()).catch(() => {});
  const ended = Promise.all([child.status, endOf(child.stderr), written]);
  try {
    const [{ success, code: exitCode }, said] = await limited(ended, "loading the code", limit);
    if (success) return;
    throw new RehearsalError(said.trim() || `loading the code ended the process with ${exitCode}`);
  } catch (error) {
    if (error instanceof RehearsalError) throw error;
    child.kill("SIGKILL");
    await ended;
    throw new RehearsalError(messageOf(error), { cause: error });
  }
}

/** The last of what is said: it may be any amount. */
async function endOf(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let end = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) end = (end + text).slice(-MAX_SAID_LENGTH);
  return end;
}
