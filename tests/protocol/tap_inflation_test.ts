import { assertEquals } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { FLUSH, ZlibStream } from "../../lib/frame/mod.ts";
import { TapInflation } from "../../lib/protocol/tap_inflation.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Messages as a sender whose context is kept compresses them. */
function packed(texts: readonly string[]): readonly Uint8Array[] {
  const stream = ZlibStream.deflate({ windowBits: 15, level: 6, memLevel: 8 });
  const messages = texts.map((text) => {
    const output = new Uint8Array(text.length + 1000);
    const input = utf8(text);
    const end = stream.write(FLUSH.ALL, input, 0, input.length, output, 0, output.length);
    return output.slice(0, end - 4);
  });
  stream.close();
  return messages;
}

function inflate(inflation: TapInflation, message: Uint8Array, keptBytes = 1000): readonly [string, string, number] {
  const kept = inflation.begin(keptBytes);
  for (const byte of message) inflation.push(Uint8Array.of(byte));
  const state = inflation.end();
  return [state, new TextDecoder().decode(kept.bytes), inflation.byteLength];
}

const KEPT = { keepsContext: true, windowBits: 15 };
const ALONE = { keepsContext: false, windowBits: 15 };

Deno.test("TapInflation follows a context that it has seen from its beginning (RFC 7692 §7.2.3.2)", () => {
  const inflation = new TapInflation(KEPT, 1000, true);
  const [first, second] = packed(["salmon salmon", "salmon salmon"]) as [Uint8Array, Uint8Array];
  assertEquals(second.length < first.length, true, "the second refers to the first");
  assertEquals(inflate(inflation, first), ["whole", "salmon salmon", 13]);
  assertEquals(inflate(inflation, second), ["whole", "salmon salmon", 13]);
  inflation.close();
});

Deno.test("TapInflation does not guess a context whose beginning it has not seen", () => {
  const inflation = new TapInflation(KEPT, 1000, false);
  for (const message of packed(["salmon salmon", "salmon salmon"])) {
    assertEquals(inflate(inflation, message), ["context unknown", "", 0]);
  }
  inflation.close();
});

Deno.test("TapInflation needs no beginning where each message stands alone", () => {
  const inflation = new TapInflation(ALONE, 1000, false);
  for (const text of ["one", "two"]) assertEquals(inflate(inflation, packed([text])[0]!), ["whole", text, 3]);
  inflation.close();
});

Deno.test("TapInflation stops where a message is longer than it may be, keeps its start, and loses the context", () => {
  for (const deflate of [KEPT, ALONE]) {
    const inflation = new TapInflation(deflate, 100, true);
    const [bomb, next] = packed(["x".repeat(100_000), "next"]) as [Uint8Array, Uint8Array];
    const [state, text] = inflate(inflation, bomb);
    assertEquals([state, text], ["too long", "x".repeat(100)]);
    const alone = packed(["next"])[0]!;
    if (deflate.keepsContext) assertEquals(inflate(inflation, next)[0], "context unknown");
    else assertEquals(inflate(inflation, alone), ["whole", "next", 4]);
    inflation.close();
  }
});

Deno.test("TapInflation calls corrupt what is no deflate stream, and what lacks its end", () => {
  const inflation = new TapInflation(ALONE, 1000, true);
  assertEquals(inflate(inflation, Uint8Array.of(0xff, 0xff, 0xff))[0], "corrupt");
  const whole = packed(["a text that is long enough to be cut"])[0]!;
  assertEquals(inflate(inflation, whole.subarray(0, whole.length - 4))[0], "corrupt");
  assertEquals(inflate(inflation, whole)[0], "whole");
  inflation.close();
});

Deno.test("TapInflation takes a final block for the end of a stream, not of the message (RFC 7692 §7.2.3.4)", () => {
  const inflation = new TapInflation(ALONE, 1000, true);
  const final = (text: string): Uint8Array => new Uint8Array(deflateRawSync(utf8(text)));
  assertEquals(inflate(inflation, Uint8Array.of(...final("one "), ...final("two"), 0)), ["whole", "one two", 7]);
  assertEquals(inflate(inflation, new Uint8Array(0)), ["whole", "", 0]);
  inflation.close();
});
