import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { FORM } from "../../../lib/frame/mod.ts";
import { errorOf } from "../../../lib/runtime/remote/value.ts";
import { ACK_FLAG, DOWN, MESSAGE_OVERHEAD_BYTES, UP, WireError } from "../../../lib/runtime/remote/wire.ts";
import { HostBench, MEMORY_BYTES } from "./support/host_bench.ts";
import { numberOf, textOf, turns, valueOf } from "./support/records.ts";
import { publication } from "./support/scripted_code.ts";

const BOOT = { code: { kind: "module", source: "" }, deployment: "d-7", isDevelopment: false } as const;

const INFO = { code: 1000, reason: "", wasClean: true } as const;

const kinds = (bench: HostBench): number[] => bench.heard().map(({ kind }) => kind);

Deno.test("RuntimeHost loads its code, and says what it has", async () => {
  const bench = new HostBench(() => Promise.resolve({ routes: [] }));
  bench.tell((writer) => writer.putValue(DOWN.BOOT, 0, 0, BOOT));
  await turns();
  const [ready] = bench.heard();
  assertEquals([ready!.kind, valueOf(ready!)], [UP.READY, { descriptors: [] }]);
});

Deno.test("RuntimeHost says why its code cannot be loaded", async () => {
  const bench = new HostBench(() => Promise.reject(new TypeError("a.ts: it exports no route")));
  bench.tell((writer) => writer.putValue(DOWN.BOOT, 0, 0, BOOT));
  await turns();
  const [unfit] = bench.heard();
  const error = errorOf(valueOf(unfit!)) as Error;
  assertEquals([unfit!.kind, error.name, error.message], [UP.UNFIT, "TypeError", "a.ts: it exports no route"]);
});

Deno.test("RuntimeHost says that it is there, and what memory it uses, also while its code is loaded", () => {
  const bench = new HostBench(() => new Promise(() => {}));
  bench.tell((writer) => writer.putEmpty(DOWN.PROBE, 0, 5));
  const [alive] = bench.heard();
  assertEquals([alive!.kind, alive!.id, numberOf(alive!)], [UP.ALIVE, 5, MEMORY_BYTES]);
});

Deno.test("RuntimeHost takes neither calls nor peers before its code is loaded", () => {
  const bench = new HostBench(() => new Promise(() => {}));
  assertThrows(
    () => bench.tell((writer) => writer.putEmpty(DOWN.START, 0, 1)),
    WireError,
    "before the code was loaded",
  );
  assertThrows(() => bench.attach(1), WireError, "before the code was loaded");
});

Deno.test("RuntimeHost takes no records of unknown kinds", async () => {
  const bench = await HostBench.of({ message() {} });
  bench.attach(1);
  assertThrows(() => bench.tell((writer) => writer.putEmpty(99, 0, 1)), WireError, "unknown kind 99");
  assertThrows(() => bench.tell((writer) => writer.putEmpty(15, 0, 1)), WireError, "unknown kind 15");
});

Deno.test("RuntimeHost: all that the handlers of a batch say goes out at once, and what is settled behind it", async () => {
  const bench = await HostBench.of({ message: (peer, message) => void peer.send(message.text().toUpperCase()) });
  bench.attach(1);
  bench.attach(2);
  bench.tell((writer) => {
    writer.putText(DOWN.MESSAGE, FORM.TEXT, 1, "a");
    writer.putText(DOWN.MESSAGE, FORM.TEXT, 2, "bb");
    writer.putText(DOWN.MESSAGE, FORM.TEXT, 1, "ccc");
  });
  const said = bench.heard();
  assertEquals(said.filter(({ kind }) => kind === UP.SEND).map((one) => [one.id, textOf(one)]), [
    [1, "A"],
    [2, "BB"],
    [1, "CCC"],
  ]);
  assertEquals(said.slice(3).map((one) => [one.kind, one.id, numberOf(one)]), [
    [UP.SETTLED, 1, 4 + 2 * MESSAGE_OVERHEAD_BYTES],
    [UP.SETTLED, 2, 2 + MESSAGE_OVERHEAD_BYTES],
  ]);
});

