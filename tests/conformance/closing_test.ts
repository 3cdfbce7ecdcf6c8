/** RFC 6455 §5.5.1 and §7 on the wire: the closing handshake from either side, and failing. @module */
import { assertEquals } from "@std/assert";
import { encodeFrame } from "../../lib/frame/mod.ts";
import { closeFrame, concat, frame } from "./raw_client.ts";
import { section } from "./section.ts";

const [TEXT, CLOSE, PING, PONG] = [0x1, 0x8, 0x9, 0xa] as const;

const SENDABLE = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
const NOT_SENDABLE = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

section("RFC 6455 §7: the closing handshake on the wire", {
  "a Close is answered with a Close of the same code, and the server closes TCP": async (wire) => {
    for (const code of SENDABLE) {
      const client = await wire.open();
      await client.send(closeFrame(code, "because"));
      await client.closed(code);
    }
  },
  "a Close without a code is answered with one without": async (wire) => {
    const client = await wire.open();
    await client.send(frame(CLOSE));
    await client.closed(1005);
  },
  "a code that must not be in a Close frame ends the connection with 1002": async (wire) => {
    for (const code of NOT_SENDABLE) {
      const client = await wire.open();
      await client.send(closeFrame(code));
      await client.closed(1002);
    }
  },
  "a Close of one byte ends the connection with 1002": async (wire) => {
    const client = await wire.open();
    await client.send(frame(CLOSE, Uint8Array.of(3)));
    await client.closed(1002);
  },
  "a reason of 123 bytes is taken, one that is not UTF-8 ends the connection with 1007": async (wire) => {
    const long = await wire.open();
    await long.send(closeFrame(1000, "é".repeat(61) + "x"));
    await long.closed(1000);
    for (const bytes of ["ff", "e282", "eda080"]) {
      const client = await wire.open();
      await client.send(closeFrame(1000, Uint8Array.fromHex(bytes)));
      await client.closed(1007);
    }
  },
  "what follows a Close in the same chunk is not looked at": async (wire) => {
    const client = await wire.open();
    await client.send(frame(TEXT, "before"), closeFrame(1000), frame(TEXT, "after"), Uint8Array.of(0xff, 0xff));
    assertEquals(await client.text(), "before");
    await client.closed(1000);
  },
  "the server starts the handshake with code and reason, and closes TCP when it is answered": async (wire) => {
    for (const [words, code, reason] of [["close 4001 enough ✓", 4001, "enough ✓"], ["close", 1000, ""]] as const) {
      const client = await wire.open("/lab");
      await client.send(frame(TEXT, words));
      const close = await client.frame();
      assertEquals([close.opcode, (close.payload[0]! << 8) | close.payload[1]!], [CLOSE, code]);
      assertEquals(new TextDecoder().decode(close.payload.subarray(2)), reason);
      await client.send(closeFrame(code));
      await client.ended();
    }
  },
  "after its own Close the server sends no data, delivers none, and answers pings until the client's": async (wire) => {
    const client = await wire.open("/lab");
    await client.send(frame(TEXT, "close 4002"), frame(TEXT, "origin"), frame(PING, "still"));
    assertEquals((await client.frame()).opcode, CLOSE);
    const pong = await client.frame();
    assertEquals([pong.opcode, new TextDecoder().decode(pong.payload)], [PONG, "still"]);
    await client.send(frame(TEXT, "origin"), closeFrame(4002), frame(PING, "late"));
    await client.ended();
  },
  "both sides closing at once send one Close each": async (wire) => {
    const client = await wire.open("/lab");
    await client.send(frame(TEXT, "close 4003 mine"), closeFrame(4004, "yours"));
    await client.closed(4003, "mine");
  },
  "after failing a connection the server looks at nothing more, a Close included": async (wire) => {
    const client = await wire.open();
    const broken = encodeFrame({ opcode: TEXT, payload: new Uint8Array(3) });
    await client.send(frame(TEXT, "fine"), concat(broken, frame(PING, "x"), frame(TEXT, "y"), closeFrame(1000)));
    assertEquals(await client.text(), "fine");
    await client.closed(1002);
  },
  "a client that ends the stream without a Close was closed with 1006": async (wire) => {
    const watcher = await wire.open("/closes");
    assertEquals(await watcher.text(), "ready");
    const client = await wire.open("/lab?name=raw");
    await client.endWriting();
    await client.ended();
    const told = { name: "raw", code: 1006, reason: "", wasClean: false };
    assertEquals(JSON.parse(await watcher.text()), told);
  },
  "the close code and reason of a connection are those of the first Close received": async (wire) => {
    const watcher = await wire.open("/closes");
    assertEquals(await watcher.text(), "ready");
    for (const [close, code, reason] of [[closeFrame(4005, "é"), 4005, "é"], [frame(CLOSE), 1005, ""]] as const) {
      const client = await wire.open("/lab?name=raw");
      await client.send(close, closeFrame(4999, "second"));
      await client.closed(code);
      assertEquals(JSON.parse(await watcher.text()), { name: "raw", code, reason, wasClean: true });
    }
  },
  "a code that must not be sent is refused to the route, which ends the connection with 1011": async (wire) => {
    for (const code of [1004, 1005, 1006, 1010, 1015, 2000, 5000]) {
      const client = await wire.open("/lab");
      await client.send(frame(TEXT, `close ${code}`), closeFrame(1000));
      await client.closed(1011);
    }
  },
});
