/** A runtime whose code is elsewhere, and ends; what every runtime must do stands in the suite. @module */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { unpackExchange } from "../../../lib/runtime/remote/exchange_payload.ts";
import { PROBE_INTERVAL_MS } from "../../../lib/runtime/remote/remote_link.ts";
import { READY_TIMEOUT_MS, RESTART_PATIENCE_MS } from "../../../lib/runtime/remote/remote_runtime.ts";
import { FIRST_BACKOFF_MS, MAX_ENDS } from "../../../lib/runtime/remote/supervisor.ts";
import { errorRecord } from "../../../lib/runtime/remote/value.ts";
import { DOWN, UP } from "../../../lib/runtime/remote/wire.ts";
import { RecordedCommands } from "../../suites/recorded_commands.ts";
import { FORGED_ANSWERS } from "./support/forged_records.ts";
import { isSettled } from "./support/peer_bench.ts";
import { turns, valueOf } from "./support/records.ts";
import { answering, parts, type REQUEST, serving, statusOf } from "./support/serving.ts";

Deno.test("RemoteRuntime has the descriptors of its code, which are asked of it first", async () => {
  const routes = [{}, { pattern: "/rooms/[room]", isWebSocket: false, methods: ["GET"] as const }];
  const { load } = parts({ routes });
  const { descriptors, kind } = await load();
  assertEquals(kind, "process");
  assertEquals(descriptors.map(({ pattern, hasUpgrade }) => [pattern, hasUpgrade]), [
    ["/", true],
    ["/rooms/[room]", false],
  ]);
});

Deno.test("RemoteRuntime.load says why the code cannot be loaded, and leaves nothing behind", async () => {
  const { load, code, clock } = parts({
    react({ kind }, life) {
      if (kind === DOWN.BOOT) {
        life.say((writer) => writer.putValue(UP.UNFIT, 0, 0, errorRecord(new TypeError("a.ts: it exports no route"))));
      }
      return true;
    },
  });
  await assertRejects(load, Error, "a.ts: it exports no route");
  assertEquals([code.life.isKilled, clock.pendingTimers], [true, 0]);
});

Deno.test("RemoteRuntime.load gives code up that is not loaded in time", async () => {
  const { load, code, clock } = parts({ react: () => true });
  const loading = assertRejects(load, Error, `loading the code took longer than ${READY_TIMEOUT_MS} ms`);
  await code.told(DOWN.BOOT);
  clock.advance(READY_TIMEOUT_MS);
  await loading;
  assertEquals([code.life.isKilled, clock.pendingTimers], [true, 0]);
});

Deno.test("RemoteRuntime is started once; code whose start fails is stopped", async () => {
  const { runtime } = await serving();
  await assertRejects(() => runtime.start(), Error, "started before");

  const failing = parts({
    react({ kind, id }, life) {
      if (kind !== DOWN.START) return false;
      life.say((writer) => writer.putValue(UP.FAILURE, 0, id, errorRecord(new Error("code.ts: start failed"))));
      return true;
    },
  });
  const other = await failing.load();
  await assertRejects(() => other.start(), Error, "code.ts: start failed");
  assertEquals([failing.code.life.of(DOWN.STOP).length, failing.code.life.isKilled], [1, true]);
});

Deno.test("RemoteRuntime.stop lets the code stop, ends it, and starts nothing again", async () => {
  const { runtime, code, clock, attach } = await serving({ routes: [{ canResume: false }] });
  const { commands } = attach();
  await Promise.all([runtime.stop(), runtime.stop()]);
  // Whoever stops it knows what becomes of its peers.
  assertEquals(commands.calls, []);
  assertEquals([code.life.of(DOWN.STOP).length, code.life.isKilled, clock.pendingTimers], [1, true, 0]);
  clock.advance(60_000);
  assertEquals(code.lives.length, 1);
});