Deno.test("RuntimeHost: what a pending handler was given, and what waits behind it, stays as it is", async () => {
  const end = Promise.withResolvers<void>();
  const texts: string[] = [];
  const bench = await HostBench.of({
    async message(_, message) {
      const { view } = message;
      await end.promise;
      texts.push(new TextDecoder().decode(view));
    },
  });
  bench.attach(1);
  for (const text of ["a", "b"]) bench.tell((writer) => writer.putText(DOWN.MESSAGE, FORM.TEXT, 1, text));
  assertEquals(bench.heard(), []);
  end.resolve();
  await turns();
  assertEquals(texts, ["a", "b"]);
});

Deno.test("RuntimeHost halts: what was not begun goes back in order, and the answer follows when nothing is pending", async () => {
  const end = Promise.withResolvers<void>();
  const bench = await HostBench.of({
    async message(peer, message) {
      const text = message.text();
      await end.promise;
      peer.send(`${text} is done`);
    },
    drain() {},
  });
  bench.attach(1);
  bench.tell((writer) => {
    for (const text of ["a", "b", "c"]) writer.putText(DOWN.MESSAGE, FORM.TEXT | FORM.ASCII, 1, text);
    writer.putEmpty(DOWN.DRAIN, 0, 1);
    writer.putValue(DOWN.HALT, 0, 1, { call: 9 });
  });
  assertEquals(bench.heard().map((one) => [one.kind, one.flags, textOf(one)]), [
    [UP.GIVEN_BACK, FORM.TEXT | FORM.ASCII, "b"],
    [UP.GIVEN_BACK, FORM.TEXT | FORM.ASCII, "c"],
    [UP.DRAIN_GIVEN_BACK, 0, ""],
  ]);
  end.resolve();
  await turns();
  const said = bench.heard();
  assertEquals(said.map(({ kind, id }) => [kind, id]), [[UP.SEND, 1], [UP.SETTLED, 1], [UP.ANSWER, 9]]);
});

Deno.test("RuntimeHost halts at once where the gateway waits no longer for the handler that is pending", async () => {
  const bench = await HostBench.of({ message: () => new Promise(() => {}) });
  bench.attach(1);
  bench.tell((writer) => {
    writer.putText(DOWN.MESSAGE, FORM.TEXT, 1, "stuck");
    writer.putValue(DOWN.HALT, 0, 1, { call: 9 });
  });
  assertEquals(bench.heard(), []);
  bench.tell((writer) => writer.putEmpty(DOWN.ABANDON, 0, 1));
  assertEquals(bench.heard().map(({ kind, id }) => [kind, id]), [[UP.ANSWER, 9]]);
});

Deno.test("RuntimeHost answers suspend and resume, behind what their hooks say, and tells when they fail", async () => {
  const seen: unknown[] = [];
  const bench = await HostBench.of({
    message() {},
    suspend: (peer) => ({ of: peer.id }),
    resume(peer, state, { reason }) {
      seen.push(state, reason);
      peer.send("here");
      if (reason === "crash") throw new RangeError("no room");
    },
  });
  bench.attach(1);
  bench.tell((writer) => writer.putValue(DOWN.SUSPEND, 0, 1, { call: 1 }));
  await turns();
  assertEquals(bench.heard().map((one) => [one.kind, one.id, valueOf(one)]), [[UP.ANSWER, 1, { of: "p-1" }]]);
  bench.tell((writer) => writer.putValue(DOWN.RESUME, 0, 1, { call: 2, state: { count: 5 }, reason: "swap" }));
  await turns();
  assertEquals([kinds(bench), seen], [[UP.SEND, UP.ANSWER], [{ count: 5 }, "swap"]]);
  bench.tell((writer) => writer.putValue(DOWN.RESUME, 0, 1, { call: 3, reason: "crash" }));
  await turns();
  const failure = bench.heard().at(-1)!;
  assertEquals([failure.kind, failure.id, (errorOf(valueOf(failure)) as Error).message], [UP.FAILURE, 3, "no room"]);
});

