/** RFC 6455 §5 and §8.1 on the wire: every opcode, bit, length form, fragmentation and text. @module */
import { assertEquals } from "@std/assert";
import { encodeFrame } from "../../lib/frame/mod.ts";
import { closeFrame, concat, frame } from "./raw_client.ts";
import { section, type Wire } from "./section.ts";

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0x0, 0x1, 0x2, 0x8, 0x9, 0xa] as const;
const RESERVED = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];
const MORE = { fin: false } as const;
const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));

/** Each stream, on a connection of its own, ends it with the code and nothing else. */
async function allEndWith(wire: Wire, code: number, streams: Iterable<Uint8Array>): Promise<void> {
  for (const stream of streams) {
    const client = await wire.open();
    await client.send(stream);
    await client.closed(code).catch((error) => {
      throw new Error(`${stream.toHex().slice(0, 60)}: ${error.message}`);
    });
  }
}

section("RFC 6455 §5.1: masking on the wire", {
  "a frame that is not masked ends the connection with 1002, whatever its opcode": (wire) =>
    allEndWith(
      wire,
      1002,
      [TEXT, BINARY, CLOSE, PING, PONG].map((opcode) => encodeFrame({ opcode, payload: new Uint8Array(2) })),
    ),
  "no frame of the server's is masked: text, binary, pong, ping, close": async (wire) => {
    const client = await wire.open();
    await client.send(frame(TEXT, "a"), frame(BINARY, "b"), frame(PING, "c"), closeFrame(1000));
    for (const opcode of [TEXT, BINARY, PONG, CLOSE]) {
      const seen = await client.frame();
      assertEquals([seen.opcode, seen.isMasked], [opcode, false]);
    }
    const lab = await wire.open("/lab");
    await lab.send(frame(TEXT, "ping x"));
    const ping = await lab.frame();
    assertEquals([ping.opcode, ping.isMasked], [PING, false]);
  },
  "a payload is unmasked with the key of its own frame": async (wire) => {
    const client = await wire.open();
    for (const key of ["00000000", "ffffffff", "01020304", "80000001"]) {
      for (const length of [1, 2, 3, 4, 5, 130, 70_000]) {
        const payload = Uint8Array.from({ length }, (_, i) => i * 31);
        await client.send(encodeFrame({ opcode: BINARY, payload, maskKey: hex(key) }));
        assertEquals((await client.frame()).payload, payload);
      }
    }
  },
});

section("RFC 6455 §5.2: the frame on the wire", {
  "a reserved bit ends the connection with 1002, whichever and whatever the opcode": (wire) => {
    const streams = [];
    for (const opcode of [TEXT, BINARY, PING, PONG, CLOSE]) {
      for (let rsv = 1; rsv < 8; rsv++) streams.push(frame(opcode, "", { rsv }));
    }
    streams.push(concat(frame(TEXT, "a", MORE), frame(CONTINUATION, "b", { rsv: 4 })));
    return allEndWith(wire, 1002, streams);
  },
  "no frame of the server's has a reserved bit": async (wire) => {
    const client = await wire.open("/echo", { "Sec-WebSocket-Extensions": "x-unknown" });
    await client.send(frame(TEXT, "a"), frame(BINARY, "b"), frame(PING, "c"), closeFrame(1000));
    for (let i = 0; i < 4; i++) assertEquals((await client.frame()).rsv, 0);
  },
  "an unknown opcode ends the connection with 1002, also inside a message and without FIN": (wire) =>
    allEndWith(
      wire,
      1002,
      RESERVED.flatMap((opcode) => [
        frame(opcode),
        frame(opcode, "x", MORE),
        concat(frame(TEXT, "a", MORE), frame(opcode, "x")),
      ]),
    ),
  "lengths of all three forms are read in network byte order and sent in the shortest": async (wire) => {
    const client = await wire.open();
    for (const [length, headerBytes] of [[0, 2], [125, 2], [126, 4], [127, 4], [258, 4], [65_535, 4], [65_536, 10]]) {
      for (const opcode of [TEXT, BINARY]) {
        const payload = new Uint8Array(length!).fill(0x61);
        await client.send(frame(opcode, payload));
        const seen = await client.frame();
        assertEquals([seen.opcode, seen.headerBytes, seen.payload.length], [opcode, headerBytes, length]);
      }
    }
  },
  "a length that is not in its shortest form ends the connection with 1002": (wire) =>
    allEndWith(wire, 1002, ["82fe0000", "82fe007d", "82ff0000000000000000", "82ff000000000000ffff"].map(headerOf)),
  "a 64-bit length with its most significant bit set ends the connection with 1002": (wire) =>
    allEndWith(wire, 1002, ["82ff8000000000000000", "82ffffffffffffffffff"].map(headerOf)),
});

