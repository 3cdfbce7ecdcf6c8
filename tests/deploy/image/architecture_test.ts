/** The architectures there can be an image for. @module */
import { assertEquals } from "@std/assert";
import { ARCHITECTURES, isArchitecture } from "../../../lib/deploy/image/architecture.ts";

Deno.test("isArchitecture knows what OCI calls them, and no other name", () => {
  assertEquals(["amd64", "arm64", "x64", "aarch64", "toString", ""].map(isArchitecture), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

Deno.test("each architecture has its own package and its own number", () => {
  const all = Object.values(ARCHITECTURES);
  assertEquals(new Set(all.map(({ denoPackage }) => denoPackage)).size, all.length);
  assertEquals(new Set(all.map(({ elfMachine }) => elfMachine)).size, all.length);
});
