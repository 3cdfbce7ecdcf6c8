/** Messages are compressed where it was agreed on and pays. @module */
import { assert, assertEquals, assertFalse, assertLess } from "@std/assert";
import { constants, inflateRawSync } from "node:zlib";
import { type DeflateTerms, DeflatingWriter } from "../../lib/frame/deflating_writer.ts";
import { OPCODE } from "../../lib/frame/opcode.ts";
import { PreparedMessage } from "../../lib/frame/prepared_message.ts";
import { WriteBuffer } from "../../lib/frame/write_buffer.ts";
import { receive, utf8 } from "./recorder.ts";
import { CountingSource } from "./segment_source.ts";

const PARAMETERS = { windowBits: 15, level: 1, memLevel: 8 };
const TERMS: DeflateTerms = { parameters: PARAMETERS, commonWindowBits: 15, keepsContext: false, thresholdBytes: 20 };

const LINE = "a line that is long enough to be compressed, a line that is long enough";

class Writing {
  readonly output = new WriteBuffer(new CountingSource());
  readonly writer: DeflatingWriter;

  constructor(terms: Partial<DeflateTerms> = {}) {
    this.writer = new DeflatingWriter({ ...TERMS, ...terms }, this.output);
  }

  /** What was written since the last call: `compressed text …`, `binary …`. */
  events(): readonly string[] {
    const parts: number[] = [];
    for (let bytes = this.output.begin(); bytes !== undefined; bytes = this.output.begin()) {
      parts.push(...bytes);
      this.output.wrote(bytes.length);
    }
    const { events, violation } = receive(Uint8Array.from(parts), { expectMasked: false, allowsRsv1: true });
    assertEquals(violation, undefined);
    return events;
  }

  /** What a peer that keeps its context makes of it: one zlib stream over all compressed messages. */
  inflated(): string {
    const payloads = this.events().map((event) => {
      const [hex = ""] = event.split(" ").slice(-1);
      assert(event.startsWith("compressed "), event);
      return [...Uint8Array.fromHex(hex), 0x00, 0x00, 0xff, 0xff];
    });
    return inflateRawSync(Uint8Array.from(payloads.flat()), { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  }
}

Deno.test("DeflatingWriter compresses from its threshold on, which counts bytes", () => {
  const writing = new Writing();
  writing.writer.appendText("x".repeat(19));
  writing.writer.appendBytes(OPCODE.BINARY, new Uint8Array(19));
  writing.writer.appendText("x".repeat(20));
  writing.writer.appendBytes(OPCODE.BINARY, new Uint8Array(20));
  writing.writer.appendText("€".repeat(6));
  writing.writer.appendText("€".repeat(7));
  assertEquals(writing.events().map((event) => event.replace(/ [0-9a-f]*$/, "")), [
    "text",
    "binary",
    "compressed text",
    "compressed binary",
    "text",
    "compressed text",
  ]);
  assertEquals([writing.writer.compresses(19), writing.writer.compresses(20)], [false, true]);
});

Deno.test("DeflatingWriter compresses no empty message, whatever the threshold", () => {
  for (const keepsContext of [true, false]) {
    const writing = new Writing({ thresholdBytes: 0, keepsContext });
    writing.writer.appendText("");
    writing.writer.appendBytes(OPCODE.BINARY, new Uint8Array(0));
    writing.writer.appendPrepared(new PreparedMessage(""));
    assertEquals(writing.events(), ["text ", "binary ", "text "]);
    assertFalse(writing.writer.compresses(0));
  }
});

Deno.test("DeflatingWriter sends what does not become smaller as it is, unless its context would lose it", () => {
  const noise = crypto.getRandomValues(new Uint8Array(100));
  const alone = new Writing();
  alone.writer.appendBytes(OPCODE.BINARY, noise);
  alone.writer.appendPrepared(new PreparedMessage(noise));
  assertEquals(alone.events(), [`binary ${noise.toHex()}`, `binary ${noise.toHex()}`]);
  const kept = new Writing({ keepsContext: true });
  kept.writer.appendBytes(OPCODE.BINARY, noise);
  kept.writer.appendBytes(OPCODE.BINARY, noise);
  const [first = "", second = ""] = kept.events();
  assertLess(second.length, first.length / 2);
  kept.writer.close();
});

Deno.test("DeflatingWriter takes strings of any length and content", () => {
  const writing = new Writing();
  const texts = ["é".repeat(40_000), "😀".repeat(20_000), `\ud800${"x".repeat(100_000)}`];
  for (const text of texts) writing.writer.appendText(text);
  const events = writing.events();
  assertEquals(events.length, 3);
  for (const [at, event] of events.entries()) {
    const payload = Uint8Array.fromHex(event.replace("compressed text ", ""));
    assertEquals(
      inflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }).toString(),
      texts[at]!.toWellFormed(),
    );
  }
});

