/** What an ELF file needs is read from its headers. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { elfNeeds } from "../../../lib/deploy/image/elf.ts";
import { ImageError } from "../../../lib/deploy/image/image_error.ts";
import { madeElf } from "../support/made_parts.ts";

Deno.test("elfNeeds reads machine, loader and libraries in order", () => {
  const file = madeElf({ machine: 183, interpreter: "/lib/ld.so.1", libraries: ["libm.so.6", "libc.so.6"] });
  assertEquals(elfNeeds(file, "deno"), {
    machine: 183,
    interpreter: "/lib/ld.so.1",
    libraries: ["libm.so.6", "libc.so.6"],
  });
});

Deno.test("elfNeeds of a library names no loader", () => {
  assertEquals(elfNeeds(madeElf({}), "libm.so.6"), { machine: 62, interpreter: undefined, libraries: [] });
});

Deno.test("elfNeeds reads a view that does not begin where its buffer does", () => {
  const file = madeElf({ libraries: ["libc.so.6"] });
  const within = new Uint8Array(file.length + 7);
  within.set(file, 7);
  assertEquals(elfNeeds(within.subarray(7), "deno").libraries, ["libc.so.6"]);
});

Deno.test({
  name: "elfNeeds of the deno that runs this is what its loader says",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { machine, interpreter, libraries } = elfNeeds(await Deno.readFile(Deno.execPath()), "deno");
    assertEquals(machine, Deno.build.arch === "x86_64" ? 62 : 183);
    const { stdout } = await new Deno.Command(interpreter!, { args: ["--list", Deno.execPath()] }).output();
    const listed = new TextDecoder().decode(stdout);
    assertEquals(libraries.filter((name) => !listed.includes(name)), []);
    assertStringIncludes(libraries.join(), "libc.so.6");
  },
});

for (const bytes of [0, 3, 40, 70, 200, 520]) {
  Deno.test(`elfNeeds refuses a file that ends after ${bytes} bytes`, () => {
    const file = madeElf({ interpreter: "/lib/ld.so.1", libraries: ["libc.so.6"] }).slice(0, bytes);
    assertStringIncludes(assertThrows(() => elfNeeds(file, "deno"), ImageError).message, "deno ");
  });
}

Deno.test("elfNeeds refuses what is no ELF file, and one of 32 bits", () => {
  const script = new TextEncoder().encode("#!/bin/sh\nexec node\n");
  const narrow = madeElf({});
  narrow[4] = 1;
  for (const file of [script, narrow]) {
    const { message } = assertThrows(() => elfNeeds(file, "deno"), ImageError);
    assertEquals(message, "deno is no 64-bit little-endian ELF file: there is no image for its architecture");
  }
});
