/**
 * What every runtime must do for one connection: call its handlers, and carry out what they ask of the peer.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { deliver, encoder, GONE, type RuntimeTest } from "./runtime_bench.ts";

export function describeHandlers(test: RuntimeTest): void {
  test("descriptors say what each route handles", ({ runtime }) => {
    const short = runtime.descriptors.map(({ pattern, file, isWebSocket, canResume, methods }) => ({
      pattern,
      file,
      isWebSocket,
      canResume,
      methods: methods.join(),
    }));
    const plain = { isWebSocket: true, canResume: false, methods: "" };
    assertEquals(short.find((one) => one.pattern === "/echo"), { ...plain, pattern: "/echo", file: "echo.ts" });
    assertEquals(
      short.find((one) => one.pattern === "/gate/[door]"),
      { ...plain, pattern: "/gate/[door]", file: "gate/[door].ts" },
    );
    assertEquals(runtime.descriptors.find((one) => one.pattern === "/gate/[door]")?.hasUpgrade, true);
    assertEquals(short.find((one) => one.pattern === "/moving")?.canResume, true);
    assertEquals(
      short.find((one) => one.pattern === "/page"),
      { pattern: "/page", file: "page.ts", isWebSocket: false, canResume: false, methods: "GET,POST" },
    );
    return Promise.resolve();
  });

  test("open, message, drain and close reach their hooks in order", async (bench) => {
    const { events, commands } = bench.connect("/echo");
    await events.open();
    await deliver(events, "hé");
    await deliver(events, [0, 255, 7]);
    await events.drain();
    await events.close({ code: 4000, reason: "bye", wasClean: true });
    await commands.until(5);
    assertEquals(commands.calls, [
      ["send", "open"],
      ["send", "hé"],
      ["send", [0, 255, 7]],
      ["send", "drain"],
      ["send", "close 4000 bye true true"],
    ]);
    assertEquals(bench.lines, []);
  });

  test("a message is sent and published as what it is", async (bench) => {
    const { events, commands } = bench.connect("/relay");
    await deliver(events, "hé");
    await deliver(events, [0, 255, 7]);
    await commands.until(6);
    assertEquals(commands.calls, [
      ["send", "hé"],
      ["publish", "all", "hé", false],
      ["send", "hé"],
      ["send", [0, 255, 7]],
      ["publish", "all", [0, 255, 7], false],
      // Bytes that were asked for as text are a text.
      ["send", "\0\ufffd\x07"],
    ]);
    assertEquals(bench.lines, []);
  });

  test("an asynchronous handler is waited for, and its message lasts as long", async (bench) => {
    const { events, commands } = bench.connect("/slow");
    await events.open();
    await deliver(events, "one");
    await commands.until(1);
    assertEquals(commands.calls, [["send", "late one 3"]]);
  });

  test("abort reaches a pending handler at once, and its rejection with the signal's reason is no failure", async (bench) => {
    const { events, commands } = bench.connect("/slow");
    await events.open();
    const pending = deliver(events, "wait");
    await commands.until(1);
    events.abort(new DOMException("the client left", "AbortError"));
    await pending;
    // It was sent before the client left.
    await deliver(events, "last");
    await events.close(GONE);
    await commands.until(3);
    assertEquals(commands.calls, [["send", "waiting"], ["send", "late last 4"], ["send", "close the client left"]]);
    assertEquals(bench.lines, []);
  });

  const endings = [["close", "close", 1000, ""], ["close with", "close", 4001, "enough"], ["terminate", "terminate"]];
  for (const [how, ...command] of endings) {
    test(`after peer.${how} nothing is called but close`, async (bench) => {
      const { events, commands } = bench.connect("/ending");
      await events.open();
      await deliver(events, String(how));
      await deliver(events, "after");
      await events.drain();
      await events.close(GONE);
      await commands.until(3);
      assertEquals(commands.calls, [["send", `message ${how}`], command as [string], ["send", "close"]]);
    });
  }
}

export function describePeer(test: RuntimeTest): void {
  test("a peer says who it is, and its commands arrive", async (bench) => {
    const { events, commands } = bench.connect("/rooms/[room]", {
      id: "p-9",
      url: "https://example.com/rooms/blue?x=1",
      headers: [["host", "example.com"], ["x-a", "1"], ["x-a", "2"], ["cookie", "a=1"], ["cookie", "b=2"]],
      params: { room: "blue" },
      subprotocol: "chat",
      context: { said: "nothing" },
    });
    await events.open();
    await deliver(events, "hello");
    await commands.until(5);
    const [subscribed, sent, ...others] = commands.calls;
    assertEquals(subscribed, ["subscribe", "room:blue"]);
    assertEquals(JSON.parse(sent?.[1] as string), {
      id: "p-9",
      url: "https://example.com/rooms/blue?x=1",
      params: { room: "blue" },
      remoteAddress: "192.0.2.7",
      subprotocol: "chat",
      context: { said: "nothing" },
      transport: "websocket",
      bufferedAmount: 0,
      deployment: "d-1",
      topics: ["room:blue"],
      method: "GET",
      headers: [["cookie", "a=1; b=2"], ["host", "example.com"], ["x-a", "1, 2"]],
    });
    assertEquals(others, [
      ["publish", "room:blue", "hello", false],
      ["publish", "room:blue", [...encoder.encode("hello")], true],
      ["unsubscribe", "room:blue"],
    ]);
    assertEquals(commands.context, { said: "hello" });
  });

  for (const [call, outcome] of MISUSE) {
    test(`${JSON.stringify(call)} is ${outcome}`, async (bench) => {
      const { events, commands } = bench.connect("/misuse");
      await events.open();
      await deliver(events, JSON.stringify(call));
      await commands.until(1);
      assertEquals(commands.calls.length, 1, "the command itself must not arrive");
      assertStringIncludes(String(commands.calls[0]?.[1]), outcome);
    });
  }

  test("ping and close pass on what is allowed", async (bench) => {
    const { events, commands } = bench.connect("/misuse");
    await events.open();
    await deliver(events, '["ping"]');
    await deliver(events, '["ping", "hé"]');
    await deliver(events, '["close", "$undefined", "why"]');
    await commands.until(6);
    assertEquals(commands.calls, [
      ["ping", []],
      ["send", "no error"],
      ["ping", [...encoder.encode("hé")]],
      ["send", "no error"],
      ["close", 1000, "why"],
      ["send", "no error"],
    ]);
  });
}

const MISUSE: ReadonlyArray<readonly [call: readonly unknown[], outcome: string]> = [
  [
    ["send", { a: 1 }],
    "TypeError: peer.send takes a string, an ArrayBuffer, a view of one, or a message, not an object",
  ],
  [["send", { a: 1 }], "JSON.stringify makes a string of it"],
  [["send", 7], "TypeError: peer.send takes a string, an ArrayBuffer, a view of one, or a message, not 7 (a number)"],
  [["send", null], "not null"],
  [["send", "$blob"], "not an object of type Blob"],
  [["send"], "not undefined"],
  [["publish", "topic", [1]], "TypeError: peer.publish takes a string"],
  [["publish", 7, "text"], "TypeError: peer.publish takes the topic's name as a string, not 7 (a number)"],
  [["subscribe", null], "TypeError: peer.subscribe takes the topic's name as a string, not null"],
  [["unsubscribe", {}], "TypeError: peer.unsubscribe takes the topic's name as a string"],
  [["ping", "$bytes126"], "RangeError: peer.ping takes at most 125 bytes, not 126"],
  [["ping", 7], "TypeError: peer.ping takes a string or a Uint8Array, not 7"],
  [["close", 1005], "TypeError: peer.close takes the codes 1000–1003, 1007–1009, 1011–1014, 3000–4999, not 1005"],
  [["close", 1010], "TypeError: peer.close takes the codes"],
  [["close", 5000], "TypeError: peer.close takes the codes"],
  [["close", "1000"], "TypeError: peer.close takes the codes"],
  [["close", 1000.5], "TypeError: peer.close takes the codes"],
  [["close", 1000, "$long"], "TypeError: peer.close takes a reason of at most 123 bytes of UTF-8, not 124"],
  [["close", 1000, 7], "TypeError: peer.close takes a string as reason, not 7"],
  [["context", "$function"], "TypeError: peer.context must be a structured-cloneable value"],
  [["context", "$symbol"], "TypeError: peer.context must be a structured-cloneable value"],
  [["context", "$large"], "RangeError: peer.context takes at most 16384 bytes"],
  [["context", "$largeBytes"], "RangeError: peer.context takes at most 16384 bytes"],
];
