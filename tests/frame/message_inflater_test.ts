/** Whole messages are inflated: all of them or not at all, and never beyond the limit. @module */
import { assertEquals, assertLess, assertLessOrEqual, assertThrows } from "@std/assert";
import { constants, deflateRawSync } from "node:zlib";
import { type InflaterOptions, MessageInflater } from "../../lib/frame/message_inflater.ts";
import { ProtocolError } from "../../lib/frame/violation.ts";
import { concat, utf8 } from "./recorder.ts";
import { CountingSource } from "./segment_source.ts";

/** "Hello" in a block that says it is the last, and the same in one that does not. */
const FINAL = Uint8Array.fromHex("f348cdc9c90700");
const HELLO = Uint8Array.fromHex("f248cdc9c90700");

const EVERY_WAY: readonly Partial<InflaterOptions>[] = [
  { keepsContext: false },
  { keepsContext: true },
  { keepsContext: false, usesStreams: false },
];

class Inflating {
  readonly source = new CountingSource();
  readonly inflater: MessageInflater;

  constructor(options: Partial<InflaterOptions> = {}) {
    const all = { maxMessageBytes: 1 << 20, keepsContext: false, windowBits: 15, ...options };
    this.inflater = new MessageInflater(all, this.source);
  }

  /** Inflates what lies in the middle of a chunk, and gives the buffer back. */
  bytes(payload: Uint8Array, isText = false): Uint8Array {
    const chunk = concat(Uint8Array.of(0xff, 0xff), payload, Uint8Array.of(0xff));
    const { bytes, start, end } = this.inflater.inflate(isText, chunk, 2, chunk.length - 1);
    const message = bytes.slice(start, end);
    this.source.give(bytes);
    return message;
  }

  text(...parts: readonly Uint8Array[]): string {
    return new TextDecoder().decode(this.bytes(concat(...parts), true));
  }

  /** The row that inflating fails with; nothing is held after it. */
  fault(payload: Uint8Array, isText = false): string {
    const error = assertThrows(() => this.bytes(payload, isText), ProtocolError);
    assertEquals(this.source.outstanding, 0);
    return error.violation;
  }
}

function deflate(payload: Uint8Array, level = 6): Uint8Array {
  const packed = deflateRawSync(payload, { level, finishFlush: constants.Z_SYNC_FLUSH });
  return new Uint8Array(packed.subarray(0, packed.length - 4));
}

