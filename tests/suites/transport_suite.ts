/**
 * What every transport must do, written once: run against each implementation by its own test.
 *
 * @module
 */
import { sharedArena } from "../../lib/frame/mod.ts";
import { assert, assertEquals, assertLess } from "@std/assert";
import { BufferPool } from "../../lib/gateway/buffer_pool.ts";
import type { Clock } from "../../lib/gateway/clock.ts";
import { systemClock } from "../../lib/gateway/clock.ts";
import type { ByteStream } from "../../lib/gateway/tcp_transport.ts";
import type { Transport, TransportEvents } from "../../lib/gateway/transport.ts";
import { Turn } from "../../lib/gateway/turn.ts";

/** The other end of the cable, in the test's hands. */
export interface FarEnd {
  /** Sends bytes; resolves when the cable has taken them. */
  send(bytes: Uint8Array): Promise<void>;
  /** What arrives next: at least one byte, or `null` when the transport's side has ended. Rejects after a reset. */
  receive(): Promise<Uint8Array | null>;
  /** Closes the sending side. */
  end(): Promise<void>;
  /** Drops the cable without a word, and what belongs to it. Called once more at the end. */
  close(): void | Promise<void>;
}

/** A far end that is this stream. */
export function farEnd(stream: ByteStream): FarEnd {
  let isClosed = false;
  return {
    async send(bytes) {
      for (let at = 0; at < bytes.length;) at += await stream.write(bytes.subarray(at));
    },
    async receive() {
      const buffer = new Uint8Array(65_536);
      const count = await stream.read(buffer);
      return count === null ? null : buffer.subarray(0, count);
    },
    end: () => stream.closeWrite(),
    close() {
      if (!isClosed) stream.close();
      isClosed = true;
    },
  };
}

/** A transport at work and its other end. */
export interface Cable {
  readonly transport: Transport;
  readonly far: FarEnd;
  /** Begins to read. */
  start(): void;
}

/** What a transport is made on. */
export interface Bench {
  readonly turn: Turn;
  readonly pool: BufferPool;
  readonly clock: Clock;
}

/** Makes one transport, not started, connected with a far end. */
export type LayCable = (bench: Bench) => Promise<Cable>;

/** Events as they come, and a way to wait for them. */
class Recorder implements TransportEvents {
  readonly seen: string[] = [];
  bytes = "";
  ended = 0;
  closed = 0;
  onChunk: (bytes: Uint8Array<ArrayBuffer>, start: number, end: number) => number = (_bytes, _start, end) => end;
  #waiters: { readonly isMet: () => boolean; readonly resolve: () => void }[] = [];

  onBytes(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
    const at = this.onChunk(bytes, start, end);
    this.bytes += new TextDecoder("latin1").decode(bytes.subarray(start, at));
    return this.#note("bytes", at);
  }

  onEnd(): void {
    this.ended++;
    this.#note("end");
  }

  onWriting(): void {
    this.#note("writing");
  }

  onWritten(): void {
    this.#note("written");
  }

  onClosed(): void {
    this.closed++;
    this.#note("closed");
  }

  /** Resolves as soon as this holds. */
  until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    return new Promise((resolve) => void this.#waiters.push({ isMet, resolve }));
  }

  #note<T>(event: string, result?: T): T {
    this.seen.push(event);
    const met = this.#waiters.filter(({ isMet }) => isMet());
    this.#waiters = this.#waiters.filter((waiter) => !met.includes(waiter));
    for (const { resolve } of met) resolve();
    return result as T;
  }
}

type Scenario = (transport: Transport, far: FarEnd, events: Recorder, start: () => void) => Promise<void>;

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

async function receiveAll(far: FarEnd): Promise<string> {
  let text = "";
  for (let bytes = await far.receive(); bytes !== null; bytes = await far.receive()) {
    text += new TextDecoder("latin1").decode(bytes);
  }
  return text;
}

