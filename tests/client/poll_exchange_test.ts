/** One HTTP exchange: a whole answer in time, or none; and its length in bytes. @module */
import { assertEquals, assertMatch } from "@std/assert";
import { call, type PollExchange, told } from "../../lib/client/poll_exchange.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { settled } from "../support/poll_server.ts";

const URL = "http://example.com/_sockeye/poll";

function begin(answer: (init: RequestInit) => Promise<Response>, body?: Uint8Array<ArrayBuffer>) {
  const clock = new FakeClock();
  const told: PollExchange[] = [];
  const inits: RequestInit[] = [];
  const fetch = (_url: string, init: RequestInit) => {
    inits.push(init);
    return answer(init);
  };
  const terms = { headers: { "Sockeye-Session": "s" }, timeoutMs: 1_000, ...(body ? { body } : {}) };
  return {
    clock,
    told,
    inits,
    call: call(URL, "send", terms, { fetch, clock, onExchange: (exchange) => told.push(exchange) }),
  };
}

const NOTHING = {
  kind: "send",
  status: 0,
  requestHeadBytes: 0,
  requestBodyBytes: 0,
  responseHeadBytes: 0,
  responseBodyBytes: 0,
} as const;

Deno.test("an answer is its status, its fields and its whole body", async () => {
  const { call } = begin(() => Promise.resolve(new Response("hello", { status: 201, headers: { "x-a": "1" } })));
  const { status, headers, body } = (await call.answer)!;
  assertEquals([status, headers.get("x-a"), new TextDecoder().decode(body)], [201, "1", "hello"]);
});

Deno.test("no answer in time, a network that fails, and a body that breaks off are no answer", async () => {
  const slow = begin(() => new Promise(() => {}));
  slow.clock.advance(1_000);
  assertEquals(await slow.call.answer, undefined);
  assertEquals([slow.inits[0]!.signal!.aborted, slow.told], [true, [{ ...NOTHING, durationMs: 1_000 }]]);
  const failing = begin(() => Promise.reject(new TypeError("network")));
  assertEquals([await failing.call.answer, failing.told, failing.clock.pendingTimers], [
    undefined,
    [{ ...NOTHING, durationMs: 0 }],
    0,
  ]);
  const cut = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(3));
      controller.error(new TypeError("cut"));
    },
  });
  assertEquals(await begin(() => Promise.resolve(new Response(cut))).call.answer, undefined);
});

Deno.test("one that is given up has no answer at once, and what comes later counts for nothing", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const { call, told, clock } = begin(() => promise);
  call.abort();
  assertEquals([await call.answer, told.length, clock.pendingTimers], [undefined, 1, 0]);
  resolve(new Response("late"));
  await settled();
  assertEquals(told.length, 1);
});

Deno.test("an exchange is told in bytes: the server's count of the request, and the answer as HTTP/1.1 writes it", async () => {
  const headers = { "sockeye-request-bytes": "321", "sockeye-acknowledge": "7" };
  const { call, told, clock, inits } = begin(async () => {
    await null;
    clock.advance(40);
    return new Response("abc", { status: 200, statusText: "OK", headers });
  }, new Uint8Array(9));
  await call.answer;
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\n" +
    "sockeye-request-bytes: 321\r\nsockeye-acknowledge: 7\r\n\r\n";
  assertEquals(told, [{
    kind: "send",
    status: 200,
    requestHeadBytes: 321,
    requestBodyBytes: 9,
    responseHeadBytes: head.length,
    responseBodyBytes: 3,
    durationMs: 40,
  }]);
  assertEquals(new Headers(inits[0]!.headers).get("sockeye-measure"), "1");
});

Deno.test("nobody who does not ask is measured; a body makes it a POST", async () => {
  const inits: RequestInit[] = [];
  const fetch = (_url: string, init: RequestInit) => {
    inits.push(init);
    return Promise.resolve(new Response());
  };
  for (const body of [undefined, new Uint8Array()]) {
    const terms = { headers: {}, timeoutMs: 1_000, ...(body ? { body } : {}) };
    await call(URL, "begin", terms, { fetch, clock: new FakeClock() }).answer;
  }
  assertEquals(inits.map(({ method }) => method), ["GET", "POST"]);
  assertEquals(inits.map(({ headers }) => new Headers(headers).has("sockeye-measure")), [false, false]);
});

Deno.test("an answer is told with its status and the beginning of its body", () => {
  const answer = { status: 404, headers: new Headers(), body: new TextEncoder().encode("x".repeat(1_000)) };
  assertMatch(told(answer), /^404 x{200}$/);
  assertEquals([told({ ...answer, body: new Uint8Array() }), told(undefined)], ["404", "no answer"]);
});
