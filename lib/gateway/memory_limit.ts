/**
 * How much memory this process may use, as far as it is allowed to know.
 *
 * @module
 */
import process from "node:process";

/** Where the two figures come from. */
export interface MemoryProbe {
  /** Whether reading them needs no further permission. */
  isAllowed(): boolean;
  /** The limit of the control group, in bytes; 0 or a huge number when there is none. */
  constrainedBytes(): number;
  /** The memory of the machine, in bytes. */
  machineBytes(): number;
}

/** A control group without a limit reports almost 2^63; no machine comes near this. */
const UNLIMITED_BYTES = 2 ** 60;

/** Asks Deno. Both figures need `--allow-sys=systemMemoryInfo`. */
const DENO_MEMORY: MemoryProbe = {
  isAllowed: () => Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" }).state === "granted",
  // Deno reads the cgroup files itself: with Deno.readTextFile they would need --allow-all, as all of /sys does.
  constrainedBytes: () => process.constrainedMemory(),
  machineBytes: () => Deno.systemMemoryInfo().total,
};

/**
 * The memory limit of this process in bytes: that of its control group (version 2 or 1), or the machine's memory, or
 * whichever is less. Undefined without `--allow-sys=systemMemoryInfo`, or where the system does not tell. Never
 * prompts, never throws.
 */
export function memoryLimitBytes(probe: MemoryProbe = DENO_MEMORY): number | undefined {
  if (!probe.isAllowed()) return undefined;
  const known = [probe.constrainedBytes, probe.machineBytes].map(figureOf).filter((bytes) => bytes > 0);
  return known.length === 0 ? undefined : Math.min(...known);
}

function figureOf(read: () => number): number {
  try {
    const bytes = read();
    return bytes < UNLIMITED_BYTES ? Math.floor(bytes) : 0;
  } catch {
    // A system that cannot tell is the same as one that does not limit: the other figure decides.
    return 0;
  }
}