for (const options of EVERY_WAY) {
  const way = options.keepsContext ? "with context" : options.usesStreams === false ? "by whole buffers" : "alone";

  Deno.test(`MessageInflater, ${way}, inflates messages of any length up to the limit`, () => {
    const inflating = new Inflating({ ...options, maxMessageBytes: 300_000 });
    for (const length of [1, 100, 495, 496, 497, 1000, 2047, 2048, 65_536, 300_000]) {
      const payload = Uint8Array.from({ length }, (_, at) => (at >> 4) * 7);
      assertEquals(inflating.bytes(deflate(payload)), payload);
    }
    inflating.inflater.close();
  });

  Deno.test(`MessageInflater, ${way}, takes empty messages, of one octet and of none`, () => {
    const inflating = new Inflating(options);
    assertEquals(inflating.text(HELLO), "Hello");
    assertEquals(inflating.text(Uint8Array.of(0)), "");
    assertEquals(inflating.text(Uint8Array.of(2, 0)), "");
    assertEquals(inflating.text(), "");
    assertEquals(inflating.text(HELLO), "Hello");
    inflating.inflater.close();
  });

  Deno.test(`MessageInflater, ${way}, takes a final block at the end of a message, and goes on with the next`, () => {
    const inflating = new Inflating(options);
    for (const end of [[], [0]]) assertEquals(inflating.text(FINAL, Uint8Array.from(end)), "Hello");
    assertEquals(inflating.text(HELLO), "Hello");
    assertEquals(inflating.text(Uint8Array.of(3, 0)), "");
    inflating.inflater.close();
  });

  Deno.test(`MessageInflater, ${way}, never truncates: a message cut anywhere is corrupt`, () => {
    const packed = deflate(utf8("a message that is long enough, and so can be cut in many different places"));
    for (let end = 1; end < packed.length; end++) {
      const inflating = new Inflating(options);
      assertEquals(inflating.fault(packed.subarray(0, end)), "DEFLATE_CORRUPT");
      inflating.inflater.close();
    }
  });

  Deno.test(`MessageInflater, ${way}, refuses what is no deflate stream`, () => {
    for (const hex of ["ff", "07", "0500faff", "000500ffff48656c6c6f00", "f20011", "63", "f248cdc9c90700ff"]) {
      const inflating = new Inflating(options);
      assertEquals(inflating.fault(Uint8Array.fromHex(hex)), "DEFLATE_CORRUPT", hex);
      inflating.inflater.close();
    }
  });

  Deno.test(`MessageInflater, ${way}, stops at maxMessageBytes, before more memory is spent`, () => {
    const limit = 100_000;
    const inflating = new Inflating({ ...options, maxMessageBytes: limit });
    const bomb = deflate(new Uint8Array(100 * limit), 9);
    assertLess(bomb.length, limit / 9);
    assertEquals(inflating.fault(bomb), "MESSAGE_TOO_BIG");
    for (const size of inflating.source.taken) assertLessOrEqual(size, limit + 17);
    inflating.inflater.close();
    const exact = new Inflating({ ...options, maxMessageBytes: limit });
    assertEquals(exact.bytes(deflate(new Uint8Array(limit))).length, limit);
    assertEquals(exact.fault(deflate(new Uint8Array(limit + 1))), "MESSAGE_TOO_BIG");
    exact.inflater.close();
  });

  Deno.test(`MessageInflater, ${way}, checks that an inflated text is UTF-8 (RFC 6455 §8.1)`, () => {
    const euro = utf8("€ ".repeat(50));
    const inflating = new Inflating(options);
    assertEquals(inflating.bytes(deflate(euro), true), euro);
    assertEquals(inflating.fault(deflate(euro.subarray(0, 1)), true), "TEXT_NOT_UTF8");
    const binary = new Inflating(options);
    assertEquals(binary.bytes(deflate(euro.subarray(0, 1))), euro.subarray(0, 1));
    for (const { inflater } of [inflating, binary]) inflater.close();
  });
}

for (const keepsContext of [false, true]) {
  const way = keepsContext ? "with context" : "alone";

  Deno.test(`MessageInflater, ${way}, goes on behind a final block: twice, in the middle, empty ones`, () => {
    const inflating = new Inflating({ keepsContext });
    const empty = Uint8Array.of(3, 0);
    assertEquals(inflating.text(FINAL, FINAL), "HelloHello");
    assertEquals(inflating.text(FINAL, FINAL, Uint8Array.of(0)), "HelloHello");
    assertEquals(inflating.text(FINAL, HELLO), "HelloHello");
    assertEquals(inflating.text(empty, empty, HELLO), "Hello");
    assertEquals(inflating.text(FINAL, empty, FINAL, empty, HELLO), "HelloHelloHello");
    assertEquals(inflating.text(HELLO), "Hello");
    inflating.inflater.close();
  });

  Deno.test(`MessageInflater, ${way}, finds the end of a stream at the very end of its output`, () => {
    const inflating = new Inflating({ keepsContext });
    for (const length of [495, 496, 497, 1008, 1009, 4080, 4081]) {
      const payload = new Uint8Array(length).fill(7);
      const final = new Uint8Array(deflateRawSync(payload));
      assertEquals(inflating.bytes(concat(final, HELLO)).length, length + 5);
    }
    inflating.inflater.close();
  });

  Deno.test(`MessageInflater, ${way}, refuses a thousand final blocks and more: each costs as much as a message`, () => {
    const inflating = new Inflating({ keepsContext });
    const many = (count: number) => concat(...Array.from({ length: count }, () => Uint8Array.of(3, 0)));
    assertEquals(inflating.bytes(many(1024)).length, 0);
    assertEquals(inflating.fault(many(1026)), "DEFLATE_CORRUPT");
    inflating.inflater.close();
  });
}