Deno.test("RuntimeHost answers close when it is through, and forgets the peer", async () => {
  const end = Promise.withResolvers<void>();
  const infos: unknown[] = [];
  const bench = await HostBench.of({
    message: (peer) => void peer.send("still here"),
    async close(_, info) {
      infos.push(info);
      await end.promise;
    },
  });
  bench.attach(1);
  bench.tell((writer) => {
    writer.putEmpty(DOWN.OPEN, 0, 1);
    writer.putValue(DOWN.CLOSE, 0, 1, { call: 4, info: INFO });
  });
  assertEquals([bench.heard(), infos], [[], [INFO]] as unknown[]);
  end.resolve();
  await turns();
  assertEquals(bench.heard().map(({ kind, id }) => [kind, id]), [[UP.ANSWER, 4]]);
  bench.tell((writer) => writer.putText(DOWN.MESSAGE, FORM.TEXT, 1, "late"));
  assertEquals(bench.heard(), []);
});

Deno.test("RuntimeHost answers those who ask about a peer that it does not have, and ignores what else they tell", async () => {
  const bench = await HostBench.of({ message() {} });
  bench.tell((writer) => {
    for (const kind of [DOWN.OPEN, DOWN.MESSAGE, DOWN.DRAIN, DOWN.ABORT, DOWN.ABANDON, DOWN.REVOKE, DOWN.BUFFERED]) {
      writer.putEmpty(kind, 0, 5);
    }
    writer.putValue(DOWN.CLOSE, 0, 5, { call: 1, info: INFO });
    for (const [at, kind] of [DOWN.HALT, DOWN.SUSPEND, DOWN.RESUME].entries()) {
      writer.putValue(kind, 0, 5, { call: 2 + at });
    }
  });
  assertEquals(bench.heard().map(({ kind, id }) => [kind, id]), [1, 2, 3, 4].map((call) => [UP.ANSWER, call]));
});

Deno.test("RuntimeHost aborts a peer's signal when the client is gone, and when other code has the peer", async () => {
  const signals: AbortSignal[] = [];
  const bench = await HostBench.of({ open: (peer) => void signals.push(peer.signal), message() {} });
  for (const id of [1, 2]) {
    bench.attach(id);
    bench.tell((writer) => writer.putEmpty(DOWN.OPEN, 0, id));
  }
  bench.tell((writer) => {
    writer.putText(DOWN.ABORT, 0, 1, "gone");
    writer.putText(DOWN.REVOKE, 0, 2, "swapped");
  });
  assertEquals(signals.map(({ aborted, reason }) => [aborted, reason.name, reason.message]), [
    [true, "AbortError", "gone"],
    [true, "AbortError", "swapped"],
  ]);
});

Deno.test("RuntimeHost: a handler that fails is told to the log, and its peer fails", async () => {
  const bench = await HostBench.of({
    message() {
      throw new RangeError("too far");
    },
  });
  bench.attach(1);
  bench.tell((writer) => writer.putText(DOWN.MESSAGE, FORM.TEXT, 1, "x"));
  const said = bench.heard();
  const line = valueOf(said.find(({ kind }) => kind === UP.LOG)!) as Readonly<Record<string, unknown>>;
  assertEquals([line["level"], line["message"]], ["error", "code.ts: message failed"]);
  assertStringIncludes(String((errorOf(line["error"]) as Error).stack), "RangeError: too far");
  assertEquals((line["fields"] as Readonly<Record<string, unknown>>)["peer"], "p-1");
  assert(said.some(({ kind, id }) => kind === UP.FAIL && id === 1));
});

