/** One process in numbers. @module */
import { assert, assertEquals, assertGreater, assertLess, assertLessOrEqual } from "@std/assert";
import { processMetrics, readProcess } from "../../lib/deploy/process_metrics.ts";
import { exposition } from "../../lib/observe/mod.ts";
import { cpuSeconds } from "../support/other_process.ts";

const NUMBERS = {
  version: "1.2.3",
  deno: "2.9.6",
  startSeconds: 1_700_000_000.5,
  cpuSeconds: 1.5,
  residentBytes: 10,
  heapUsedBytes: 1,
  heapTotalBytes: 2,
  heapLimitBytes: 3,
};

/** Lines with a value. */
function rows(numbers: Parameters<typeof processMetrics>[0]): readonly string[] {
  return exposition(processMetrics(numbers)).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

Deno.test("processMetrics has the names that Prometheus has, and no row for what is not known", () => {
  assertEquals(rows(NUMBERS), [
    'sockeye_build_info{version="1.2.3",deno="2.9.6"} 1',
    "process_start_time_seconds 1700000000.5",
    "process_cpu_seconds_total 1.5",
    "process_resident_memory_bytes 10",
    "sockeye_heap_used_bytes 1",
    "sockeye_heap_total_bytes 2",
    "sockeye_heap_limit_bytes 3",
  ]);
  assertEquals(rows({ ...NUMBERS, openFiles: 7, maxFiles: 8, memoryLimitBytes: 9 }).slice(4), [
    "process_open_fds 7",
    "process_max_fds 8",
    "sockeye_heap_used_bytes 1",
    "sockeye_heap_total_bytes 2",
    "sockeye_heap_limit_bytes 3",
    "sockeye_memory_limit_bytes 9",
  ]);
});

Deno.test("readProcess says what the system says of this process", { ignore: Deno.build.os !== "linux" }, () => {
  // Three ticks of the system's clock.
  for (const end = performance.now() + 30; performance.now() < end;);
  const before = cpuSeconds(Deno.pid);
  const numbers = readProcess("1.2.3");
  const after = cpuSeconds(Deno.pid);
  assert(numbers.cpuSeconds >= before - 0.02 && numbers.cpuSeconds <= after + 0.02, `${before} ${numbers.cpuSeconds}`);
  assertLess(numbers.startSeconds, Date.now() / 1_000);
  assertGreater(numbers.startSeconds, Date.now() / 1_000 - 86_400);
  const kib = Number(/^VmRSS:\s+(\d+) kB/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1]);
  assertLess(Math.abs(numbers.residentBytes - kib * 1024), 20 * 1024 ** 2);
  assertLessOrEqual(numbers.heapUsedBytes, numbers.heapTotalBytes);
  assertLessOrEqual(numbers.heapTotalBytes, numbers.heapLimitBytes);
  assertEquals([numbers.version, numbers.deno], ["1.2.3", Deno.version.deno]);
});

Deno.test("readProcess counts the open files, where it may and the system can", {
  ignore: Deno.build.os !== "linux" || Deno.statSync("/proc/self/fd").size === 0,
}, () => {
  const { openFiles: before = NaN, maxFiles = NaN } = readProcess("");
  const listeners = Array.from({ length: 10 }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const { openFiles: after = NaN } = readProcess("");
  for (const listener of listeners) listener.close();
  assertEquals(after - before, 10);
  assertLess(after, maxFiles);
});

Deno.test("readProcess leaves the files out where it may not ask", { permissions: { read: false } }, () => {
  const { openFiles, maxFiles, residentBytes } = readProcess("");
  assertEquals([openFiles, maxFiles], [undefined, undefined]);
  assertGreater(residentBytes, 2 ** 20);
});
