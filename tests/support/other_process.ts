/**
 * What Linux says of processes that are not this one.
 *
 * @module
 */

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

/** Whether a process is there, and has not ended. */
export async function isThere(pid: number): Promise<boolean> {
  try {
    // What has ended and is not waited for yet is a zombie.
    return !/^State:\s+Z/m.test(await Deno.readTextFile(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** Waits until it has ended. @throws when it is there after all this time. */
export async function ended(pid: number, deadlineMs = 20_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (await isThere(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} is still there after ${deadlineMs} ms`);
  }
}

/** Stops a process (SIGSTOP) for so long; resolves when it goes on. */
export async function freeze(pid: number, seconds: number): Promise<void> {
  const script = 'kill -STOP "$0" && sleep "$1" && kill -CONT "$0"';
  const args = ["-c", script, String(pid), String(seconds)];
  const { success } = await new Deno.Command("sh", { args, stdin: "null" }).output();
  if (!success) throw new Error(`process ${pid} could not be stopped`);
}

/** The process and all that it started, children last. */
export function withDescendants(pid: number): readonly number[] {
  let children = "";
  try {
    children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
  } catch {
    // It has ended in the meantime, so it has no children.
  }
  return [pid, ...children.split(" ").filter((text) => text.trim() !== "").flatMap((text) => withDescendants(+text))];
}

/** Processor time that a process has used since its start, in seconds. */
export function cpuSeconds(pid: number): number {
  // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it.
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