async function receiveBytes(far: FarEnd, count: number): Promise<number> {
  let seen = 0;
  while (seen < count) seen += (await far.receive())?.length ?? count;
  return seen;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "passes on what arrives, in order and whole": async (_transport, far, events, start) => {
    start();
    await far.send(latin1("hello "));
    await far.send(latin1("world"));
    await events.until(() => events.bytes.length === 11);
    assertEquals(events.bytes, "hello world");
  },

  "reads what is larger than any buffer of it": async (_transport, far, events, start) => {
    start();
    let count = 0;
    events.onChunk = (_bytes, begin, end) => ((count += end - begin), end);
    await far.send(new Uint8Array(300_000));
    await events.until(() => count === 300_000);
  },

  "calls again with the rest where less was taken": async (_transport, far, events, start) => {
    start();
    events.onChunk = (_bytes, begin, end) => Math.min(begin + 3, end);
    await far.send(latin1("abcdefgh"));
    await events.until(() => events.bytes.length === 8);
    assertEquals(events.bytes, "abcdefgh");
    assert(events.seen.filter((event) => event === "bytes").length >= 3);
  },

  "hands over in the middle of a chunk to whoever took the events": async (transport, far, first, start) => {
    start();
    const second = new Recorder();
    first.onChunk = (_bytes, begin, end) => {
      transport.events = second;
      return Math.min(begin + 2, end);
    };
    await far.send(latin1("abcdef"));
    await second.until(() => second.bytes.length === 4);
    assertEquals([first.bytes, second.bytes], ["ab", "cdef"]);
  },

  "writes what was appended in one turn at its end": async (transport, far, events, start) => {
    start();
    transport.output.appendBytes(latin1("one "));
    transport.touch();
    transport.output.appendBytes(latin1("two"));
    transport.touch();
    assertEquals(events.seen, []);
    assertEquals(await receiveBytes(far, 7), 7);
    await events.until(() => events.seen.includes("written"));
    // What is taken at once has never been under way.
    assertEquals(events.seen.filter((event) => event !== "writing"), ["written"]);
  },

  "writes what is larger than the cable takes, piece by piece": async (transport, far, events, start) => {
    start();
    transport.output.appendBytes(new Uint8Array(5_000_000));
    transport.touch();
    assertEquals(await receiveBytes(far, 5_000_000), 5_000_000);
    await events.until(() => transport.output.byteLength === 0);
  },

  "does not read while it is paused": async (transport, far, events, start) => {
    start();
    await far.send(latin1("a"));
    await events.until(() => events.bytes === "a");
    transport.pause();
    // A read that was under way may still bring its bytes; the cable and that read are all that takes any.
    let sent = 0;
    const sending = (async () => {
      for (; sent < 400; sent++) await far.send(new Uint8Array(100_000));
    })();
    transport.output.appendBytes(latin1("x"));
    transport.touch();
    await far.receive();
    assertLess(events.bytes.length, 1_000_000);
    transport.resume();
    events.onChunk = (_bytes, _start, end) => end;
    await sending;
    await events.until(() => events.bytes.length === 40_000_001);
  },

  "goes on with the rest of a chunk after a pause in it": async (transport, far, events, start) => {
    start();
    events.onChunk = (_bytes, begin, end) => {
      transport.pause();
      return Math.min(begin + 1, end);
    };
    await far.send(latin1("abc"));
    for (const taken of ["a", "ab", "abc"]) {
      await events.until(() => events.bytes === taken);
      transport.resume();
    }
  },

  "leaves pinned bytes alone until they are unpinned": async (transport, far, events, start) => {
    start();
    let view = new Uint8Array(0);
    let pinned: Uint8Array<ArrayBuffer> | undefined;
    events.onChunk = (bytes, begin, end) => {
      if (pinned === undefined) {
        view = bytes.subarray(begin, end);
        pinned = bytes;
        transport.pin(bytes);
      }
      return end;
    };
    await far.send(latin1("keep me"));
    await events.until(() => events.bytes.length === 7);
    for (let count = 1; count <= 5; count++) {
      await far.send(latin1("XXXXXXX"));
      await events.until(() => events.bytes.length === 7 + 7 * count);
    }
    assertEquals(new TextDecoder().decode(view), "keep me");
    transport.pins.give(pinned!);
  },

  "tells when the far end will send nothing more": async (transport, far, events, start) => {
    start();
    await far.send(latin1("last"));
    await far.end();
    await events.until(() => events.ended === 1);
    assertEquals([events.bytes, events.closed], ["last", 0]);
    transport.output.appendBytes(latin1("answer"));
    transport.end();
    assertEquals(await receiveAll(far), "answer");
    await events.until(() => events.closed === 1);
  },

  "ends after its last bytes, discards what still arrives, and is closed when the far end ends": async (
    transport,
    far,
    events,
    start,
  ) => {
    start();
    await far.send(latin1("hello"));
    await events.until(() => events.bytes === "hello");
    transport.output.appendBytes(new Uint8Array(200_000).fill(65));
    transport.end();
    await far.send(new Uint8Array(200_000));
    assertEquals((await receiveAll(far)).length, 200_000);
    assertEquals([events.bytes, events.closed], ["hello", 0]);
    await far.end();
    await events.until(() => events.closed === 1);
    assertEquals(events.ended, 0);
  },

  "is closed once when it is destroyed, and says nothing after": async (transport, far, events, start) => {
    start();
    await far.send(latin1("x"));
    await events.until(() => events.bytes === "x");
    transport.destroy();
    transport.destroy();
    transport.end();
    transport.touch();
    assertEquals([events.seen.at(-1), events.closed], ["closed", 1]);
    await far.receive().catch(() => null);
    assertEquals([events.closed, events.ended], [1, 0]);
  },

  "shows its observer the bytes that leave, each once and in order": async (transport, far, events, start) => {
    start();
    const shown: string[] = [];
    transport.observer = (bytes) => void shown.push(new TextDecoder("latin1").decode(bytes));
    // More than goes at once.
    for (let at = 0; at < 24; at++) transport.output.appendBytes(new Uint8Array(100_000).fill(97 + at));
    transport.touch();
    transport.end(false);
    const received = await receiveAll(far);
    await events.until(() => events.closed === 1);
    assertEquals(received.length, 2_400_000);
    assertEquals(shown.join("") === received, true);
  },

  "may be destroyed in the middle of a chunk": async (transport, far, events, start) => {
    start();
    events.onChunk = (_bytes, begin) => {
      transport.destroy();
      return begin + 1;
    };
    await far.send(latin1("abc"));
    await events.until(() => events.closed === 1);
    await far.receive().catch(() => null);
    assertEquals(events.bytes, "a");
  },
};

/** Registers the suite's tests for one implementation. */
export function testTransport(name: string, lay: LayCable): void {
  for (const [what, scenario] of Object.entries(SCENARIOS)) {
    Deno.test({
      name: `${name} ${what}`,
      sanitizeOps: true,
      sanitizeResources: true,
      async fn() {
        const clock = systemClock;
        const bench = { clock, turn: new Turn(clock), pool: new BufferPool(sharedArena()) };
        const { transport, far, start } = await lay(bench);
        const events = new Recorder();
        transport.events = events;
        try {
          await scenario(transport, far, events, start);
        } finally {
          transport.destroy();
          await far.close();
          bench.turn.clear();
        }
      },
    });
  }
}
