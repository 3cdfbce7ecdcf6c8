/**
 * The start task, taken apart: what has to start as users start it takes its words from here.
 *
 * @module
 */
import denoConfig from "../../deno.json" with { type: "json" };

/** A command `NAME=value deno run --flag main.ts`. */
export interface DenoTask {
  readonly env: Readonly<Record<string, string>>;
  /** What stands between `deno` and the program, `run` included. */
  readonly flags: readonly string[];
  /** The program. */
  readonly entry: string;
}

/**
 * What `deno task start` runs; with `SOCKEYE_TRANSPORT=epoll` in the environment, which a server inherits, what
 * `deno task start:epoll` runs, with the permission for that.
 */
export const START_TASK: DenoTask = parseTask(
  denoConfig.tasks[Deno.env.get("SOCKEYE_TRANSPORT") === "epoll" ? "start:epoll" : "start"].command,
);

/** Takes a task apart. @throws {Error} when it runs something else. */
export function parseTask(command: string): DenoTask {
  const words = [...command.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
  const at = words.indexOf("deno");
  const entryAt = words.indexOf("main.ts");
  if (at < 0 || entryAt < 0) throw new Error(`not a task that runs deno: ${command}`);
  const env = Object.fromEntries(words.slice(0, at).map((word) => word.split("=", 2) as [string, string]));
  return { env, flags: words.slice(at + 1, entryAt), entry: words[entryAt]! };
}
