import { assertEquals } from "@std/assert";
import { encodeFrame, OPCODE } from "../../../lib/frame/mod.ts";
import {
  hidesToken,
  redactField,
  redactSubprotocol,
  redactTarget,
  redactUrl,
} from "../../../lib/observe/inspector/redact.ts";
import { type FrameRecord, FrameTap } from "../../../lib/protocol/mod.ts";
import { utf8 } from "../../frame/recorder.ts";

Deno.test("redactTarget and redactUrl keep the path, and nothing of the query or of what stands before the path", () => {
  assertEquals(redactTarget("/a/b?x=1&token=secret"), "/a/b?[redacted]");
  assertEquals(redactTarget("/a?"), "/a?[redacted]");
  assertEquals(redactTarget("/a"), "/a");
  assertEquals(redactUrl("https://user:secret@host:1/a?b#c"), "/a?[redacted]");
  assertEquals(redactUrl("http://host"), "/");
});

const SECRET_FIELDS = [
  "cookie",
  "Set-Cookie",
  "Authorization",
  "proxy-authorization",
  "Sockeye-Session",
  "x-api-key",
  "x-auth-token",
  "x-csrf-token",
  "x-amz-signature",
];

for (const name of SECRET_FIELDS) {
  Deno.test(`redactField shows nothing of ${name}`, () => {
    assertEquals(redactField(name, "a=secret; b"), "[redacted]");
  });
}

Deno.test("redactField shows what says nothing secret, the handshake's own fields among it", () => {
  for (const name of ["host", "origin", "user-agent", "sec-websocket-key", "sec-websocket-accept", "upgrade"]) {
    assertEquals(redactField(name, "value"), "value");
  }
  assertEquals(redactField("referer", "https://a.example/b?token=secret"), "https://a.example/b?[redacted]");
});

Deno.test("redactField shows which subprotocols are offered, and no token that travels among them", () => {
  const offered = "sockeye.v1, sockeye.token.c2VjcmV0, base64url.bearer.authorization.k8s.io.c2VjcmV0, chat";
  const shown = redactField("Sec-WebSocket-Protocol", offered);
  assertEquals(shown, "sockeye.v1, sockeye.token.[redacted], base64url.bearer.authorization.[redacted], chat");
  assertEquals(redactSubprotocol("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"), "[redacted]");
  assertEquals(redactSubprotocol("graphql-transport-ws"), "graphql-transport-ws");
});

/** What is hidden of each frame of a message that a client sends in these parts. */
function hidden(
  parts: readonly string[],
  subprotocol = "sockeye.v1",
  direction: "in" | "out" = "in",
): readonly boolean[] {
  const records: FrameRecord[] = [];
  const tap = new FrameTap({ isFromBeginning: true, maxMessageBytes: 1000 }, (record) => void records.push(record));
  for (const [at, part] of parts.entries()) {
    const opcode = at === 0 ? OPCODE.TEXT : OPCODE.CONTINUATION;
    tap.push(encodeFrame({ opcode, payload: utf8(part), fin: at === parts.length - 1 }));
  }
  return records.map((record) => hidesToken(subprotocol, direction, record));
}

Deno.test("hidesToken: no frame of an auth message of sockeye.v1 is shown, however it is written and cut", () => {
  for (const header of ['["auth","secret"]', ' [ "auth" , "secret"]', '["\\u0061uth","secret"]', '\t["auth","x"]\n']) {
    assertEquals(hidden([header]), [true], header);
    for (let cut = 0; cut <= header.length; cut++) {
      assertEquals(hidden([header.slice(0, cut), header.slice(cut)]), [true, true], `${header} cut at ${cut}`);
    }
  }
  assertEquals(hidden([" ".repeat(100), '["auth","secret"]']), [true, true]);
  assertEquals(hidden([`${" ".repeat(100)}["auth","secret"]`]), [true]);
});

Deno.test("hidesToken lets everything else through: messages, other headers, other subprotocols, what we send", () => {
  for (const said of ["\nhello", '["ping"]\n', '["req",1]\n{"auth":1}', '["authors",1]\n', "", '\n["auth","x"]']) {
    assertEquals(hidden([said]), [false], JSON.stringify(said));
  }
  assertEquals(hidden(['["auth","x"]'], ""), [false]);
  assertEquals(hidden(['["auth","x"]'], "sockeye.v1", "out"), [false]);
});

Deno.test("hidesToken hides what cannot be known: a fragment that began before, a context that was not seen", () => {
  const records: FrameRecord[] = [];
  const deflate = { keepsContext: true, windowBits: 15 };
  const options = { deflate, isFromBeginning: false, maxMessageBytes: 1000 };
  const tap = new FrameTap(options, (record) => void records.push(record));
  tap.push(encodeFrame({ opcode: OPCODE.CONTINUATION, payload: utf8('h","secret"]') }));
  tap.push(encodeFrame({ opcode: OPCODE.TEXT, rsv: 4, payload: Uint8Array.fromHex("f248cdc9c90700") }));
  tap.push(encodeFrame({ opcode: OPCODE.PING, payload: utf8("?") }));
  assertEquals(records.map((record) => hidesToken("sockeye.v1", "in", record)), [true, true, false]);
});
