/** What the routes say of topics. @module */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DEFAULT_HISTORY, isSameRule, TopicRuleError, TopicRules } from "../../lib/pubsub/topic_rules.ts";

Deno.test("TopicRules knows no history of what nobody says anything of, or no", () => {
  assertEquals(new TopicRules().historyOf("a"), undefined);
  const rules = new TopicRules([{ file: "a.ts" }, { file: "b.ts", topics: { a: {}, b: { history: false } } }]);
  assertEquals([rules.historyOf("a"), rules.historyOf("b")], [undefined, undefined]);
});

Deno.test("TopicRules fills in what a route leaves out", () => {
  const rules = new TopicRules([{ file: "a.ts", topics: { a: { history: true }, b: { history: { ttlMs: 5 } } } }]);
  assertEquals(rules.historyOf("a"), DEFAULT_HISTORY);
  assertEquals(rules.historyOf("b"), { limit: DEFAULT_HISTORY.limit, ttlMs: 5 });
});

Deno.test("TopicRules takes the whole name before a beginning, and the longest beginning before a shorter one", () => {
  const history = (limit: number) => ({ history: { limit } });
  const topics = { "*": history(1), "a*": history(2), "ab*": { history: false }, "abc": history(4), "": history(9) };
  const rules = new TopicRules([{ file: "a.ts", topics }]);
  const limits = ["x", "a", "ax", "ab", "abx", "abc", "abcd"].map((topic) => rules.historyOf(topic)?.limit);
  assertEquals(limits, [1, 2, 2, undefined, undefined, 4, undefined]);
});

Deno.test("TopicRules takes any name for the longest of what says something of it", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 4 });
  fc.assert(fc.property(fc.dictionary(letters, fc.integer({ min: 1, max: 99 })), letters, (limits, topic) => {
    const topics = Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, { history: { limit } }]));
    const names = Object.keys(limits).filter((name) =>
      name.endsWith("*") ? topic.startsWith(name.slice(0, -1)) : name === topic
    );
    const isExact = (name: string): boolean => name === topic && !name.endsWith("*");
    const best = names.find(isExact) ?? names.sort((a, b) => b.length - a.length)[0];
    const rule = new TopicRules([{ file: "a.ts", topics }]).historyOf(topic);
    assertEquals(rule?.limit, best === undefined ? undefined : limits[best]);
  }));
});

Deno.test("TopicRules refuses two routes that say different things of one topic, and names both", () => {
  const error = assertThrows(
    () =>
      new TopicRules([
        { file: "a.ts", topics: { "room:*": { history: true } } },
        { file: "b.ts", topics: { "room:*": { history: { limit: 5 } } } },
      ]),
    TopicRuleError,
    "b.ts",
  );
  assertEquals(error.message.includes("a.ts"), true);
});

Deno.test("TopicRules takes two routes that say the same, and none that yields against one that does not", () => {
  const first = { file: "a.ts", topics: { a: { history: true } } };
  const same = { file: "b.ts", topics: { a: { history: { limit: 100, ttlMs: 300_000 } } } };
  const yielding = { file: "c.ts", topics: { a: { history: { limit: 1 } }, b: { history: { limit: 2 } } } };
  const rules = new TopicRules([first, same], [yielding, { file: "d.ts", topics: { b: { history: false } } }]);
  assertEquals([rules.historyOf("a"), rules.historyOf("b")?.limit], [DEFAULT_HISTORY, 2]);
});

Deno.test("isSameRule compares what is kept", () => {
  const rule = { limit: 1, ttlMs: 2 };
  assertEquals([isSameRule(undefined, undefined), isSameRule(rule, { ...rule })], [true, true]);
  assertEquals([isSameRule(rule, undefined), isSameRule(rule, { ...rule, ttlMs: 3 })], [false, false]);
});
