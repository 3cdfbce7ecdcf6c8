import { FORM } from "../../lib/frame/mod.ts";
import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import type { Message, Peer } from "../../lib/route/mod.ts";
import { InlineEvents } from "../../lib/runtime/inline_events.ts";
import { checkRouteModule } from "../../lib/runtime/route_module.ts";
import { RunningRoute } from "../../lib/runtime/running_route.ts";
import { RecordedCommands } from "../suites/recorded_commands.ts";

/** A connection to a route with these members. */
function connect(route: Readonly<Record<string, unknown>>, isDevelopment = false) {
  const logged: unknown[] = [];
  const log = { error: (_: string, fields: Readonly<Record<string, unknown>>) => logged.push(fields), warn() {} };
  const loaded = checkRouteModule({ default: route }, { file: "one.ts", pattern: "/one" });
  const running = new RunningRoute(loaded, { deployment: "d-1", isDevelopment }, log);
  const commands = new RecordedCommands();
  return { events: new InlineEvents(running, commands), commands, running, logged };
}

const GONE = { code: 1006, reason: "", wasClean: false } as const;

Deno.test("InlineEvents returns no promise where handlers are synchronous", () => {
  const { events } = connect({ open() {}, message() {}, drain() {}, close() {} });
  assertStrictEquals(events.open(), undefined);
  assertStrictEquals(events.message(FORM.TEXT, new Uint8Array(4), 0, 4), undefined);
  assertStrictEquals(events.drain(), undefined);
  assertStrictEquals(events.close(GONE), undefined);
});

Deno.test("InlineEvents returns no promise where a handler returns what peer methods return", () => {
  const { events } = connect({
    open: (peer: Peer) => peer.subscribe("all"),
    message: (peer: Peer, message: Message) => peer.publish("all", message.text()),
    drain: (peer: Peer) => peer.send("x"),
  });
  assertStrictEquals(events.open(), undefined);
  assertStrictEquals(events.message(FORM.TEXT, new Uint8Array(4), 0, 4), undefined);
  assertStrictEquals(events.drain(), undefined);
});

Deno.test("InlineEvents returns no promise where a synchronous handler throws, or misses its schema", () => {
  const validate = () => ({ issues: [{ message: "never good" }] });
  const schema = { message: { "~standard": { version: 1, vendor: "test", validate } } };
  const missing = connect({ schema, message() {} });
  assertStrictEquals(missing.events.message(FORM.TEXT, new TextEncoder().encode("1"), 0, 1), undefined);
  assertEquals(missing.commands.calls.map(([name]) => name), ["close"]);
  const failing = connect({
    message() {
      throw new Error("x");
    },
  });
  assertStrictEquals(failing.events.message(FORM.TEXT, new Uint8Array(4), 0, 4), undefined);
  assertEquals(failing.commands.calls, [["fail"]]);
});

Deno.test("InlineEvents needs no hooks at all beside one", () => {
  const { events, commands } = connect({ upgrade() {} });
  events.open();
  events.message(FORM.TEXT, new Uint8Array(4), 0, 4);
  events.drain();
  events.close(GONE);
  assertEquals(commands.calls, []);
});

Deno.test("InlineEvents overwrites a kept view when the handler has settled, not before", async () => {
  const waiting = Promise.withResolvers<void>();
  const kept: Uint8Array[] = [];
  const { events } = connect({
    message(_: Peer, message: Message) {
      kept.push(message.view);
      return message.isText ? undefined : waiting.promise;
    },
  }, true);
  events.message(FORM.TEXT, new Uint8Array([1, 2, 3]), 0, 3);
  assertEquals([...kept[0]!], [0xdb, 0xdb, 0xdb]);
  const pending = events.message(0, new Uint8Array([1, 2, 3]), 0, 3);
  assertEquals([...kept[1]!], [1, 2, 3]);
  waiting.resolve();
  await pending;
  assertEquals([...kept[1]!], [0xdb, 0xdb, 0xdb]);
});

Deno.test("InlineEvents ends a message's time also where its handler failed", async () => {
  for (
    const fails of [() => Promise.reject(new Error("x")), () => {
      throw new Error("x");
    }]
  ) {
    const kept: Message[] = [];
    const { events } = connect({
      message(_: Peer, message: Message) {
        kept.push(message);
        return fails();
      },
    });
    await events.message(FORM.TEXT, new Uint8Array(4), 0, 4);
    assertThrows(() => kept[0]!.text(), TypeError, "after the handler had ended");
  }
});

Deno.test("InlineEvents waits for an asynchronous error hook before it fails the peer", async () => {
  const waiting = Promise.withResolvers<void>();
  const { events, commands } = connect({
    message() {
      throw new Error("x");
    },
    error: () => waiting.promise,
  });
  const pending = events.message(FORM.TEXT, new Uint8Array(4), 0, 4);
  assertEquals(commands.calls, []);
  waiting.resolve();
  await pending;
  assertEquals(commands.calls, [["fail"]]);
});

Deno.test("InlineEvents delivers a message whose peer left while its schema was thinking: it was sent before", async () => {
  const waiting = Promise.withResolvers<{ value: unknown }>();
  const schema = { message: { "~standard": { version: 1, vendor: "test", validate: () => waiting.promise } } };
  const { events, commands } = connect({
    schema,
    message(peer: Peer) {
      peer.send("delivered");
    },
  });
  const pending = events.message(FORM.TEXT, new TextEncoder().encode("1"), 0, 1);
  events.abort(new DOMException("left", "AbortError"));
  waiting.resolve({ value: 1 });
  await pending;
  assertEquals(commands.calls, [["send", "delivered"]]);
});

