import { assertEquals } from "@std/assert";
import { BufferPool } from "../../../lib/gateway/buffer_pool.ts";
import { MAX_ANSWER_BYTES, type PollName, PollTransport } from "../../../lib/gateway/poll/poll_transport.ts";
import { TimerWheel } from "../../../lib/gateway/timer_wheel.ts";
import { Turn } from "../../../lib/gateway/turn.ts";
import { PollSession } from "../../../lib/gateway/poll/poll_session.ts";
import { readAsk } from "../../../lib/gateway/poll/poll_ask.ts";
import { FieldLines } from "../../../lib/http/mod.ts";
import { type Bench, type Cable, testTransport } from "../../suites/transport_suite.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { type Ask, PollClient } from "../../support/poll_client.ts";

/** A session without HTTP around it. */
function lay(name: PollName, { turn, pool, clock }: Bench): Cable {
  const options = { pollWaitMs: 25_000, sessionTimeoutMs: 60_000 };
  const host = { turn, clock, wheel: new TimerWheel(clock), memory: { add() {} }, options };
  const session = new PollSession(host, { name, remoteAddress: "192.0.2.1", pool, ended() {} });
  const ask: Ask = (init) => {
    const request = new Request("http://localhost/", init);
    const head = { method: request.method, fields: new FieldLines([...request.headers]) };
    return request.bytes().then((body) => session.answer(readAsk(head), body, request.signal));
  };
  const { transport } = session;
  return { transport, far: new PollClient(ask, "one"), start: () => transport.start() };
}

for (const name of ["long-poll", "poll"] as const) {
  testTransport(`PollTransport (${name})`, (bench) => Promise.resolve(lay(name, bench)));
}

function transport(): { readonly transport: PollTransport; readonly told: string[]; readonly turn: Turn } {
  const told: string[] = [];
  const turn = new Turn(new FakeClock());
  const events = {
    onOutput: () => void told.push("output"),
    onTaken: () => void told.push("taken"),
    onGone: () => void told.push("gone"),
  };
  return { transport: new PollTransport("poll", events, "192.0.2.1", turn, new BufferPool()), told, turn };
}

const text = (parts: readonly Uint8Array[]): string => parts.map((part) => new TextDecoder().decode(part)).join("");

function append(to: PollTransport, words: string): void {
  to.output.appendBytes(new TextEncoder().encode(words));
  to.touch();
}

Deno.test("PollTransport offers what is not acknowledged again, with what came since, and counts it as buffered", async () => {
  const { transport: own } = transport();
  append(own, "one ");
  await Promise.resolve();
  assertEquals(text(own.offer()), "one ");
  append(own, "two ");
  assertEquals([text(own.offer()), own.offeredEnd, own.output.byteLength], ["one two ", 8, 8]);
  own.acknowledge(6);
  await Promise.resolve();
  assertEquals([text(own.offer()), own.acknowledged, own.output.byteLength], ["o ", 6, 2]);
  own.acknowledge(8);
  await Promise.resolve();
  assertEquals([text(own.offer()), own.output.byteLength], ["", 0]);
  own.destroy();
});

Deno.test("PollTransport does not make one answer longer than it must be, but a single long message may be", async () => {
  const { transport: own } = transport();
  own.output.appendBytes(new Uint8Array(MAX_ANSWER_BYTES - 10));
  own.touch();
  await Promise.resolve();
  append(own, "x".repeat(100));
  assertEquals(text(own.offer()).length, MAX_ANSWER_BYTES - 10);
  own.acknowledge(own.offeredEnd);
  own.output.appendBytes(new Uint8Array(3 * MAX_ANSWER_BYTES));
  own.touch();
  await Promise.resolve();
  await Promise.resolve();
  assertEquals(text(own.offer()).length, 100);
  own.acknowledge(own.offeredEnd);
  await Promise.resolve();
  assertEquals(text(own.offer()).length, 3 * MAX_ANSWER_BYTES);
  own.destroy();
});

Deno.test("PollTransport that need not await the peer is gone when its last bytes are acknowledged", async () => {
  const { transport: own, told } = transport();
  append(own, "last");
  own.end(false);
  await Promise.resolve();
  assertEquals([text(own.offer()), own.isClosed, own.hasTaken], ["last", false, true]);
  own.acknowledge(4);
  await Promise.resolve();
  assertEquals([own.isClosed, told.at(-1)], [true, "gone"]);
});
