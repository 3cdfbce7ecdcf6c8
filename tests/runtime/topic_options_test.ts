import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { checkTopicOptions } from "../../lib/runtime/topic_options.ts";

Deno.test("checkTopicOptions gives what a route says of topics", () => {
  const all = {
    "news": {},
    "chat": { history: false },
    "log": { history: undefined },
    "room:*": { history: true },
    "*": { history: {} },
    "feed:*": { history: { limit: 1, ttlMs: 1000 } },
    "feed:long": { history: { limit: 10_000, ttlMs: 2_592_000_000 } },
  };
  assertStrictEquals<unknown>(checkTopicOptions(all), all);
  assertEquals(checkTopicOptions({}), {});
});

for (
  const [topics, problem] of [
    [5, 'its "topics" must be an object: topics: { "room:*": { history: true } }'],
    [null, 'its "topics" must be an object'],
    [[], 'its "topics" must be an object'],
    [{ "": {} }, 'its "topics" say of "": it is no topic: A topic has 1 to 256 characters'],
    [{ "a\n*": {} }, "A topic has no control characters"],
    [{ ["x".repeat(257)]: {} }, "A topic has 1 to 256 characters; this one has 257"],
    [{ "a*b": {} }, 'its "topics" say of "a*b": a "*" may stand at the end only'],
    [{ "a**": {} }, 'a "*" may stand at the end only'],
    [{ a: true }, "it must be an object, as in { history: true }"],
    [{ a: { histroy: true } }, 'unknown key "histroy"; did you mean "history"?'],
    [{ a: { presence: true } }, 'unknown key "presence"; allowed: history'],
    [{ a: { history: 5 } }, "history must be true, false or { limit, ttlMs }"],
    [{ a: { history: null } }, "history must be true, false or { limit, ttlMs }"],
    [{ a: { history: { ttl: 5 } } }, 'unknown key "history.ttl"; '],
    [{ a: { history: { limit: 0 } } }, "history.limit must be a whole number of publications from 1 to 10000, not 0"],
    [{ a: { history: { limit: 10_001 } } }, "not 10001"],
    [{ a: { history: { limit: 1.5 } } }, "not 1.5"],
    [{ a: { history: { limit: "5" } } }, "history.limit must be a whole number of publications"],
    [
      { a: { history: { ttlMs: 999 } } },
      "history.ttlMs must be a whole number of milliseconds from 1000 to 2592000000",
    ],
    [{ a: { history: { ttlMs: 2_592_000_001 } } }, "not 2592000001"],
  ] as const
) {
  Deno.test(`checkTopicOptions refuses ${JSON.stringify(topics).slice(0, 60)}`, () => {
    assertThrows(() => checkTopicOptions(topics), TypeError, problem);
  });
}
