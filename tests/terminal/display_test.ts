/** What the user sees. @module */
import { assertEquals } from "@std/assert";
import { parseResponseHead } from "../../lib/http/mod.ts";
import { Display, type DisplayOptions } from "../../lib/terminal/display.ts";
import { openingFields, readOpening } from "../../lib/terminal/opening.ts";

const PIPED: DisplayOptions = {
  isInteractive: false,
  outIsTerminal: false,
  errIsTerminal: false,
  hasColours: true,
  isVerbose: false,
  indentsJson: false,
  writesRaw: false,
  now: () => Date.UTC(2026, 10, 29, 12, 0, 5, 7),
};
const TYPED: DisplayOptions = {
  ...PIPED,
  isInteractive: true,
  outIsTerminal: true,
  errIsTerminal: true,
  hasColours: false,
};

function shown(options: Partial<DisplayOptions>, base: DisplayOptions, act: (display: Display) => void) {
  const written = { out: "", err: "" };
  const add = (name: "out" | "err") => (bytes: Uint8Array) => void (written[name] += new TextDecoder().decode(bytes));
  act(new Display({ out: add("out"), err: add("err") }, { ...base, ...options }));
  return written;
}

const TEXT = { kind: "text", text: "a\x1b[2J\nb" } as const;
const BINARY = { kind: "binary", bytes: Uint8Array.of(0x61, 0x0a) } as const;

Deno.test("to a pipe go payloads alone: text as it came, binary as hexadecimal or as it came", () => {
  assertEquals(shown({}, PIPED, (display) => display.message(TEXT)).out, "a\x1b[2J\nb\n");
  assertEquals(shown({}, PIPED, (display) => display.message(BINARY)).out, "610a\n");
  assertEquals(shown({ writesRaw: true }, PIPED, (display) => display.message(BINARY)).out, "a\n");
});

Deno.test("to a terminal go marks, and nothing that acts on it", () => {
  assertEquals(shown({}, TYPED, (display) => display.message(TEXT)).out, "< a\\e[2J\n  b\n");
  assertEquals(
    shown({ writesRaw: true }, TYPED, (display) => display.message(BINARY)).out,
    "< (binary, 2 bytes) 61 0a\n",
  );
  const { out } = shown({ hasColours: true }, TYPED, (display) => display.message({ kind: "text", text: "a" }));
  assertEquals(out, "\x1b[36m< \x1b[0ma\n");
});

Deno.test("a terminal that shows what a script is sent gets it without marks", () => {
  const { out } = shown({ outIsTerminal: true }, PIPED, (display) => display.message(TEXT));
  assertEquals(out, "a\\e[2J\nb\n");
});

Deno.test("--json indents what is JSON", () => {
  const show = (text: string) =>
    shown({ indentsJson: true }, PIPED, (display) => display.message({ kind: "text", text })).out;
  assertEquals(show('{"a":1}'), '{\n  "a": 1\n}\n');
  assertEquals(show("{a"), "{a\n");
});

Deno.test("notices are for people, complaints for everybody, both on stderr", () => {
  const act = (display: Display) => {
    display.notice("connected\x07");
    display.complain("closed 1011\nwhy\x1b");
  };
  assertEquals(shown({}, PIPED, act), { out: "", err: "closed 1011\nwhy\\e\n" });
  assertEquals(shown({}, TYPED, act).err, "* connected\\x07\nclosed 1011\nwhy\\e\n");
  assertEquals(shown({ isVerbose: true }, PIPED, act).err.startsWith("* connected"), true);
  assertEquals(shown({ hasColours: true, errIsTerminal: false }, TYPED, act).err.includes("\x1b"), false);
});

Deno.test("the handshake is shown with -v alone, the accept key step by step (RFC 6455 §1.3)", () => {
  const request = { target: "/chat", fields: openingFields("h", "dGhlIHNhbXBsZSBub25jZQ==") };
  const head = "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  const bytes = new TextEncoder().encode(head);
  const opening = readOpening(request, parseResponseHead(bytes, 0, bytes.length));
  const act = (display: Display) => {
    display.request(request);
    display.response(head);
    display.accepted(request, opening);
  };
  assertEquals(shown({}, TYPED, act).err, "");
  const { err } = shown({ isVerbose: true }, PIPED, act);
  const lines = err.split("\n");
  assertEquals([lines[0], lines[6]], ["> GET /chat HTTP/1.1", "< HTTP/1.1 101 S"]);
  assertEquals(lines.slice(-5), [
    "* Sec-WebSocket-Accept must be base64(SHA-1(key + GUID)):",
    "*   key + GUID  dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
    "*   SHA-1       b37a4f2cc0624f1690f64606cf385945b2bec4ea",
    "*   base64      s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, as the server answered",
    "",
  ]);
});

Deno.test("the tap shows frames of both directions with their time, in whatever pieces they come", () => {
  assertEquals(shown({}, PIPED, (display) => assertEquals(display.tap(), undefined)).err, "");
  const { err } = shown({ isVerbose: true }, PIPED, (display) => {
    const tap = display.tap()!;
    tap.sent(Uint8Array.fromHex("818537fa213d7f9f4d5158"));
    for (const byte of Uint8Array.fromHex("810161" + "8105")) tap.received(Uint8Array.of(byte));
    tap.received(Uint8Array.of(0x62));
    tap.end();
  });
  assertEquals(err.split("\n"), [
    '12:00:05.007 > TEXT         FIN  mask 37fa213d  5 bytes (7-bit length)  "Hello"',
    '12:00:05.007 < TEXT         FIN  1 byte (7-bit length)  "a"',
    '12:00:05.007 < TEXT         FIN  1 of 5 bytes (7-bit length)  "b"…',
    "",
  ]);
});

Deno.test("help goes to stderr", () => {
  assertEquals(shown({}, PIPED, (display) => display.help("a\nb")), { out: "", err: "a\nb\n" });
});