Deno.test("RemoteRuntime.stop of code that ends meanwhile, or is away, is done", async () => {
  const ending = await serving({
    react({ kind }, life) {
      if (kind === DOWN.STOP) life.end("it exited with 0");
      return false;
    },
  });
  await ending.runtime.stop();
  const away = await serving();
  away.code.life.end("it exited with 1");
  await away.runtime.stop();
  away.clock.advance(60_000);
  await turns();
  assertEquals([away.code.lives.length, away.clock.pendingTimers], [1, 0]);
});

Deno.test("RemoteRuntime.stop while new code is started ends that too", async () => {
  let isFit = true;
  const { runtime, code, clock } = await serving({ react: ({ kind }) => kind === DOWN.START && !isFit });
  isFit = false;
  code.life.end("it exited with 1");
  clock.advance(FIRST_BACKOFF_MS);
  const { id } = await code.told(DOWN.START);
  await runtime.stop();
  code.life.answer(id, undefined);
  await turns();
  assertEquals([code.lives.length, code.life.isKilled, clock.pendingTimers], [2, true, 0]);
});

Deno.test("RemoteRuntime has no route beyond its descriptors", async () => {
  const { runtime } = await serving();
  assertThrows(() => runtime.attach(1, new RecordedCommands()), RangeError, "1 routes, none at 1");
});

Deno.test("RemoteRuntime accepts an upgrade at once where the route has no hook", async () => {
  const { runtime, question } = await serving();
  assertEquals(runtime.upgrade(0, question()), { accept: true });
});

Deno.test("RemoteRuntime takes the code's acceptance, and shows it nothing of what is withheld", async () => {
  const accepted = { accept: true, headers: [["x-room", "blue"]], subprotocol: "chat", context: { name: "Ada" } };
  const { runtime, question, code } = await serving({
    ...answering(accepted),
    withheldFields: new Set(["cookie", "authorization"]),
  });
  const abort = new AbortController();
  assertEquals(await runtime.upgrade(0, question(abort.signal)), accepted as unknown);
  const { request } = valueOf(code.life.of(DOWN.UPGRADE)[0]!) as { readonly request: typeof REQUEST };
  assertEquals(request.headers as unknown, [["host", "example.com"]]);
  // The answer is there: nobody who leaves then calls anything off.
  abort.abort();
  await turns();
  assertEquals(code.life.of(DOWN.CANCEL), []);
});

for (const [what, value] of FORGED_ANSWERS) {
  Deno.test(`RemoteRuntime ends code that answers an upgrade with ${what}`, async () => {
    const { runtime, question, code, logged } = await serving(answering(value));
    assertEquals(await statusOf(runtime.upgrade(0, question())), 503);
    assertEquals(code.life.isKilled, true);
    assertStringIncludes(logged[0]!, "it broke the rules of its channel");
  });
}

Deno.test("RemoteRuntime answers 500 where the hook fails, and says why in the log", async () => {
  const { runtime, question, logged } = await serving({
    routes: [{ hasUpgrade: true, file: "room.ts" }],
    react({ kind, id }, life) {
      if (kind !== DOWN.UPGRADE && kind !== DOWN.EXCHANGE) return false;
      life.say((writer) => writer.putValue(UP.FAILURE, 0, id, errorRecord(new Error("no database"))));
      return true;
    },
  });
  assertEquals(await statusOf(runtime.upgrade(0, question())), 500);
  const request = new Request("http://example.com/", { method: "POST", body: "x" });
  assertEquals((await runtime.exchange(0, request, {}, "192.0.2.7")).status, 500);
  assertEquals(logged, ["error: room.ts: upgrade failed: no database", "error: room.ts: post failed: no database"]);
});

