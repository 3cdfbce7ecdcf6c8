import { assert, assertEquals, assertThrows } from "@std/assert";
import type { RouteRuntime, UpgradeDecision } from "../../../lib/route/table.ts";
import { BatchWriter } from "../../../lib/runtime/remote/batch_writer.ts";
import { packExchange } from "../../../lib/runtime/remote/exchange_payload.ts";
import { HostedCalls } from "../../../lib/runtime/remote/hosted_calls.ts";
import { Outbox } from "../../../lib/runtime/remote/outbox.ts";
import { walkRecords } from "../../../lib/runtime/remote/record_reader.ts";
import { errorOf } from "../../../lib/runtime/remote/value.ts";
import { BODY_BROKEN, BODY_END, DOWN, UP, WireError } from "../../../lib/runtime/remote/wire.ts";
import { recordsOf, type SeenRecord, turns, valueOf } from "./support/records.ts";

const UPGRADE = {
  route: 2,
  request: { method: "GET", url: "http://example.com/", headers: [], remoteAddress: "192.0.2.7" },
  params: { room: "a" },
  subprotocols: ["chat"],
};

const EXCHANGE = {
  ...{ route: 2, method: "GET", url: "http://example.com/x", params: { room: "a" }, remoteAddress: "192.0.2.7" },
  headers: [["x-a", "b"]],
  hasBody: false,
} as const;

const NO_BYTES = new Uint8Array(0);

/** Calls of a runtime that does what the test says. */
function bench(runtime: Partial<RouteRuntime>) {
  const said: SeenRecord[] = [];
  const outbox = new Outbox((batch) => void said.push(...recordsOf(batch)));
  const calls = new HostedCalls(runtime as RouteRuntime, outbox);
  const tell = async (kind: number, id: number, value?: unknown): Promise<SeenRecord[]> => {
    const writer = new BatchWriter();
    if (value === undefined) writer.putEmpty(kind, 0, id);
    else if (value instanceof Uint8Array) writer.put(kind, 0, id, value, 0, value.length);
    else writer.putValue(kind, 0, id, value);
    const batch = writer.take();
    walkRecords(batch, batch.length, batch.length, (kind, _flags, id, bytes, start, end) => {
      calls.take(kind, id, bytes, start, end);
    });
    batch.fill(0xee);
    await turns(60);
    return said.splice(0);
  };
  return { tell, said };
}

/** Each record as kind, flags and length. */
const outline = (records: readonly SeenRecord[]) =>
  records.map(({ kind, flags, payload }) => [kind, flags, payload.length]);

Deno.test("HostedCalls answers start and stop, and tells when they fail", async () => {
  const { tell } = bench({ start: () => Promise.resolve(), stop: () => Promise.reject(new RangeError("no")) });
  const [started] = await tell(DOWN.START, 5);
  assertEquals([started!.kind, started!.id, valueOf(started!)], [UP.ANSWER, 5, undefined]);
  const [failed] = await tell(DOWN.STOP, 6);
  const error = errorOf(valueOf(failed!)) as Error;
  assertEquals([failed!.kind, failed!.id, error.name, error.message], [UP.FAILURE, 6, "RangeError", "no"]);
});

Deno.test("HostedCalls asks for an upgrade with all that was told, and passes an acceptance on", async () => {
  const decision = { accept: true, subprotocol: "chat", context: { at: new Date(5) } } as const;
  const seen: unknown[] = [];
  const { tell } = bench({
    upgrade(route, { signal, ...question }) {
      seen.push(route, question, signal.aborted);
      return decision;
    },
  });
  const [answer] = await tell(DOWN.UPGRADE, 5, UPGRADE);
  const { route, ...question } = UPGRADE;
  assertEquals(seen, [route, question, false]);
  assertEquals([answer!.kind, answer!.id, valueOf(answer!)], [UP.ANSWER, 5, decision as unknown]);
});

Deno.test("HostedCalls: a refusal's body is sent in parts, as it is asked for", async () => {
  const response = new Response("no", { status: 403, headers: { "content-type": "text/plain" } });
  const { tell } = bench({ upgrade: () => ({ accept: false, response }) });
  const [answer] = await tell(DOWN.UPGRADE, 5, UPGRADE);
  const headers = [["content-type", "text/plain"]];
  assertEquals(valueOf(answer!), {
    accept: false,
    response: { status: 403, statusText: "", headers, hasBody: true },
  });
  assertEquals(outline(await tell(DOWN.PULL, 5)), [[UP.BODY, 0, 2]]);
  assertEquals(outline(await tell(DOWN.PULL, 5)), [[UP.BODY, BODY_END, 0]]);
  assertEquals(await tell(DOWN.PULL, 5), []);
});

