import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { topicKey } from "../../lib/backplane/topic_key.ts";

Deno.test("letters, digits, - _ : and / stand for themselves, everything else is = and four digits", () => {
  assertEquals(topicKey("Room-1_a:b/c"), "Room-1_a:b/c");
  assertEquals(topicKey("=.*> {}$\u0000é"), "=003d=002e=002a=003e=0020=007b=007d=0024=0000=00e9");
  assertEquals(topicKey("😀\ud800"), "=d83d=de00=d800");
});

Deno.test("no two topics have one key, and a key holds nothing that a broker reads", () => {
  const topic = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
  const back = (key: string) =>
    key.replace(/=([0-9a-f]{4})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
  fc.assert(fc.property(topic, (text) => {
    assertMatch(topicKey(text), /^[A-Za-z0-9\-_:/=]*$/);
    assertEquals(back(topicKey(text)), text);
  }));
});
