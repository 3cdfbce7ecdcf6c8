/**
 * The files of `deploy/`, read as what reads them does.
 *
 * @module
 */
import { createRequire } from "node:module";
import { installPackages } from "../bench/peers/npm.ts";
import { PROJECT } from "../support/server_process.ts";
import { START_TASK } from "../support/start_task.ts";

/** Where they are, with a slash at its end. */
export const DEPLOY = `${PROJECT}deploy/`;

/** Parsers of others, for the tests alone: installed when they are needed, so that no user of the server has to. */
const PACKAGES = ["yaml@2.9.1", "smol-toml@1.9.1", "kubernetes-models@5.1.0"];
const FOLDER = `${PROJECT}.tmp/deploy_files`;

/** Anything that a file may say. */
// deno-lint-ignore no-explicit-any -- its shape is what the tests are about
export type Value = any;

/** Where the packages are: `…/node_modules`. */
export async function packagesFolder(): Promise<string> {
  const found = await installPackages(FOLDER, PACKAGES);
  if (typeof found === "string") throw new Error(`${PACKAGES.join(", ")} cannot be installed: ${found}`);
  return `${FOLDER}/node_modules`;
}

async function packageModule(name: string): Promise<Value> {
  return createRequire(`${await packagesFolder()}/index.js`)(name);
}

/** The text of a file. */
export function textOf(name: string): string {
  return Deno.readTextFileSync(DEPLOY + name);
}

/** A YAML file; a key that stands there twice is an error. */
export async function yamlOf(name: string): Promise<Value> {
  const { parse } = await packageModule("yaml");
  return parse(textOf(name), { merge: true });
}

/** A TOML file. */
export async function tomlOf(name: string): Promise<Value> {
  const { parse } = await packageModule("smol-toml");
  return parse(textOf(name));
}

/** The environment of `deno task start`. */
export const START_ENV: Readonly<Record<string, string>> = START_TASK.env;

/** So long each host waits for a server to end. It is above the drain, and what has to pass before that. */
export const STOP_GRACE_S = 45;

/** `1m`, `45s`, `500ms` in milliseconds. */
export function durationMs(text: string): number {
  const [, count = "", unit = ""] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit];
  if (factor === undefined) throw new Error(`${text} is no duration`);
  return Number(count) * factor;
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly output: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args], env, stdin: "null" }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, output: text(stdout) + text(stderr) };
}