Deno.test("RemoteRuntime says so when nobody waits for the answer any more, before or while it is asked for", async () => {
  const { runtime, question, code } = await serving({
    routes: [{ hasUpgrade: true }],
    react: ({ kind }) => kind === DOWN.UPGRADE,
  });
  const abort = new AbortController();
  const first = runtime.upgrade(0, question(abort.signal));
  const { id } = await code.told(DOWN.UPGRADE);
  assertEquals(code.life.of(DOWN.CANCEL), []);
  abort.abort();
  assertEquals((await code.told(DOWN.CANCEL)).id, id);
  const second = runtime.upgrade(0, question(abort.signal));
  assertEquals((await code.told(DOWN.CANCEL, 2)).id, (await code.told(DOWN.UPGRADE, 2)).id);
  code.life.end("it exited with 0");
  assertEquals([await statusOf(first), await statusOf(second)], [503, 503]);
});

Deno.test("RemoteRuntime.exchange shows the code the request, without what is withheld, and passes its answer on", async () => {
  const { runtime, code } = await serving({
    withheldFields: new Set(["cookie"]),
    react({ kind, id }, life) {
      if (kind === DOWN.EXCHANGE) {
        life.answer(id, { status: 201, statusText: "Made", headers: [["x-a", "b"]], hasBody: true });
      } else if (kind === DOWN.PULL) {
        const isFirst = life.of(DOWN.PULL).length === 1;
        life.say((writer) => isFirst ? writer.putText(UP.BODY, 0, id, "part") : writer.putEmpty(UP.BODY, 1, id));
      } else return false;
      return true;
    },
  });
  const request = new Request("http://example.com/x", {
    method: "POST",
    body: "ä",
    headers: { cookie: "secret", "x-b": "c", "content-type": "text/plain" },
  });
  const response = await runtime.exchange(0, request, { room: "a" }, "192.0.2.7");
  assertEquals([response.status, response.statusText, response.headers.get("x-a")], [201, "Made", "b"]);
  assertEquals(await response.text(), "part");
  const payload = Uint8Array.from(code.life.of(DOWN.EXCHANGE)[0]!.payload);
  const { call, body } = unpackExchange(payload, 0, payload.length);
  assertEquals(new TextDecoder().decode(body), "ä");
  assertEquals(call, {
    route: 0,
    method: "POST",
    url: "http://example.com/x",
    params: { room: "a" },
    remoteAddress: "192.0.2.7",
    headers: [["content-type", "text/plain"], ["x-b", "c"]],
    hasBody: true,
  });
  await runtime.idle();
});

Deno.test("RemoteRuntime.idle resolves when no upgrade and no exchange is under way", async () => {
  const { runtime, question, code } = await serving({
    routes: [{ hasUpgrade: true }],
    react: ({ kind }) => kind === DOWN.UPGRADE,
  });
  let isIdle = false;
  const upgrade = runtime.upgrade(0, question());
  const idle = runtime.idle().then(() => isIdle = true);
  const { id } = await code.told(DOWN.UPGRADE);
  await turns();
  assertEquals(isIdle, false);
  code.life.answer(id, { accept: true });
  await Promise.all([upgrade, idle]);
});

Deno.test("RemoteRuntime passes publications on to topics that were granted, and ends code that uses another, or none", async () => {
  const { code, published, logged } = await serving({ mayUseTopic: (topic) => topic === "mine" });
  const publish = (topic: string): void =>
    code.life.say((writer) => {
      const name = new TextEncoder().encode(topic);
      writer.putTexts(UP.PUBLISH_ALL, 1, 0, Uint8Array.from([9, 0, 0, 0, name.length, 0, ...name]), "hello");
    });
  publish("mine");
  assertEquals([published, code.life.isKilled], [[["mine", "hello"]], false]);
  publish("theirs");
  assertEquals([published.length, code.life.isKilled], [1, true]);
  assertStringIncludes(logged[0]!, "the topic theirs, which was not granted");
  const other = await serving();
  const { commands } = other.attach();
  other.code.life.say((writer) => writer.putValue(UP.SUBSCRIBE, 0, 1, { call: 1, topic: "" }));
  assertEquals([commands.topics.names.size, other.code.life.isKilled], [0, true]);
});

