/**
 * Clients that run elsewhere (another process, a page) and report how each case went.
 *
 * @module
 */
import { assertGreater, fail } from "@std/assert";

/** How one case went: `problem` is there when it failed. */
export interface Outcome {
  readonly name: string;
  readonly problem?: string;
}

/** So long a client may take for everything it does. */
const DEADLINE_MS = 120_000;

/** Shows each outcome as a step of the test; no outcome at all is a failure. */
export async function showOutcomes(test: Deno.TestContext, outcomes: readonly Outcome[]): Promise<void> {
  assertGreater(outcomes.length, 0, "the client reported nothing");
  for (const { name, problem } of outcomes) {
    await test.step(name, () => {
      if (problem !== undefined) fail(problem);
    });
  }
}

/**
 * Runs a program that prints one outcome a line, as JSON, and ends with 0.
 *
 * @throws {Error} with what it printed on stderr, when it ends otherwise.
 */
export async function outcomesOf(program: string, args: readonly string[]): Promise<readonly Outcome[]> {
  const child = new Deno.Command(program, { args: [...args], stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  // deadline: a client that waits for what never comes is ended, and what it printed is shown
  const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  const { code, signal, stdout, stderr } = await child.output();
  clearTimeout(deadline);
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (code !== 0) throw new Error(`${program} ended with ${signal ?? code}:\n${err}\n${out}`);
  return (out ?? "").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}