/** A header with a masking key behind it, and none of the payload it announces. */
function headerOf(start: string): Uint8Array {
  return concat(hex(start), hex("37fa213d"));
}

section("RFC 6455 §5.4: fragmentation on the wire", {
  "fragments of any size make one message, of the type of the first": async (wire) => {
    const client = await wire.open();
    for (const opcode of [TEXT, BINARY]) {
      await client.send(frame(opcode, "He", MORE), frame(CONTINUATION, "", MORE));
      await client.send(frame(CONTINUATION, "ll", MORE), frame(CONTINUATION, "o"));
      const seen = await client.frame();
      assertEquals([seen.fin, seen.opcode, new TextDecoder().decode(seen.payload)], [true, opcode, "Hello"]);
    }
    await client.send(frame(TEXT, "", MORE), frame(CONTINUATION));
    assertEquals(await client.text(), "");
  },
  "control frames between fragments are acted on at once and belong to no message": async (wire) => {
    const client = await wire.open();
    await client.send(frame(TEXT, "a", MORE), frame(PING, "p"));
    const pong = await client.frame();
    assertEquals([pong.opcode, pong.payload], [PONG, Uint8Array.of(0x70)]);
    await client.send(frame(PONG, "q"), frame(CONTINUATION, "b"));
    assertEquals(await client.text(), "ab");
    await client.send(frame(TEXT, "never ended", MORE), closeFrame(1000));
    await client.closed(1000);
  },
  "a fragmented control frame ends the connection with 1002": (wire) =>
    allEndWith(wire, 1002, [CLOSE, PING, PONG].map((opcode) => frame(opcode, "", MORE))),
  "a new message inside a fragmented one ends the connection with 1002": (wire) =>
    allEndWith(wire, 1002, [TEXT, BINARY].map((opcode) => concat(frame(TEXT, "a", MORE), frame(opcode, "b")))),
  "a continuation without a beginning ends the connection with 1002": (wire) =>
    allEndWith(wire, 1002, [
      frame(CONTINUATION, "a"),
      frame(CONTINUATION, "a", MORE),
    ]),
  "a continuation after a whole message ends the connection with 1002": async (wire) => {
    const client = await wire.open();
    await client.send(frame(TEXT, "whole"), frame(CONTINUATION, "more"));
    assertEquals(await client.text(), "whole");
    await client.closed(1002);
  },
  "the frame behind a message begins the next": async (wire) => {
    const client = await wire.open();
    await client.send(frame(TEXT, "a", MORE), frame(CONTINUATION, "b"), frame(BINARY, "c"), frame(TEXT, "d"));
    assertEquals(await client.text(), "ab");
    assertEquals((await client.frame()).opcode, BINARY);
    assertEquals(await client.text(), "d");
  },
  "a stream cut at every byte is the same stream": async (wire) => {
    const client = await wire.open();
    const stream = concat(
      frame(TEXT, "é", MORE),
      frame(PING, "p"),
      frame(CONTINUATION, "😀"),
      frame(BINARY, "x".repeat(130)),
    );
    for (const byte of stream) await client.send(Uint8Array.of(byte));
    assertEquals((await client.frame()).opcode, PONG);
    assertEquals(await client.text(), "é😀");
    assertEquals((await client.frame()).payload.length, 130);
  },
});

section("RFC 6455 §5.5: control frames on the wire", {
  "a control frame above 125 bytes ends the connection with 1002": (wire) =>
    allEndWith(
      wire,
      1002,
      [CLOSE, PING, PONG].flatMap((opcode) => [126, 70_000].map((n) => frame(opcode, new Uint8Array(n)))),
    ),
  "a pong has the bytes of its ping, from 0 to 125 of them, in order": async (wire) => {
    const client = await wire.open();
    const payloads = [0, 1, 64, 124, 125].map((length) => new Uint8Array(length).fill(length));
    await client.send(...payloads.map((payload) => frame(PING, payload)));
    for (const payload of payloads) {
      const pong = await client.frame();
      assertEquals([pong.opcode, pong.payload], [PONG, payload]);
    }
  },
  "a pong that answers nothing is not answered": async (wire) => {
    const client = await wire.open();
    await client.send(frame(PONG), frame(PONG, "unasked"), frame(TEXT, "next"));
    assertEquals(await client.text(), "next");
  },
  "a ping behind the client's Close is not answered": async (wire) => {
    const client = await wire.open();
    await client.send(closeFrame(1000), frame(PING, "late"), frame(TEXT, "late"));
    await client.closed(1000);
  },
});

