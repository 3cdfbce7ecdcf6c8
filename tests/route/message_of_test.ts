import { assertEquals } from "@std/assert";
import { messageOf } from "../../lib/route/message_of.ts";

Deno.test("messageOf gives the message of an error, and the text of anything else", () => {
  const thrown = [new TypeError("no"), new DOMException("gone"), "text", undefined, null, 7];
  assertEquals(thrown.map(messageOf), ["no", "gone", "text", "undefined", "null", "7"]);
});
