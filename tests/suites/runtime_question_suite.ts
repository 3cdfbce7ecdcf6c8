/**
 * What every runtime must do when a client waits for an answer: to a request, to its token, to a subscription.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ask, deliver, GONE, type RuntimeTest } from "./runtime_bench.ts";

export function describeRequests(test: RuntimeTest): void {
  test("a request is answered by its handler, with whatever a message may be", async (bench) => {
    const { events, commands } = bench.connect("/requests");
    await events.open();
    await ask(events, 7, "hé");
    await ask(events, 0xffffffff, "bytes");
    await ask(events, 8, "itself");
    await ask(events, 9, "later");
    await commands.until(4);
    assertEquals(commands.calls, [
      ["reply", 7, "true 3 hé"],
      ["reply", 0xffffffff, [1, 2]],
      ["reply", 8, "itself"],
      ["reply", 9, "later"],
    ]);
    assertEquals(bench.lines, []);
  });

  test("a request that nothing is said to is acknowledged when its handler has settled, in order", async (bench) => {
    const { events, commands } = bench.connect("/requests");
    await events.open();
    await ask(events, 1, "nothing later");
    await ask(events, 2, "nothing");
    await ask(events, 3, "3");
    await ask(events, 4, "nothing");
    await commands.until(5);
    assertEquals(commands.calls, [
      ["send", "no reply"],
      ["reply", 1, undefined],
      ["reply", 2, undefined],
      ["reply", 3, "true 1 3"],
      ["reply", 4, undefined],
    ]);
  });

  test("a request has one answer, and none that cannot be one", async (bench) => {
    const { events, commands } = bench.connect("/requests");
    await events.open();
    await ask(events, 1, "twice");
    await ask(events, 2, "object");
    await commands.until(4);
    assertEquals(commands.calls.map(([name, first]) => [name, name === "reply" ? first : "…"]), [
      ["reply", 1],
      ["send", "…"],
      ["send", "…"],
      ["reply", 2],
    ]);
    assertEquals(commands.calls[0], ["reply", 1, "once"]);
    assertStringIncludes(String(commands.calls[1]![1]), "TypeError: message.reply was called a second time");
    assertStringIncludes(String(commands.calls[2]![1]), "TypeError: message.reply takes a string");
    assertEquals(commands.calls[3], ["reply", 2, undefined]);
  });

  test("a reply that comes after the handler is too late", async (bench) => {
    const { events, commands } = bench.connect("/requests");
    await events.open();
    await ask(events, 1, "keep");
    await deliver(events, "late");
    await commands.until(2);
    assertEquals(commands.calls[0], ["reply", 1, undefined]);
    assertStringIncludes(
      String(commands.calls[1]?.[1]),
      "TypeError: message.reply was called after the handler had ended",
    );
  });

  test("a message that is no request cannot be replied to", async (bench) => {
    const { events, commands } = bench.connect("/requests");
    await events.open();
    await deliver(events, "plain");
    await commands.until(1);
    assertStringIncludes(String(commands.calls[0]?.[1]), "false TypeError: message.reply answers a request");
  });

  for (const [text, before] of [["throw", []], ["throw after", [["reply", 1, "before"]]]] as const) {
    test(`a request whose handler fails (${text}) is not acknowledged, nor those after it`, async (bench) => {
      const { events, commands } = bench.connect("/requests");
      await events.open();
      await ask(events, 1, text);
      await ask(events, 2, "after");
      await events.close(GONE);
      await commands.until(before.length + 1);
      assertEquals(commands.calls, [...before, ["fail"]]);
      assertEquals(bench.line().fields.hook, "message");
    });
  }

  test("a request whose handler closes the peer is not acknowledged", async (bench) => {
    const { events, commands } = bench.connect("/requests");
    await events.open();
    await ask(events, 1, "close");
    await events.close(GONE);
    await commands.until(1);
    assertEquals(commands.calls, [["close", 4000, "enough"]]);
  });

  test("a request of a route with a schema is checked, and acknowledged where the error hook takes it on", async (bench) => {
    const { events, commands } = bench.connect("/forgiving");
    await events.open();
    await ask(events, 1, '{"text":8}');
    await ask(events, 2, '{"text":7}');
    await ask(events, 3, '{"text":"fine"}');
    await commands.until(6);
    assertEquals(commands.calls.map(([name, given]) => name === "reply" ? given : name), [
      "send",
      1,
      "send",
      2,
      "send",
      3,
    ]);
  });
}

export function describeQuestions(test: RuntimeTest): void {
  test("descriptors say which routes ask for a token, and what they say of topics", ({ runtime }) => {
    const of = (pattern: string) => runtime.descriptors.find((one) => one.pattern === pattern)!;
    assertEquals([of("/gatekeeper").hasAuthenticate, of("/echo").hasAuthenticate], [true, undefined]);
    assertEquals([of("/gatekeeper").topics, of("/echo").topics], [{ "gate:*": { history: { limit: 50 } } }, undefined]);
    return Promise.resolve();
  });

  test("authenticate may admit for a while, or for good; a subscription is no such thing", async (bench) => {
    const { events } = bench.connect("/gatekeeper");
    assertEquals(await events.authenticate("for a while"), { expiresInMs: 60_000 });
    assertEquals(await events.authenticate("for a while, later"), { expiresInMs: 60_000 });
    assertEquals(await events.authenticate("for good"), true);
    assertEquals(await events.subscribe("for a while"), false);
  });

  test("an admission that does not say how long is a failure like a handler's, and a no", async (bench) => {
    const { events, commands } = bench.connect("/gatekeeper");
    assertEquals(await events.authenticate("for no time"), false);
    await commands.until(2);
    assertEquals(commands.calls.at(-1)?.[0], "fail");
    assertEquals(bench.line().fields.hook, "authenticate");
  });

  for (const hook of ["subscribe", "authenticate"] as const) {
    test(`${hook} is asked, and only true is a yes`, async (bench) => {
      const { events, commands } = bench.connect("/gatekeeper");
      const answers: unknown[] = [];
      for (const text of ["yes", "yes later", "truthy", "no"]) answers.push(await events[hook](text));
      await commands.until(4);
      assertEquals(answers, [true, true, false, false]);
      assertEquals(commands.calls.map(([, text]) => text), [
        "asked yes",
        "asked yes later",
        "asked truthy",
        "asked no",
      ]);
    });

    for (const text of ["throws", "rejects"]) {
      test(`${hook} that ${text} is a no, and a failure like a handler's`, async (bench) => {
        const { events, commands } = bench.connect("/gatekeeper");
        assertEquals(await events[hook](text), false);
        assertEquals(await events[hook]("yes"), false);
        await commands.until(2);
        assertEquals(commands.calls, [["send", `asked ${text}`], ["fail"]]);
        assertEquals(bench.line().fields.hook, hook);
      });
    }

    test(`${hook} is a no without the hook`, async (bench) => {
      const { events, commands } = bench.connect("/echo");
      assertEquals(await events[hook]("yes"), false);
      assertEquals(commands.calls, []);
    });

    test(`${hook} comes after the messages before it, and before those after it`, async (bench) => {
      const { events, commands } = bench.connect("/gatekeeper");
      await events.open();
      await deliver(events, "before");
      assertEquals(await events[hook]("yes"), true);
      await deliver(events, "after");
      await commands.until(3);
      assertEquals(commands.calls.map(([, text]) => text), ["before", "asked yes", "after"]);
    });
  }
}