Deno.test("InlineEvents: an error that only looks like the signal's reason is a failure", async () => {
  const { events, commands, logged } = connect({
    message: () => Promise.reject(new DOMException("left", "AbortError")),
  });
  const pending = events.message(FORM.TEXT, new Uint8Array(4), 0, 4);
  events.abort(new DOMException("left", "AbortError"));
  await pending;
  assertEquals(commands.calls, [["fail"]]);
  assertEquals(logged.length, 1);
});

Deno.test("InlineEvents aborts the signal at the end even where nobody did before", () => {
  const peers: Peer[] = [];
  const { events } = connect({ open: (peer: Peer) => void peers.push(peer) });
  events.open();
  events.close(GONE);
  assertEquals(peers[0]?.signal.aborted, true);
  assertInstanceOf(peers[0]?.signal.reason, DOMException);
});

/** A request as the gateway gives it: its number, then its payload. */
function ask(events: InlineEvents, number: number, text: string): void | Promise<void> {
  const bytes = new TextEncoder().encode(`<1234${text}>`);
  new DataView(bytes.buffer).setUint32(1, number, true);
  return events.message(FORM.TEXT | FORM.REQUEST, bytes, 1, bytes.length - 1);
}

Deno.test("InlineEvents acknowledges a request whose handler says nothing, when it has settled, and not before", async () => {
  const waiting = Promise.withResolvers<void>();
  const { events, commands } = connect({
    message(_: Peer, message: Message) {
      if (message.text() === "reply") message.reply("answer");
      return message.text() === "wait" ? waiting.promise : undefined;
    },
  });
  assertStrictEquals(ask(events, 1, "now"), undefined);
  assertStrictEquals(ask(events, 2, "reply"), undefined);
  const pending = ask(events, 3, "wait");
  assertEquals(commands.calls, [["reply", 1, undefined], ["reply", 2, "answer"]]);
  waiting.resolve();
  await pending;
  assertEquals(commands.calls.at(-1), ["reply", 3, undefined]);
});

Deno.test("InlineEvents acknowledges a request that nobody handles", () => {
  const { events, commands } = connect({ open() {} });
  ask(events, 7, "x");
  assertEquals(commands.calls, [["reply", 7, undefined]]);
});

Deno.test("InlineEvents: a request whose handler fails is not acknowledged", async () => {
  for (
    const fails of [() => Promise.reject(new Error("x")), () => {
      throw new Error("x");
    }]
  ) {
    const { events, commands } = connect({ message: fails });
    await ask(events, 7, "x");
    assertEquals(commands.calls, [["fail"]]);
    await ask(events, 8, "after");
    assertEquals(commands.calls, [["fail"]]);
  }
});

Deno.test("InlineEvents: a request that misses its schema is acknowledged where the error hook takes it on", async () => {
  const validate = (value: unknown) => ({ issues: [{ message: `never good: ${value}` }] });
  const schema = (isLate: boolean) => ({
    message: {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value: unknown) => isLate ? Promise.resolve(validate(value)) : validate(value),
      },
    },
  });
  for (const isLate of [false, true]) {
    const forgiving = connect({ schema: schema(isLate), message() {}, error: () => Promise.resolve() });
    await ask(forgiving.events, 7, "1");
    assertEquals(forgiving.commands.calls, [["reply", 7, undefined]]);
    const strict = connect({ schema: schema(isLate), message() {} });
    await ask(strict.events, 7, "1");
    assertEquals(strict.commands.calls.map(([name]) => name), ["close"]);
    const failing = connect({
      schema: schema(isLate),
      message() {},
      error() {
        throw new Error("not this either");
      },
    });
    await ask(failing.events, 7, "1");
    assertEquals(failing.commands.calls, [["fail"]]);
  }
});

Deno.test("InlineEvents: a request of a peer that its handler has closed, or lost, is not acknowledged", async () => {
  const closing = connect({ message: (peer: Peer) => peer.close() });
  await ask(closing.events, 7, "x");
  assertEquals(closing.commands.calls.map(([name]) => name), ["close"]);
  const waiting = Promise.withResolvers<void>();
  const replies: Array<() => void> = [];
  const lost = connect({
    message(_: Peer, message: Message) {
      replies.push(() => message.reply("late"));
      return waiting.promise;
    },
  });
  const pending = ask(lost.events, 7, "x");
  lost.events.revoke(new DOMException("swapped", "AbortError"));
  replies[0]!();
  waiting.resolve();
  await pending;
  assertEquals(lost.commands.calls, []);
});

for (const hook of ["subscribe", "authenticate"] as const) {
  Deno.test(`InlineEvents.${hook} asks its hook, and whatever is not true is a no`, async () => {
    const told: unknown[] = [];
    const answers: unknown[] = [true, false, undefined, 1, Promise.resolve(true), Promise.resolve("yes")];
    const { events } = connect({
      [hook](peer: Peer, text: string) {
        told.push([peer.id, text]);
        return answers[told.length - 1];
      },
    });
    assertEquals([0, 1, 2, 3].map(() => events[hook]("x")), [true, false, false, false]);
    assertEquals([await events[hook]("x"), await events[hook]("y")], [true, false]);
    assertEquals(told.at(-1), ["peer-1", "y"]);
  });

  Deno.test(`InlineEvents.${hook} is a no without the hook, for a peer that is over, and when it fails`, async () => {
    assertEquals(connect({ open() {} }).events[hook]("x"), false);
    for (
      const fails of [() => Promise.reject(new Error("x")), () => {
        throw new Error("x");
      }]
    ) {
      const { events, commands, logged } = connect({ [hook]: fails, error: () => Promise.resolve() });
      assertEquals(await events[hook]("x"), false);
      assertEquals([commands.calls, logged.length], [[["fail"]], 1]);
      assertEquals(await events[hook]("x"), false);
      assertEquals(logged.length, 1);
    }
  });
}
