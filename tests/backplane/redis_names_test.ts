import { assertEquals } from "@std/assert";
import { readLive, topicNames } from "../../lib/backplane/redis_names.ts";

Deno.test("all keys of a topic are in one slot; channels carry the number of the database", () => {
  assertEquals(topicNames({ prefix: "sockeye", database: 3 }, "room:{1}"), {
    log: "sockeye:{room:=007b1=007d}:log",
    place: "sockeye:{room:=007b1=007d}:place",
    id: "sockeye:{room:=007b1=007d}:id:",
    live: "sockeye@3:{room:=007b1=007d}:live",
    sent: "sockeye@3:{room:=007b1=007d}:sent",
  });
});

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a live message is an epoch, an offset, and an envelope that may hold anything", () => {
  assertEquals(readLive(bytes("e1:42:a:b")), { epoch: "e1", offset: 42, bytes: bytes("a:b") });
  assertEquals(readLive(bytes("e1:1:")), { epoch: "e1", offset: 1, bytes: bytes("") });
});

for (const text of ["", ":", "::", ":1:x", "e1", "e1:42", "e1:x:y", "e1:0:y", "e1:-1:y", "e1:1.5:y", "e1::y"]) {
  Deno.test(`${JSON.stringify(text)} is no live message`, () => {
    assertEquals(readLive(bytes(text)), undefined);
  });
}
