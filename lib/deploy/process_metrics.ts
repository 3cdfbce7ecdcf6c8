/**
 * One process in numbers, by the names that Prometheus has for them: CPU, memory, files, and what runs.
 *
 * What may not be asked for, or is not known on this system, is left out.
 *
 * @module
 */
import process from "node:process";
import { getHeapStatistics } from "node:v8";
import { memoryLimitBytes } from "../gateway/mod.ts";
import type { DeployMetric } from "./deploy_metrics.ts";

/** What is known of a process. */
export interface ProcessInNumbers {
  /** Of this server. */
  readonly version: string;
  readonly deno: string;
  /** Since 1970. */
  readonly startSeconds: number;
  /** Of all its threads, in its own code and in the system's. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Of the gateway's isolate; routes in workers have heaps of their own. */
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly heapLimitBytes: number;
  /** What the container or the machine lets it have. */
  readonly memoryLimitBytes?: number | undefined;
  readonly openFiles?: number | undefined;
  readonly maxFiles?: number | undefined;
}

/** What there is to watch. */
export function processMetrics(numbers: ProcessInNumbers): readonly DeployMetric[] {
  const { version, deno } = numbers;
  return [
    { ...gauge("sockeye_build_info", "1, with what runs.", 1), samples: [{ labels: { version, deno }, value: 1 }] },
    gauge("process_start_time_seconds", "When the process began, in seconds since 1970.", numbers.startSeconds),
    {
      ...gauge("process_cpu_seconds_total", "CPU time of all threads, user and system.", numbers.cpuSeconds),
      type: "counter",
    },
    gauge("process_resident_memory_bytes", "Memory that the process has of the machine.", numbers.residentBytes),
    gauge("process_open_fds", "Files and sockets that are open.", numbers.openFiles),
    gauge("process_max_fds", "How many may be open.", numbers.maxFiles),
    gauge("sockeye_heap_used_bytes", "What of the gateway's JavaScript heap is used.", numbers.heapUsedBytes),
    gauge("sockeye_heap_total_bytes", "How large that heap is now.", numbers.heapTotalBytes),
    gauge("sockeye_heap_limit_bytes", "How large it may become before the process ends.", numbers.heapLimitBytes),
    gauge(
      "sockeye_memory_limit_bytes",
      "Memory that the container or the machine lets the server have.",
      numbers.memoryLimitBytes,
    ),
  ];
}

/** Asks the system of this process. */
export function readProcess(version: string): ProcessInNumbers {
  const { user, system } = process.cpuUsage();
  const heap = getHeapStatistics();
  return {
    version,
    deno: Deno.version.deno,
    startSeconds: performance.timeOrigin / 1_000,
    cpuSeconds: (user + system) / 1_000_000,
    residentBytes: Deno.memoryUsage().rss,
    heapUsedBytes: heap.used_heap_size,
    heapTotalBytes: heap.total_heap_size,
    heapLimitBytes: heap.heap_size_limit,
    memoryLimitBytes: memoryLimitBytes(),
    ...readFiles(),
  };
}

/** Linux has them in /proc, which Deno lets nobody read without --allow-all. */
function readFiles(): Pick<ProcessInNumbers, "openFiles" | "maxFiles"> {
  if (Deno.build.os !== "linux" || Deno.permissions.querySync({ name: "read" }).state !== "granted") return {};
  try {
    // proc_pid_fd(5): the size is how many there are, from Linux 6.2 on; before it is 0.
    const openFiles = Deno.statSync("/proc/self/fd").size || undefined;
    return { openFiles, maxFiles: maxFilesOf(Deno.readTextFileSync("/proc/self/limits")) };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** The soft limit; undefined where there is none. */
function maxFilesOf(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)\s/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

function gauge(name: string, help: string, value: number | undefined): DeployMetric {
  return { name, help, type: "gauge", samples: value === undefined ? [] : [{ labels: {}, value }] };
}
