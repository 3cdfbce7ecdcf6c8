/** The examples of RFC 6455 hold, in both directions. @module */
import { assertEquals } from "@std/assert";
import { decodeBase64 } from "@std/encoding/base64";
import { acceptKey } from "../../lib/handshake/mod.ts";
import { encodeFrame, OPCODE, WriteBuffer } from "../../lib/frame/mod.ts";
import { concat, receive, receiveByByte, RFC_KEY, utf8 } from "../frame/recorder.ts";
import { CountingSource } from "../frame/segment_source.ts";
import { ACCEPT_EXAMPLE, FRAME_EXAMPLES, type FrameExample } from "./rfc6455.ts";

function bytesOf({ hex, payloadBytes = 0 }: FrameExample): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.fromHex(hex), new Uint8Array(payloadBytes));
}

for (const example of FRAME_EXAMPLES) {
  Deno.test(`RFC 6455 ${example.section}: Receiver reads ${example.what}`, () => {
    const options = { expectMasked: example.isMasked };
    const expected = { events: [example.event], violation: undefined };
    assertEquals(receive(bytesOf(example), options), expected);
    assertEquals(receiveByByte(bytesOf(example), options), expected);
  });
}

Deno.test("RFC 6455 §5.7: encodeFrame writes the examples", () => {
  const hello = utf8("Hello");
  const { TEXT, BINARY, PING, PONG, CONTINUATION } = OPCODE;
  const written = [
    encodeFrame({ opcode: TEXT, payload: hello }),
    encodeFrame({ opcode: TEXT, payload: hello, maskKey: RFC_KEY }),
    concat(
      encodeFrame({ opcode: TEXT, payload: hello.subarray(0, 3), fin: false }),
      encodeFrame({ opcode: CONTINUATION, payload: hello.subarray(3) }),
    ),
    encodeFrame({ opcode: PING, payload: hello }),
    encodeFrame({ opcode: PONG, payload: hello, maskKey: RFC_KEY }),
    encodeFrame({ opcode: BINARY, payload: new Uint8Array(256) }),
    encodeFrame({ opcode: BINARY, payload: new Uint8Array(65_536) }),
  ];
  assertEquals(written.map((bytes) => bytes.toHex()), FRAME_EXAMPLES.map((example) => bytesOf(example).toHex()));
});

Deno.test("RFC 6455 §5.7: WriteBuffer writes the server's examples", () => {
  const output = new WriteBuffer(new CountingSource());
  output.appendText("Hello");
  output.appendFrame(OPCODE.PING, utf8("Hello"));
  output.appendFrame(OPCODE.BINARY, new Uint8Array(256));
  const { 0: text, 3: ping, 5: binary } = FRAME_EXAMPLES;
  assertEquals(output.begin()?.toHex(), concat(...[text!, ping!, binary!].map(bytesOf)).toHex());
});

Deno.test("RFC 6455 §1.3: the sample key is answered with the sample accept value", async () => {
  const { key, nonce, concatenation, sha1Hex, accept } = ACCEPT_EXAMPLE;
  assertEquals(new TextDecoder().decode(decodeBase64(key)), nonce);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", new Uint8Array(utf8(concatenation))));
  assertEquals(digest.toHex(), sha1Hex);
  assertEquals(acceptKey(key), accept);
});
