/**
 * What the container runs: the start task of deno.json, made to fit the image.
 *
 * @module
 */
import { ImageError } from "./image_error.ts";

/** Where the bundle is in the image. Nobody can write there. */
export const APP_FOLDER = "/app";

/** The one folder that the server may write to, where something is mounted on it and `--data-dir` names it. */
export const STATE_FOLDER = "/var/lib/sockeye";

/** Where deno is in the image. */
export const DENO_PATH = "/usr/bin/deno";

/** A program with its arguments, and the environment it wants. */
export interface StartCommand {
  readonly entrypoint: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The bundle is whole: nothing may be fetched, and no file beside it changes what it does. */
const SWITCHES_OF_THE_BUNDLE = ["--no-remote", "--no-npm", "--cached-only", "--no-config", "--no-lock"];

/**
 * Takes `NAME=value deno run --flag main.ts` apart. Only what may be read and written differs from it: the bundle in
 * place of the project, and the folder for state.
 *
 * @throws {ImageError} when the task runs something else.
 */
export function startCommand(task: string): StartCommand {
  const words = [...task.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
  const deno = words.indexOf("deno");
  if (deno < 0 || words[deno + 1] !== "run" || words.at(-1) !== "main.ts" || !words.includes(READ_PROJECT)) {
    throw new ImageError(`the start task of deno.json is not "deno run … ${READ_PROJECT} … main.ts": ${task}`);
  }
  const flags = words.slice(deno + 2, -1).flatMap((word) =>
    word === READ_PROJECT ? [`--allow-read=${APP_FOLDER},${STATE_FOLDER}`, `--allow-write=${STATE_FOLDER}`] : [word]
  );
  return {
    entrypoint: [DENO_PATH, "run", ...flags, ...SWITCHES_OF_THE_BUNDLE, `${APP_FOLDER}/main.js`],
    env: Object.fromEntries(words.slice(0, deno).map((word) => word.split("=", 2) as [string, string])),
  };
}

const READ_PROJECT = "--allow-read=.";