Deno.test("DeflatingWriter sends private and shared messages to a peer that keeps its context: it reads them all", () => {
  const writing = new Writing({ keepsContext: true });
  const { writer } = writing;
  const shared = new PreparedMessage(`shared: ${LINE}`);
  const sent = [
    `1 ${LINE}`,
    `2 ${LINE}`,
    `shared: ${LINE}`,
    `3 ${LINE}`,
    `shared: ${LINE}`,
    `shared: ${LINE}`,
    `4 ${LINE}`,
  ];
  for (const text of sent) {
    if (text.startsWith("shared")) writer.appendPrepared(shared);
    else writer.appendText(text);
  }
  assertEquals(writing.inflated(), sent.join(""));
  writer.close();
});

Deno.test("DeflatingWriter begins anew behind a shared message: its own next one refers to nothing before it", () => {
  const writing = new Writing({ keepsContext: true });
  writing.writer.appendText(LINE);
  writing.writer.appendPrepared(new PreparedMessage(`shared: ${LINE}`));
  writing.writer.appendText(LINE);
  writing.writer.appendText(LINE);
  const [first, , afterShared, last = ""] = writing.events();
  assertEquals(afterShared, first);
  assertLess(last.length, first!.length / 2);
  writing.writer.close();
});

Deno.test("DeflatingWriter gives a peer with a smaller window the common frame where the payload fits into it", () => {
  const [wide, narrow] = [new Writing(), new Writing({ parameters: { ...PARAMETERS, windowBits: 9 } })];
  const half = Array.from({ length: 60 }, (_, at) => String.fromCharCode(33 + at)).join("");
  for (const [text, isSame] of [[half.repeat(8), true], [half.repeat(20), false]] as const) {
    const message = new PreparedMessage(text);
    const frames = [wide, narrow].map(({ writer, events }, at) => {
      writer.appendPrepared(message);
      return events.call([wide, narrow][at]!)[0];
    });
    const common = message.deflatedRun(PARAMETERS);
    assert(common === message.deflatedRun(PARAMETERS), "compressed twice");
    assertEquals(text.length <= 512, isSame);
    for (const frame of frames) {
      const payload = Uint8Array.fromHex(frame!.replace("compressed text ", ""));
      // A window of 2^9 bytes refuses what lies further back.
      const limits = { windowBits: frame === frames[1] ? 9 : 15, finishFlush: constants.Z_SYNC_FLUSH };
      assertEquals(inflateRawSync(payload, limits).toString(), text);
    }
  }
});

Deno.test("DeflatingWriter compresses a message for many once, whoever gets it", () => {
  const message = new PreparedMessage(utf8(LINE));
  const frames = [new Writing(), new Writing({ keepsContext: true }), new Writing()].map((writing) => {
    writing.writer.appendPrepared(message);
    writing.writer.close();
    return writing.events()[0];
  });
  assertEquals(new Set(frames).size, 1);
});

Deno.test("DeflatingWriter holds a context from the first message on, and only where it keeps one", () => {
  const [kept, alone] = [new Writing({ keepsContext: true }), new Writing()];
  for (const { writer } of [kept, alone]) {
    writer.appendPrepared(new PreparedMessage(LINE));
    assertEquals(writer.heldBytes, 0);
    writer.appendText(LINE);
  }
  assertLess(0, kept.writer.heldBytes);
  assertEquals(alone.writer.heldBytes, 0);
  kept.writer.close();
  assertEquals(kept.writer.heldBytes, 0);
});
