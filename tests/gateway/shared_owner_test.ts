/** A buffer that several use goes back once. @module */
import { assertEquals } from "@std/assert";
import { SharedOwner } from "../../lib/gateway/shared_owner.ts";

Deno.test("SharedOwner gives its buffer back when all who share it have, and not before", () => {
  const given: Uint8Array[] = [];
  const buffer = new Uint8Array(4);
  const owner = new SharedOwner({ give: (bytes) => void given.push(bytes) }, 2);
  owner.give(buffer);
  assertEquals(given, []);
  owner.give(buffer);
  assertEquals(given.length, 1);
  assertEquals(given[0] === buffer, true);
});