Deno.test("RuntimeHost publishes what HTTP handlers and start publish, by nobody in particular", async () => {
  const bench = await HostBench.of({
    start: ({ publish }) => publish("all", "ä"),
    message() {},
  });
  bench.tell((writer) => writer.putEmpty(DOWN.START, 0, 1));
  await turns();
  const [all, ...others] = bench.heard();
  assertEquals([all!.kind, all!.flags, all!.payload], [UP.PUBLISH_ALL, 1, [...publication("all", "ä")]]);
  assertEquals(others, []);
  bench.tell((writer) => writer.putEmpty(DOWN.ANSWER, 0, numberOf({ ...all!, payload: all!.payload.slice(0, 4) })));
  await turns();
  assertEquals(bench.heard().map(({ kind, id }) => [kind, id]), [[UP.ANSWER, 1]]);
});

Deno.test("RuntimeHost: drained resolves when the gateway says so", async () => {
  const seen: string[] = [];
  const bench = await HostBench.of({
    async open(peer) {
      peer.send("x".repeat(100));
      await peer.drained();
      seen.push("drained");
    },
    message() {},
  });
  bench.attach(1, { highWaterBytes: 10 });
  bench.tell((writer) => writer.putEmpty(DOWN.OPEN, 0, 1));
  const asked = bench.heard().find(({ kind }) => kind === UP.WANT_DRAINED)!;
  await turns();
  assertEquals(seen, []);
  bench.tell((writer) => writer.putEmpty(DOWN.ANSWER, 0, numberOf(asked)));
  await turns();
  assertEquals(seen, ["drained"]);
});

Deno.test("RuntimeHost asks its code questions in the line of its handlers, and says what it said", async () => {
  const end = Promise.withResolvers<void>();
  const bench = await HostBench.of({
    async message(peer) {
      await end.promise;
      peer.context = "handled";
    },
    subscribe: (peer, topic) => peer.context === "handled" && topic === "mine",
    authenticate: (_, token) => Promise.resolve(token === "good"),
  });
  bench.attach(1);
  bench.tell((writer) => {
    writer.putValue(DOWN.AUTHENTICATE, 0, 1, { call: 1, text: "good" });
    writer.putValue(DOWN.SUBSCRIBE, 0, 2, { call: 9, text: "mine" });
  });
  await turns();
  // The other peer is not known here.
  assertEquals(bench.heard().map((one) => [one.kind, one.id, valueOf(one)]), [
    [UP.ANSWER, 9, undefined],
    [UP.ANSWER, 1, true],
  ]);
  bench.tell((writer) => {
    writer.putText(DOWN.MESSAGE, FORM.TEXT, 1, "x");
    writer.putValue(DOWN.SUBSCRIBE, 0, 1, { call: 2, text: "mine" });
  });
  await turns();
  assertEquals(bench.heard(), []);
  end.resolve();
  await turns();
  const answer = bench.heard().find(({ kind }) => kind === UP.ANSWER)!;
  assertEquals([answer.id, valueOf(answer)], [2, true]);
});

Deno.test("RuntimeHost halts when a question is answered, which cannot be given back, nor what came before it", async () => {
  const end = Promise.withResolvers<void>();
  const bench = await HostBench.of({ message: () => end.promise, subscribe: () => true });
  bench.attach(1);
  bench.tell((writer) => {
    for (const text of ["a", "b"]) writer.putText(DOWN.MESSAGE, FORM.TEXT, 1, text);
    writer.putValue(DOWN.SUBSCRIBE, 0, 1, { call: 1, text: "mine" });
    writer.putValue(DOWN.HALT, 0, 1, { call: 2 });
  });
  assertEquals(bench.heard(), []);
  end.resolve();
  await turns();
  assertEquals(bench.heard().filter(({ kind }) => kind !== UP.SETTLED).map((one) => [one.id, valueOf(one)]), [
    [1, true],
    [2, undefined],
  ]);
});