Deno.test("HostedCalls makes the request anew, and answers with the head of what came of it", async () => {
  const seen: unknown[] = [];
  const { tell } = bench({
    async exchange(route, request, params, remoteAddress) {
      seen.push(route, request.method, request.url, [...request.headers], await request.text(), params, remoteAddress);
      return new Response(null, { status: 204, headers: [["set-cookie", "a"], ["set-cookie", "b"]] });
    },
  });
  const body = new TextEncoder().encode("ä");
  const [answer] = await tell(DOWN.EXCHANGE, 5, packExchange({ ...EXCHANGE, method: "POST", hasBody: true }, body));
  assertEquals(seen, [2, "POST", "http://example.com/x", [["x-a", "b"]], "ä", { room: "a" }, "192.0.2.7"]);
  assertEquals(valueOf(answer!), {
    status: 204,
    statusText: "",
    headers: [["set-cookie", "a"], ["set-cookie", "b"]],
    hasBody: false,
  });
});

Deno.test("HostedCalls sends long parts piece by piece, one for each time that one is asked for, and no empty one", async () => {
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(0));
      controller.enqueue(new Uint8Array(150_000));
      controller.enqueue(Uint8Array.of(1));
      controller.close();
    },
  });
  const { tell } = bench({ exchange: () => Promise.resolve(new Response(stream)) });
  await tell(DOWN.EXCHANGE, 5, packExchange(EXCHANGE, NO_BYTES));
  const parts = [];
  for (let count = 0; count < 6; count++) parts.push(...outline(await tell(DOWN.PULL, 5)));
  assertEquals(parts, [
    [UP.BODY, 0, 65_536],
    [UP.BODY, 0, 65_536],
    [UP.BODY, 0, 150_000 - 2 * 65_536],
    [UP.BODY, 0, 1],
    [UP.BODY, BODY_END, 0],
  ]);
});

const BROKEN: ReadonlyArray<readonly [what: string, start: (controller: ReadableStreamDefaultController) => void]> = [
  ["that fails", (controller) => controller.error(new Error("secret"))],
  ["that is not made of bytes", (controller) => controller.enqueue("text")],
];

for (const [what, start] of BROKEN) {
  Deno.test(`HostedCalls: a body ${what} is broken, and nobody is told why`, async () => {
    const { tell } = bench({ exchange: () => Promise.resolve(new Response(new ReadableStream({ start }))) });
    await tell(DOWN.EXCHANGE, 5, packExchange(EXCHANGE, NO_BYTES));
    assertEquals(outline(await tell(DOWN.PULL, 5)), [[UP.BODY, BODY_BROKEN, 0]]);
  });
}

Deno.test("HostedCalls aborts the question whose answer nobody waits for any more", async () => {
  const signals: AbortSignal[] = [];
  const { tell } = bench({
    upgrade: (_, { signal }) => {
      signals.push(signal);
      return new Promise<UpgradeDecision>(() => {});
    },
    exchange(_, { signal }) {
      signals.push(signal);
      return new Promise<Response>(() => {});
    },
  });
  await tell(DOWN.UPGRADE, 5, UPGRADE);
  await tell(DOWN.EXCHANGE, 6, packExchange(EXCHANGE, NO_BYTES));
  await tell(DOWN.CANCEL, 7);
  assertEquals(signals.map(({ aborted }) => aborted), [false, false]);
  await tell(DOWN.CANCEL, 5);
  assertEquals(signals.map(({ aborted }) => aborted), [true, false]);
  await tell(DOWN.CANCEL, 6);
  assertEquals(signals.map(({ aborted }) => aborted), [true, true]);
});

Deno.test("HostedCalls gives up a body that nobody reads any more, also while it is read", async () => {
  for (const isPulled of [false, true]) {
    const cancelled: unknown[] = [];
    let signal: AbortSignal | undefined;
    const stream = new ReadableStream({ cancel: (reason) => void cancelled.push(reason.name) });
    const { tell } = bench({
      exchange(_, request) {
        signal = request.signal;
        return Promise.resolve(new Response(stream));
      },
    });
    await tell(DOWN.EXCHANGE, 5, packExchange(EXCHANGE, NO_BYTES));
    if (isPulled) assertEquals(await tell(DOWN.PULL, 5), []);
    assertEquals(await tell(DOWN.CANCEL, 5), []);
    assertEquals([cancelled, signal?.aborted], [["AbortError"], true]);
    assertEquals(await tell(DOWN.PULL, 5), []);
  }
});

Deno.test("HostedCalls tells that a call failed whose answer cannot be sent", async () => {
  const { tell } = bench({ start: () => Promise.resolve((() => {}) as unknown as void) });
  const [failed] = await tell(DOWN.START, 5);
  assertEquals([failed!.kind, (errorOf(valueOf(failed!)) as Error).name], [UP.FAILURE, "TypeError"]);
});

Deno.test("HostedCalls: a call of an unknown kind, or without its value, is a WireError", () => {
  const calls = new HostedCalls({} as RouteRuntime, new Outbox(() => {}));
  assertThrows(() => calls.take(14, 1, new Uint8Array(0), 0, 0), WireError, "unknown kind 14");
  assert(assertThrows(() => calls.take(DOWN.UPGRADE, 1, new Uint8Array(0), 0, 0), WireError).message.length > 0);
});
