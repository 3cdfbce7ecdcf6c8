import { assertEquals, assertFalse, assertGreater, fail } from "@std/assert";
import { BufferPool, bufferSize } from "../../lib/gateway/buffer_pool.ts";
import { PENDING, StreamTransport } from "../../lib/gateway/stream_transport.ts";
import { Turn } from "../../lib/gateway/turn.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A stream of which the test decides what comes and what is taken. */
class ScriptedTransport extends StreamTransport {
  readonly wantsRead = false;
  readonly keepsInput = false;
  readonly isReading = false;
  readonly calls: string[] = [];
  /** What each write takes at once; then none does. */
  takes: number[] = [];

  constructor(pool: BufferPool) {
    super("192.0.2.1", new Turn(new FakeClock()), pool);
  }

  override start(): void {}
  override arm(): void {}
  override readOn(): void {
    this.calls.push("read on");
  }
  override write(bytes: Uint8Array): number {
    this.calls.push(`write ${bytes.length}`);
    return this.takes.shift() ?? PENDING;
  }
  override closeWrite(): void {
    this.calls.push("close write");
  }
  override close(): void {
    this.calls.push("close");
  }

  /** A read has brought bytes, or the end. */
  bring(count: number | null): void {
    this.bufferForRead();
    this.received(count);
    this.process();
    this.releaseInput();
  }
  took(count: number): void {
    this.wrote(count);
  }
}

function open() {
  const pool = new BufferPool();
  const transport = new ScriptedTransport(pool);
  const told: string[] = [];
  transport.events = {
    onBytes: (_bytes, start, end) => (told.push(`bytes ${end - start}`), end),
    onEnd: () => void told.push("end"),
    onWriting: () => void told.push("writing"),
    onWritten: () => void told.push("written"),
    onClosed: () => void told.push("closed"),
  };
  return { transport, told, pool };
}

Deno.test("StreamTransport tells only of a write that was not taken at once that it is under way", () => {
  const { transport, told } = open();
  transport.output.appendBytes(new Uint8Array(10));
  transport.takes = [10];
  transport.flush();
  assertEquals([told, transport.calls], [["written"], ["write 10"]]);
  transport.output.appendBytes(new Uint8Array(10));
  transport.takes = [4];
  transport.flush();
  assertEquals(told, ["written", "written", "writing"]);
  assertEquals(transport.calls, ["write 10", "write 10", "write 6"]);
  transport.took(6);
  assertEquals([told.at(-1), transport.output.byteLength], ["written", 0]);
});

Deno.test("StreamTransport whose output is taken at once closes its side right after its last byte", () => {
  const { transport, told } = open();
  transport.output.appendBytes(new Uint8Array(10));
  transport.takes = [10];
  transport.end();
  transport.flush();
  assertEquals(transport.calls.slice(-2), ["write 10", "close write"]);
  transport.bring(100);
  assertEquals(told, ["written"], "what still arrives is discarded");
  transport.bring(null);
  assertEquals([told, transport.calls.at(-1)], [["written", "closed"], "close"]);
});

Deno.test("StreamTransport tells of the end once, however often it is asked to go on", () => {
  const { transport, told } = open();
  transport.bring(null);
  transport.process();
  transport.process();
  assertEquals(told, ["end"]);
});

Deno.test("StreamTransport asks for bytes again after a pause, and goes on with what it has before", () => {
  const { transport, told } = open();
  transport.pause();
  transport.resume();
  assertEquals(transport.calls, ["read on"]);
  transport.bring(5);
  assertEquals(told, ["bytes 5"]);
});

Deno.test("StreamTransport gives its read buffer back as soon as nothing is in it, where it is not kept", () => {
  const { transport, pool } = open();
  transport.bring(5);
  // The first is large enough for the head of a request.
  assertEquals(pool.freeBytes, bufferSize(1024));
  transport.destroy();
  assertEquals(pool.freeBytes, bufferSize(1024));
});

/** A transport busy enough to have asked where the next bytes are wanted, and been told. */
function lending() {
  const { transport, told } = open();
  const place = new Uint8Array(100_000);
  while (transport.bufferForRead() !== place) {
    if (told.length > 20) fail("it never asks");
    transport.events.lendInput = undefined!;
    transport.bring(transport.bufferForRead().length);
    transport.events.lendInput = () => place;
  }
  transport.events.onInput = (count) => void told.push(`input ${count}`);
  transport.events.takeBackInput = () => void told.push("taken back");
  told.length = 0;
  return { transport, told };
}

Deno.test("StreamTransport tells a place that was lent back once, and only where no bytes have come to it", () => {
  const { transport, told } = lending();
  transport.received(70_000);
  transport.process();
  transport.destroy();
  assertEquals(told, ["input 70000", "closed"]);
});

const FRUITLESS: readonly [how: string, act: (transport: ScriptedTransport) => void, told: readonly string[]][] = [
  ["whose read found nothing", (transport) => transport.returnLent(), ["taken back", "closed"]],
  ["that comes to its end", (transport) => transport.received(null), ["taken back", "closed"]],
  ["that is destroyed", () => {}, ["taken back", "closed"]],
  ["that is destroyed before it tells what came", (transport) => transport.received(70_000), ["taken back", "closed"]],
  ["that discards what came", (transport) => {
    transport.end();
    transport.received(70_000);
    transport.process();
  }, ["taken back", "closed"]],
];

for (const [how, act, expected] of FRUITLESS) {
  Deno.test(`StreamTransport ${how} tells back a place that was lent, once`, () => {
    const { transport, told } = lending();
    act(transport);
    transport.destroy();
    assertEquals(told, expected);
  });
}

Deno.test("StreamTransport that need not await its peer closes once all is written, and reads no more", () => {
  const { transport, told } = open();
  transport.output.appendBytes(new Uint8Array(10));
  transport.end(false);
  assertFalse(transport.canRead);
  transport.takes = [10];
  transport.flush();
  assertEquals([told, transport.calls.slice(-2)], [["written", "closed"], ["write 10", "close"]]);
});

Deno.test("StreamTransport that is destroyed in the middle of its writes ends there", () => {
  const { transport, told } = open();
  transport.output.appendBytes(new Uint8Array(40_000));
  transport.output.appendBytes(new Uint8Array(40_000));
  transport.events.onWritten = () => {
    told.push("written");
    transport.destroy();
  };
  transport.takes = [1, 1, 1];
  transport.flush();
  assertEquals(told, ["written", "closed"]);
  assertGreater(transport.calls.length, 1);
  assertEquals(transport.output.byteLength, 0);
});

Deno.test("StreamTransport shows its observer what the system has taken, once, whether at once or later", () => {
  const { transport } = open();
  const seen: string[] = [];
  transport.output.appendText("a");
  transport.flush();
  transport.took(3);
  transport.observer = (bytes) => void seen.push(bytes.toHex());
  transport.output.appendText("bcd");
  transport.takes = [2];
  transport.flush();
  assertEquals(seen, ["8103"], "a part, taken at once");
  transport.took(1);
  transport.flush();
  transport.took(2);
  assertEquals(seen, ["8103", "62", "6364"]);
  transport.observer = undefined;
  transport.output.appendText("e");
  transport.flush();
  transport.took(3);
  assertEquals(seen.length, 3);
});
