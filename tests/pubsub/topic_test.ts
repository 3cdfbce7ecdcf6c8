/** Names of topics. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { checkTopic, MAX_TOPIC_LENGTH } from "../../lib/pubsub/topic.ts";

Deno.test("checkTopic takes 1 to 256 characters of any script and returns the name", () => {
  for (const name of ["a", "room:42", "über/alles", "房间", "😀", " ", "x".repeat(MAX_TOPIC_LENGTH)]) {
    assertEquals(checkTopic(name), name);
  }
});

Deno.test("checkTopic says what is wrong with a name: its length", () => {
  assertThrows(() => checkTopic(""), TypeError, "1 to 256 characters; this one has 0");
  assertThrows(() => checkTopic("x".repeat(257)), TypeError, "this one has 257");
});

Deno.test("checkTopic says what is wrong with a name: a control character, and where", () => {
  for (const control of ["\0", "\n", "\x1f", "\x7f", "\x9f"]) {
    const name = `ab${control}c`;
    assertThrows(() => checkTopic(name), TypeError, `${JSON.stringify(name)} has one at index 2`);
  }
  assertEquals(checkTopic("\xa0"), "\xa0");
});

Deno.test("checkTopic says what was given instead of a string", () => {
  assertThrows(() => checkTopic(42 as unknown as string), TypeError, "got number");
  assertThrows(() => checkTopic(undefined as unknown as string), TypeError, "got undefined");
});