// Crashes.

Deno.test("a crash: peers of a route with resume are resumed by new code with the reason crash, others fail", async () => {
  const { code, clock, opened, logged } = await serving({
    routes: [{}, { pattern: "/other", file: "other.ts", canResume: false }],
  });
  const [kept, lost] = [opened(0), opened(1)];
  kept.commands.context = { name: "Ada" };
  code.life.end("it exited with 5");
  assertEquals([kept.commands.calls, lost.commands.calls], [[], [["fail"]]]);
  assertStringIncludes(logged[0]!, `is started again in ${FIRST_BACKOFF_MS} ms: it exited with 5`);
  const message = kept.events.message(1, new TextEncoder().encode("meanwhile"), 0, 9);
  clock.advance(FIRST_BACKOFF_MS);
  const resume = await code.told(DOWN.RESUME);
  await message;
  await turns();
  assertEquals(code.lives.length, 2);
  assertEquals((valueOf(resume) as { readonly reason: string }).reason, "crash");
  const { kind, payload } = code.life.seen.at(-1)!;
  assertEquals([kind, new TextDecoder().decode(Uint8Array.from(payload))], [DOWN.MESSAGE, "meanwhile"]);
  // The other one is not told of: it may still be closing.
  const [opening, ...others] = code.life.of(DOWN.ATTACH).map(valueOf) as Array<{ readonly context: unknown }>;
  assertEquals([opening!.context, others, kept.commands.calls], [{ name: "Ada" }, [], []]);
});

Deno.test("a crash: who connects while the code is away is opened by the new code, and not resumed", async () => {
  const { code, clock, attach } = await serving();
  code.life.end("it exited with 5");
  const opened = attach().events.open();
  clock.advance(FIRST_BACKOFF_MS);
  await code.told(DOWN.OPEN);
  await opened;
  assertEquals(code.life.of(DOWN.RESUME), []);
});

Deno.test("a crash: a peer whose resume fails is closed, and the others stay", async () => {
  const { code, clock, opened, logged } = await serving({
    react(record, life) {
      if (record.kind !== DOWN.RESUME || record.id !== 1) return false;
      const { call } = valueOf(record) as { readonly call: number };
      life.say((writer) => writer.putValue(UP.FAILURE, 0, call, errorRecord(new Error("no room"))));
      return true;
    },
  });
  const [one, other] = [opened(), opened()];
  code.life.end("it exited with 5");
  clock.advance(FIRST_BACKOFF_MS);
  await code.told(DOWN.RESUME, 2);
  await turns();
  assertEquals([one.commands.calls, other.commands.calls], [[["fail"]], []]);
  assertEquals(logged.at(-1), "error: code.ts: resume failed: no room");
});

Deno.test("a crash: upgrades and requests wait for the new code, and are answered by it", async () => {
  const { runtime, question, code, clock } = await serving(answering({ accept: true, context: 5 }));
  code.life.end("it exited with 5");
  const upgrade = runtime.upgrade(0, question());
  await turns();
  clock.advance(FIRST_BACKOFF_MS);
  assertEquals(await upgrade, { accept: true, context: 5 });

  const without = await serving();
  without.code.life.end("it exited with 5");
  const accepted = without.runtime.upgrade(0, without.question());
  await turns();
  without.clock.advance(FIRST_BACKOFF_MS);
  assertEquals([await accepted, without.code.life.of(DOWN.UPGRADE)], [{ accept: true }, []]);
});

Deno.test("a crash: who has waited five seconds is answered 503", async () => {
  let isFit = true;
  const { runtime, question, code, clock } = await serving({ react: ({ kind }) => kind === DOWN.BOOT && !isFit });
  isFit = false;
  code.life.end("it exited with 5");
  const upgrade = runtime.upgrade(0, question());
  const exchange = runtime.exchange(0, new Request("http://example.com/"), {}, "192.0.2.7");
  await turns();
  clock.advance(RESTART_PATIENCE_MS);
  assertEquals([await statusOf(upgrade), (await exchange).status], [503, 503]);
  await runtime.stop();
});

