/** What counts as the memory of an envelope. @module */
import { assert, assertEquals } from "@std/assert";
import { bytesOf } from "../../lib/pubsub/history_store.ts";

Deno.test("bytesOf counts two bytes for a character, one for a byte, and something for what is empty", () => {
  const empty = bytesOf({ payload: "", from: "" });
  assert(empty > 0);
  assertEquals(bytesOf({ payload: "abc", from: "" }), empty + 6);
  assertEquals(bytesOf({ payload: new Uint8Array(5), from: "p" }), empty + 5);
});