Deno.test("RuntimeHost that is not waited for says no to a question, and gives back what is before it", async () => {
  const bench = await HostBench.of({ message: () => new Promise(() => {}), subscribe: () => true });
  bench.attach(1);
  bench.tell((writer) => {
    for (const text of ["stuck", "b"]) writer.putText(DOWN.MESSAGE, FORM.TEXT, 1, text);
    writer.putValue(DOWN.SUBSCRIBE, 0, 1, { call: 1, text: "mine" });
    writer.putValue(DOWN.HALT, 0, 1, { call: 2 });
    writer.putEmpty(DOWN.ABANDON, 0, 1);
  });
  const [answer, back, halted] = bench.heard();
  assertEquals([answer!.kind, answer!.id, valueOf(answer!)], [UP.ANSWER, 1, false]);
  assertEquals([back!.kind, textOf(back!)], [UP.GIVEN_BACK, "b"]);
  assertEquals([halted!.kind, halted!.id], [UP.ANSWER, 2]);
});

Deno.test("RuntimeHost tells its code why a call failed: a TypeError stays one, and others are errors", async () => {
  const seen: unknown[] = [];
  const bench = await HostBench.of({
    async open(peer) {
      for (const topic of ["a", "b"]) {
        await peer.presence.list(topic).catch((error) => seen.push([error.constructor, error.message]));
      }
    },
    message() {},
  });
  bench.attach(1);
  bench.tell((writer) => writer.putEmpty(DOWN.OPEN, 0, 1));
  for (const name of ["TypeError", "HistoryError"]) {
    const { call } = valueOf(bench.heard()[0]!) as { readonly call: number };
    bench.tell((writer) => writer.putValue(DOWN.FAILURE, 0, call, { name, message: `not ${call}` }));
    await turns();
  }
  assertEquals(seen, [[TypeError, "not 1"], [Error, "not 2"]]);
});

Deno.test("RuntimeHost: a request that was not begun goes back with its number, and one that was is answered", async () => {
  const end = Promise.withResolvers<void>();
  const bench = await HostBench.of({ message: () => end.promise });
  bench.attach(1);
  const request = (number: number) => Uint8Array.of(number, 0, 0, 0, 0x61);
  bench.tell((writer) => {
    for (const number of [7, 8]) writer.put(DOWN.MESSAGE, FORM.TEXT | FORM.REQUEST, 1, request(number), 0, 5);
    writer.putValue(DOWN.HALT, 0, 1, { call: 2 });
  });
  assertEquals(bench.heard().map(({ kind, flags, payload }) => [kind, flags, payload]), [
    [UP.GIVEN_BACK, FORM.TEXT | FORM.REQUEST, [...request(8)]],
  ]);
  end.resolve();
  await turns();
  const [reply] = bench.heard();
  assertEquals([reply!.kind, reply!.flags, reply!.payload], [UP.REPLY, ACK_FLAG, [7, 0, 0, 0]]);
});

Deno.test("RuntimeHost waits for its publications again where the gateway says that the topic is kept", async () => {
  const bench = await HostBench.of({ message: (peer, message) => peer.publish("all", message.text()) });
  bench.attach(1);
  const publish = (): number[] => {
    bench.tell((writer) => writer.putText(DOWN.MESSAGE, FORM.TEXT, 1, "x"));
    const said = bench.heard();
    return said.filter(({ kind }) => kind === UP.PUBLISH).map((one) =>
      numberOf({ ...one, payload: one.payload.slice(0, 4) })
    );
  };
  const [call] = publish();
  bench.tell((writer) => writer.putValue(DOWN.ANSWER, 0, call!, true));
  await turns();
  assertEquals([publish(), publish()], [[0], [0]]);
  bench.tell((writer) => writer.putText(DOWN.KEPT, 0, 0, "all"));
  const [again] = publish();
  assertEquals([again !== 0, publish()], [true, []]);
});