Deno.test("code that will not stay is given up: its peers fail, and who asks is answered 503 at once", async () => {
  let lives: readonly unknown[] = [];
  // The last of them does not come up: what came meanwhile waits until it is given up.
  const { runtime, question, code, clock, opened, logged } = await serving({
    react: ({ kind }, life) => kind === DOWN.BOOT && lives.indexOf(life) === MAX_ENDS - 1,
  });
  lives = code.lives;
  const { commands, events } = opened();
  let waiting: void | Promise<void> = undefined;
  for (let count = 1; count <= MAX_ENDS; count++) {
    code.life.end("it exited with 5");
    if (count === MAX_ENDS) break;
    waiting = events.message(0, new Uint8Array(1), 0, 1);
    clock.advance(FIRST_BACKOFF_MS * 2 ** (count - 1));
    if (count + 1 < MAX_ENDS) await code.told(DOWN.RESUME);
    await turns();
  }
  await turns();
  // A connection that has failed takes no notice of a second time.
  assertEquals([code.lives.length, new Set(commands.calls.map(([name]) => name))], [MAX_ENDS, new Set(["fail"])]);
  assertStringIncludes(logged.at(-1)!, "is not started again");
  assertEquals(await statusOf(runtime.upgrade(0, question())), 503);
  assertEquals(await isSettled(waiting), true);
  await events.close({ code: 1011, reason: "", wasClean: false });
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("new code that does not start is ended, and the next is waited for twice as long", async () => {
  let isFit = true;
  const { code, clock, opened, logged } = await serving({ react: ({ kind }) => kind === DOWN.START && !isFit });
  const { commands } = opened();
  isFit = false;
  code.life.end("it exited with 5");
  clock.advance(FIRST_BACKOFF_MS);
  await code.told(DOWN.START);
  for (let waitedMs = 0; waitedMs < READY_TIMEOUT_MS; waitedMs += PROBE_INTERVAL_MS) {
    clock.advance(PROBE_INTERVAL_MS);
    await turns();
  }
  assertEquals(code.life.isKilled, true);
  assertStringIncludes(logged.at(-1)!, `again in ${2 * FIRST_BACKOFF_MS} ms: start took longer`);
  isFit = true;
  clock.advance(2 * FIRST_BACKOFF_MS);
  await code.told(DOWN.RESUME);
  assertEquals([code.lives.length, commands.calls], [3, []]);
});

Deno.test("code that ends before it serves for good is broken: it is not started again, and its peers go back", async () => {
  const { load, code, clock } = parts();
  const runtime = await load();
  await runtime.start();
  const commands = new RecordedCommands();
  runtime.attach(0, commands);
  code.life.end("it exited with 5");
  assertEquals((await runtime.broken).message, "plug-in: its code has ended: it exited with 5");
  clock.advance(60_000);
  await turns();
  assertEquals([code.lives.length, commands.calls], [1, []]);
});

// Code that is stuck.

for (const kind of ["process", "worker"] as const) {
  Deno.test(`a ${kind} that is stuck is ${kind === "process" ? "ended, and started again" : "told of, once"}`, async () => {
    let isStuck = false;
    const { code, clock, logged } = await serving({ kind, react: (record) => isStuck && record.kind === DOWN.PROBE });
    isStuck = true;
    for (let count = 0; count < 10 && code.lives.length === 1; count++) {
      clock.advance(PROBE_INTERVAL_MS);
      await turns();
    }
    const isEnded = kind === "process";
    assertEquals([code.lives[0]!.isKilled, code.lives.length, logged.length], [isEnded, isEnded ? 2 : 1, 1]);
    assertStringIncludes(logged[0]!, isEnded ? "within 1000 ms" : "it does not come back to its event loop");
  });
}