const MALFORMED_TEXT = [
  ["a lone continuation byte", "80"],
  ["an overlong slash", "c0af"],
  ["an overlong NUL", "e08080"],
  ["a surrogate", "eda080"],
  ["above U+10FFFF", "f4908080"],
  ["a byte that never is", "ff"],
  ["a character cut short", "61e282"],
  ["a character cut short by another", "e28261"],
] as const;

section("RFC 6455 §8.1: text on the wire", {
  "text that is not UTF-8 ends the connection with 1007, whole and in fragments": (wire) =>
    allEndWith(
      wire,
      1007,
      MALFORMED_TEXT.flatMap(([_what, bytes]) => [
        frame(TEXT, hex(bytes)),
        concat(frame(TEXT, "fine, ", MORE), frame(CONTINUATION, hex(bytes))),
        concat(frame(TEXT, hex(bytes).subarray(0, 1), MORE), frame(CONTINUATION, hex(bytes).subarray(1))),
      ]),
    ),
  "a bad byte ends the connection before its message, and its frame, has ended": async (wire) => {
    const inMessage = await wire.open();
    await inMessage.send(frame(TEXT, "fine", MORE), frame(CONTINUATION, hex("f490"), MORE));
    await inMessage.closed(1007);
    const inFrame = await wire.open();
    await inFrame.send(frame(TEXT, concat("fine", hex("ff"), "x".repeat(500))).subarray(0, 40));
    await inFrame.closed(1007);
  },
  "a character may be cut by fragments, as long as the message is UTF-8": async (wire) => {
    const client = await wire.open();
    const face = new TextEncoder().encode("😀");
    await client.send(
      ...[0, 1, 2, 3].map((at) => frame(at === 0 ? TEXT : CONTINUATION, face.subarray(at, at + 1), { fin: at === 3 })),
    );
    assertEquals(await client.text(), "😀");
  },
  "the edges of UTF-8 come back as they are": async (wire) => {
    const client = await wire.open();
    for (
      const text of [
        "\u0000",
        "\u007f\u0080",
        "\u07ff\u0800",
        "\ud7ff\ue000",
        "\uffff\u{10000}",
        "\u{10ffff}",
        "\ufeff",
      ]
    ) {
      await client.send(frame(TEXT, text));
      assertEquals(await client.text(), text);
    }
  },
  "binary is not looked at": async (wire) => {
    const client = await wire.open();
    for (const [, bytes] of MALFORMED_TEXT) {
      await client.send(frame(BINARY, hex(bytes)));
      assertEquals((await client.frame()).payload.toHex(), bytes);
    }
  },
});

section("RFC 6455 §10.4: limits on the wire", {
  "a message above the limit ends the connection with 1009, in one frame, in many, and announced": async (wire) => {
    const tooBig = [
      frame(BINARY, new Uint8Array(1001)),
      concat(frame(BINARY, new Uint8Array(600), MORE), frame(CONTINUATION, new Uint8Array(600))),
      headerOf("82ff4000000000000000"),
      headerOf("82ff7fffffffffffffff"),
    ];
    for (const stream of tooBig) {
      const client = await wire.open("/narrow");
      await client.send(stream);
      await client.closed(1009);
    }
    const client = await wire.open("/narrow");
    await client.send(frame(BINARY, new Uint8Array(1000)));
    assertEquals((await client.frame()).payload.length, 1000);
  },
  "a message of too many fragments ends the connection with 1009": async (wire) => {
    const client = await wire.open("/narrow");
    const more = (count: number) => Array.from({ length: count }, () => frame(CONTINUATION, "", MORE));
    await client.send(frame(TEXT, "a", MORE), ...more(2), frame(CONTINUATION, "b"));
    assertEquals(await client.text(), "ab");
    await client.send(frame(TEXT, "", MORE), ...more(4));
    await client.closed(1009);
  },
});
