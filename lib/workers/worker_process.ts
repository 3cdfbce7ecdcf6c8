/**
 * A worker as its parent sees it: a process, its link, and what it prints.
 *
 * @module
 */
import { systemClock } from "../gateway/mod.ts";
import { limited, messageOf } from "../route/table.ts";
import { LinkDoor } from "./handshake.ts";
import type { LinkStream } from "./link.ts";
import { passOnLines } from "./lines.ts";
import { ownCommand, type WorkerCommand, workerCommand } from "./worker_command.ts";

/** The last lines of a worker that has ended are waited for so long. */
const LAST_LINES_MS = 500;

/** Where what a worker prints goes. */
export interface WorkerOutput {
  /** A line of its standard output. */
  print(line: string): void;
  /** A line of its standard error. */
  complain(line: string): unknown;
}

/** Where what workers log and print goes. */
export interface CrewOutput extends WorkerOutput {
  /** Takes a line of a worker's log, with the fields to add. False when it is none: then it is passed on as it is. */
  passOn(line: string, fields: { readonly worker: number }): boolean;
}

/** A worker that was started. */
export interface StartedWorker {
  readonly pid: number;
  /** Its side of the link; undefined when it ended before it came to that. */
  readonly stream: Promise<LinkStream | undefined>;
  /** Resolves when it has ended, and what it printed is passed on, with words for how: `it exited with 1`. */
  readonly ended: Promise<string>;
  /** Ends it at once. */
  kill(): void;
}

/**
 * What starts workers: this program, as this process was started. What they log and print gets their numbers.
 *
 * @param mayStartPrograms whether routes or plug-ins have processes of their own.
 * @throws {WorkersUnavailableError}
 */
export async function workerStarter(
  mayStartPrograms: boolean,
  { print, complain, passOn }: CrewOutput,
): Promise<(number: number) => StartedWorker> {
  const command = await ownCommand();
  return (number) =>
    startWorkerProcess(workerCommand(command, number, mayStartPrograms), {
      print: (line) => print(`[${number}] ${line}`),
      complain: (line) => passOn(line, { worker: number }) || complain(`[${number}] ${line}`),
    });
}

/** Starts a worker. */
export function startWorkerProcess({ command, args }: WorkerCommand, output: WorkerOutput): StartedWorker {
  const door = new LinkDoor();
  const child = new Deno.Command(command, {
    args: [...args],
    // Ctrl+C in a terminal is for the parent, which has all of them go away in good order.
    detached: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  void handOver(child.stdin, door.ticket);
  const printed = Promise.all([passOnLines(child.stdout, output.print), passOnLines(child.stderr, output.complain)]);
  const ended = (async () => {
    const { code, signal } = await child.status;
    door.close();
    // A program that it has started may have its output still.
    await limited(printed, "its output", { clock: systemClock, timeoutMs: LAST_LINES_MS }).catch(() => {});
    return signal === null ? `it exited with ${code}` : `it was ended by ${signal}`;
  })();
  return {
    pid: child.pid,
    stream: door.admit(),
    ended,
    kill() {
      try {
        child.kill("SIGKILL");
      } catch (error) {
        // It has ended by itself.
        if (!(error instanceof TypeError)) throw new Error(`it cannot be ended: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}

async function handOver(
  input: WritableStream<Uint8Array<ArrayBuffer>>,
  ticket: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const writer = input.getWriter();
  // It may have ended already: its status says so.
  await writer.write(ticket).then(() => writer.close()).catch(() => {});
}