Deno.test("MessageInflater refuses a reference beyond a final block, and does not make something up", () => {
  const inflating = new Inflating({ keepsContext: true });
  assertEquals(inflating.text(FINAL), "Hello");
  // RFC 7692 §7.2.3.2: "Hello" by reference to the message before.
  assertEquals(inflating.fault(Uint8Array.fromHex("f200110000")), "DEFLATE_CORRUPT");
  inflating.inflater.close();
});

Deno.test("MessageInflater holds a context from the first message on, and only where it keeps one", () => {
  const kept = new Inflating({ keepsContext: true, windowBits: 8 });
  const alone = new Inflating();
  assertEquals([kept.inflater.heldBytes, alone.inflater.heldBytes], [0, 0]);
  for (const each of [kept, alone]) assertEquals(each.text(HELLO), "Hello");
  assertLess(0, kept.inflater.heldBytes);
  assertEquals(alone.inflater.heldBytes, 0);
  kept.inflater.close();
  kept.inflater.close();
  assertEquals(kept.inflater.heldBytes, 0);
});

Deno.test("MessageInflater leaves room for a header before the message", () => {
  const { inflater } = new Inflating();
  assertLess(9, inflater.inflate(true, HELLO, 0, HELLO.length).start);
});

Deno.test("MessageInflater frees large outputs that it outgrew or gave up, at once and not by the collector", () => {
  const limit = 5 << 20;
  const taken: Uint8Array[] = [];
  const source = {
    take(minBytes: number) {
      const buffer = new Uint8Array(minBytes);
      taken.push(buffer);
      return buffer;
    },
    give() {},
  };
  const inflater = new MessageInflater({ maxMessageBytes: limit, keepsContext: false, windowBits: 15 }, source);
  const payload = Uint8Array.from({ length: limit }, (_, at) => (at >> 8) * 31);
  const packed = deflate(payload);
  const { bytes, start, end } = inflater.inflate(false, packed, 0, packed.length);
  assertEquals(bytes.subarray(start, end).every((byte, at) => byte === payload[at]), true);
  const bomb = deflate(new Uint8Array(limit + 1));
  assertThrows(() => inflater.inflate(false, bomb, 0, bomb.length), ProtocolError, "MESSAGE_TOO_BIG");
  // What was transferred has no bytes left.
  assertEquals(taken.filter(({ length }) => length >= 1 << 20), []);
});

Deno.test("MessageInflater gives large outputs that lie in a memory with others back, for they cannot be freed alone", () => {
  const memory = new ArrayBuffer(32 << 20);
  const out = new Set<Uint8Array>();
  let at = 0;
  const source = {
    take(minBytes: number) {
      const buffer = new Uint8Array(memory, at, minBytes);
      at += minBytes;
      out.add(buffer);
      return buffer;
    },
    give: (buffer: Uint8Array) => assertEquals(out.delete(buffer), true),
  };
  const limit = 5 << 20;
  const inflater = new MessageInflater({ maxMessageBytes: limit, keepsContext: false, windowBits: 15 }, source);
  const packed = deflate(new Uint8Array(limit).fill(7));
  const { bytes, start, end } = inflater.inflate(false, packed, 0, packed.length);
  assertEquals([end - start, bytes.subarray(start, end).every((byte) => byte === 7)], [limit, true]);
  assertEquals([...out], [bytes], "what was outgrown is back");
  const bomb = deflate(new Uint8Array(limit + 1));
  assertThrows(() => inflater.inflate(false, bomb, 0, bomb.length), ProtocolError, "MESSAGE_TOO_BIG");
  assertEquals([...out], [bytes]);
});
