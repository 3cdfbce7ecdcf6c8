/** The kernel that runs is the one whose source can be read. @module */
import { assertEquals } from "@std/assert";
import { KERNEL_BINARY } from "../../lib/frame/kernel_binary.ts";
import { kernelBinarySource } from "../support/assemble_kernel.ts";

Deno.test("kernel_binary.ts is kernel.wat, assembled (else: deno task kernel)", async () => {
  const path = new URL("../../lib/frame/kernel_binary.ts", import.meta.url);
  assertEquals(await Deno.readTextFile(path), await kernelBinarySource());
});

Deno.test("KERNEL_BINARY is a module that imports nothing but the arena's memory", () => {
  const module = new WebAssembly.Module(Uint8Array.fromBase64(KERNEL_BINARY));
  assertEquals(WebAssembly.Module.imports(module).map(({ module, name }) => `${module}.${name}`), ["arena.memory"]);
});
