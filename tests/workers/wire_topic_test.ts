import { assertEquals } from "@std/assert";
import { readTopic, wireTopic } from "../../lib/workers/wire_topic.ts";

Deno.test("a topic is read as it was written, whatever characters it has", () => {
  for (
    const topic of ["a", "räume", "\u0001nodes", "\ufeffa", "\ud800", "x\udc00y", "\ufffd", "\ufdd0", '\ufdd0"a"', "👋"]
  ) {
    const bytes = new TextEncoder().encode(`..${wireTopic(topic)}..`);
    assertEquals(readTopic(bytes, 2, bytes.length - 2), topic);
  }
});

Deno.test("a topic without half a surrogate pair is written as it is", () => {
  assertEquals(wireTopic("räume:👋"), "räume:👋");
});
