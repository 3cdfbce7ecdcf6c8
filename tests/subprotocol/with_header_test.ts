/** Messages of `sockeye.v1` out of their parts. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { headerEnd } from "../../lib/subprotocol/v1.ts";
import { withHeader } from "../../lib/subprotocol/with_header.ts";

const line = fc.string({ unit: "binary", maxLength: 30 }).map((text) => `${text.replaceAll("\n", " ")}\n`);

Deno.test("withHeader puts a header before a text, as text", () => {
  assertEquals(withHeader("\n", ""), "\n");
  assertEquals(withHeader('["rep",7]\n', "grüße\n"), '["rep",7]\ngrüße\n');
});

Deno.test("withHeader puts a header before bytes of any kind, as bytes, and leaves them as they are", () => {
  fc.assert(fc.property(line, fc.uint8Array({ maxLength: 50 }), fc.nat(5), (header, bytes, before) => {
    const whole = new Uint8Array(before + bytes.length);
    whole.set(bytes, before);
    const views = [
      bytes,
      bytes.slice().buffer,
      new DataView(whole.buffer, before, bytes.length),
      whole.subarray(before),
    ];
    for (const view of views) {
      const message = withHeader(header, view) as Uint8Array;
      const at = headerEnd(message, 0, message.length);
      assertEquals(new TextDecoder("utf-8", { ignoreBOM: true }).decode(message.subarray(0, at + 1)), header);
      assertEquals(message.slice(at + 1), bytes);
    }
    assertEquals(whole.slice(before), bytes);
  }));
});
