import { assertEquals, assertThrows } from "@std/assert";
import { checkTopicName, checkTopicText } from "../../lib/runtime/topic_name.ts";

Deno.test("checkTopicName gives what may be a topic, and refuses what may not", () => {
  assertEquals(checkTopicName("subscribe", "room:1"), "room:1");
  assertThrows(
    () => checkTopicName("subscribe", 7),
    TypeError,
    "peer.subscribe takes the topic's name as a string, not 7",
  );
  assertThrows(() => checkTopicName("subscribe", ""), TypeError, "1 to 256 characters");
  assertThrows(() => checkTopicName("subscribe", "a\n"), TypeError, "no control characters");
});

Deno.test("checkTopicText leaves the characters to others", () => {
  assertEquals(checkTopicText("publish", ""), "");
  assertThrows(
    () => checkTopicText("publish", null),
    TypeError,
    "peer.publish takes the topic's name as a string, not null",
  );
});
