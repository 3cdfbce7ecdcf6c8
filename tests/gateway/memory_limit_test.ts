/**
 * Tests of the memory limit's detection.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { memoryLimitBytes } from "../../lib/gateway/memory_limit.ts";

const MIB = 1024 ** 2;
const UNLIMITED_V1_BYTES = 9_223_372_036_854_771_712;

function limitOf(constrainedBytes: () => number, machineBytes: () => number, isAllowed = true): number | undefined {
  return memoryLimitBytes({ isAllowed: () => isAllowed, constrainedBytes, machineBytes });
}

const fails = (): never => {
  throw new Error("no such file");
};

Deno.test("memoryLimitBytes is the limit of the control group where that is below the machine's memory", () => {
  assertEquals(limitOf(() => 512 * MIB, () => 4096 * MIB), 512 * MIB);
});

Deno.test("memoryLimitBytes is the machine's memory where no control group limits it", () => {
  assertEquals(limitOf(() => UNLIMITED_V1_BYTES, () => 4096 * MIB), 4096 * MIB);
  assertEquals(limitOf(() => 0, () => 4096 * MIB), 4096 * MIB);
  assertEquals(limitOf(fails, () => 4096 * MIB), 4096 * MIB);
});

Deno.test("memoryLimitBytes goes by the control group where the machine's memory is not known", () => {
  assertEquals(limitOf(() => 512 * MIB, fails), 512 * MIB);
});

Deno.test("memoryLimitBytes is undefined where nothing is known", () => {
  assertEquals(limitOf(fails, fails), undefined);
  assertEquals(limitOf(() => UNLIMITED_V1_BYTES, () => NaN), undefined);
});

Deno.test("memoryLimitBytes asks nothing without the permission", () => {
  let asked = 0;
  const ask = (): number => ++asked;
  assertEquals(limitOf(ask, ask, false), undefined);
  assertEquals(asked, 0);
});

Deno.test("memoryLimitBytes needs --allow-sys=systemMemoryInfo only", {
  permissions: { sys: ["systemMemoryInfo"] },
}, () => {
  const bytes = memoryLimitBytes();
  assert(bytes !== undefined && Number.isSafeInteger(bytes));
  assertGreater(bytes, MIB);
});

Deno.test("memoryLimitBytes is undefined, and prompts for nothing, without any permission", {
  permissions: "none",
}, () => {
  assertEquals(memoryLimitBytes(), undefined);
});
