/** Allocations are counted, views are not. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { allocatedBy } from "./allocations.ts";

Deno.test("allocatedBy counts new arrays, copies included, and no views", () => {
  const buffer = new ArrayBuffer(50);
  assertEquals(allocatedBy(() => [new Uint8Array(100), new Uint8Array([1, 2]), new Uint8Array(buffer, 10)]), 102);
  const view = new Uint8Array(buffer);
  assertEquals(allocatedBy(() => view.subarray(3)), 0);
});

Deno.test("allocatedBy puts the constructor back, also when the work throws", () => {
  const before = globalThis.Uint8Array;
  assertThrows(() => allocatedBy(() => JSON.parse("{")), SyntaxError);
  assertEquals(globalThis.Uint8Array === before, true);
});
