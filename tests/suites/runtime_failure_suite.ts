/**
 * What every runtime must do when a handler fails, and when a message misses its schema.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { deliver, GONE, type RuntimeTest } from "./runtime_bench.ts";

export function describeFailures(test: RuntimeTest): void {
  for (
    const [text, told] of [["throw", "thrown"], ["reject", "rejected"], ["reject with nothing", "undefined"]] as const
  ) {
    test(`a handler that fails (${text}): error runs, it is logged, the peer fails`, async (bench) => {
      const { events, commands } = bench.connect("/failing");
      await events.open();
      await deliver(events, "fine");
      await deliver(events, text);
      await deliver(events, "after");
      await events.drain();
      await events.close(GONE);
      await commands.until(4);
      assertEquals(commands.calls, [["send", "fine"], ["send", `error: ${told}`], ["fail"], ["send", "close"]]);
      const { message, fields } = bench.line();
      assertStringIncludes(message, "failing.ts");
      const { error, ...others } = fields;
      assertEquals(others, { route: "/failing", file: "failing.ts", hook: "message", peer: "peer-1" });
      assertEquals(error instanceof Error ? error.message : String(error), told);
    });
  }

  for (const text of ["fail twice", "fail twice later"]) {
    test(`an error hook that fails itself (${text}) is logged too, and the peer fails once`, async (bench) => {
      const { events, commands } = bench.connect("/failing");
      await events.open();
      await deliver(events, text);
      await commands.until(2);
      assertEquals(commands.calls, [["send", "error: first"], ["fail"]]);
      assertEquals(bench.lines.map(({ fields }) => fields.hook), ["message", "error"]);
    });
  }

  test("every hook may fail without an error hook", async (bench) => {
    const message = bench.connect("/fragile");
    await message.events.open();
    await deliver(message.events, "x");
    const drain = bench.connect("/fragile");
    await drain.events.drain();
    const open = bench.connect("/fragile", { headers: [["x-open", "1"]] });
    await open.events.open();
    await deliver(open.events, "not delivered");
    await open.events.close(GONE);
    await Promise.all([message.commands.until(1), drain.commands.until(1), open.commands.until(2)]);
    assertEquals(message.commands.calls, [["fail"]]);
    assertEquals(drain.commands.calls, [["fail"]]);
    // Whose comes first is settled for one peer only.
    assertEquals(bench.lines.map(({ fields }) => fields.hook).sort(), ["close", "drain", "message", "open"]);
  });

  test("a failure of one peer is nobody else's", async (bench) => {
    const one = bench.connect("/failing", { id: "one" });
    const two = bench.connect("/failing", { id: "two" });
    await one.events.open();
    await two.events.open();
    await deliver(one.events, "throw");
    await deliver(two.events, "fine");
    await two.commands.until(1);
    assertEquals(two.commands.calls, [["send", "fine"]]);
  });
}

export function describeSchema(test: RuntimeTest): void {
  for (const text of ["now", "later"]) {
    test(`a message that matches the schema (${text}) is delivered with its value`, async (bench) => {
      const { events, commands } = bench.connect("/chat");
      await events.open();
      await deliver(events, JSON.stringify({ text }));
      await deliver(events, [1, 2, 3]);
      await commands.until(2);
      assertEquals(commands.calls, [["send", JSON.stringify({ text: text.toUpperCase() })], [
        "send",
        '{"byteLength":3}',
      ]]);
    });
  }

  for (const [what, text] of [["a miss", '{"text":8}'], ["a late miss", '{"text":7}'], ["no JSON", "{"]] as const) {
    test(`${what} closes with 1008 where no error hook is`, async (bench) => {
      const { events, commands } = bench.connect("/chat");
      await events.open();
      await deliver(events, text);
      await deliver(events, '{"text":"after"}');
      await commands.until(1);
      assertEquals(commands.calls, [["close", 1008, "message does not match the schema"]]);
      assertEquals(bench.lines, []);
    });

    test(`${what} is told to the error hook, and the connection stays`, async (bench) => {
      const { events, commands } = bench.connect("/forgiving");
      await events.open();
      await deliver(events, text);
      await deliver(events, '{"text":"after"}');
      await commands.until(2);
      const [told, after] = commands.calls;
      const problem = what === "no JSON" ? "it is not JSON" : "text: must be a string";
      assertStringIncludes(String(told?.[1]), `miss: 1 the message does not match the schema: ${problem}`);
      assertEquals(after, ["send", '{"text":"AFTER"}']);
      assertEquals(bench.lines, []);
    });
  }

  test("a schema that throws is a failure like a handler's", async (bench) => {
    const { events, commands } = bench.connect("/forgiving");
    await events.open();
    await deliver(events, '{"text":"fail"}');
    await commands.until(2);
    assertEquals(commands.calls, [["send", "error: Error: the schema failed"], ["fail"]]);
    assertEquals(bench.line().fields.hook, "message");
  });
}
