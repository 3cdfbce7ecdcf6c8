/** What a line means that was typed. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Command, CommandError, commandHelp, completions, parseCommand } from "../../lib/terminal/command.ts";

const LINES: ReadonlyArray<readonly [line: string, command: Command]> = [
  ["hello", { kind: "text", text: "hello" }],
  [" /ping", { kind: "text", text: " /ping" }],
  ["//ping", { kind: "text", text: "/ping" }],
  ["//", { kind: "text", text: "/" }],
  ["/ping", { kind: "ping", payload: "" }],
  ["/ping  a b", { kind: "ping", payload: " a b" }],
  ["/pong x", { kind: "pong", payload: "x" }],
  ["/close", { kind: "close", code: 1000, reason: "" }],
  ["/close 4001", { kind: "close", code: 4001, reason: "" }],
  ["/close 4001 see you", { kind: "close", code: 4001, reason: "see you" }],
  ["/close bye", { kind: "close", code: 1000, reason: "bye" }],
  ["/binary 00 ff", { kind: "binary", bytes: Uint8Array.of(0, 255) }],
  ["/binary", { kind: "binary", bytes: new Uint8Array(0) }],
  ["/json [1, 2]", { kind: "text", text: "[1, 2]" }],
  ["/file a b.txt", { kind: "file", path: "a b.txt" }],
  ["/fragment a | b|c d ", { kind: "fragments", parts: ["a", "b", "c d"] }],
  ["/raw 8180", { kind: "raw", bytes: Uint8Array.of(0x81, 0x80) }],
  ["/help", { kind: "help" }],
];

for (const [line, command] of LINES) {
  Deno.test(`parseCommand understands ${JSON.stringify(line)}`, () => assertEquals(parseCommand(line), command));
}

const WRONG: ReadonlyArray<readonly [line: string, what: string]> = [
  ["/clsoe", "/clsoe is no command: did you mean /close?"],
  ["/", "/ is no command: /help lists all"],
  ["/etc/passwd", "begins with two: //etc/passwd"],
  ["/close 1005", "1005 may not stand in a Close frame"],
  ["/close 99999", "99999 may not stand"],
  [`/close 1000 ${"x".repeat(124)}`, "at most 123 bytes, this one has 124"],
  [`/ping ${"é".repeat(63)}`, "at most 125 bytes, this one has 126"],
  ["/json {", "not sent, for it is no JSON"],
  ["/binary 0g", '"0g" is not hexadecimal'],
  ["/raw 8", "half a byte"],
  ["/file ", "which file? /file PATH"],
  ["/fragment a", "two parts or more"],
];

for (const [line, what] of WRONG) {
  Deno.test(`parseCommand refuses ${JSON.stringify(line.slice(0, 40))}`, () => {
    assertThrows(() => parseCommand(line), CommandError, what);
  });
}

Deno.test("every text can be sent: with another slash where it begins with one", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    assertEquals(parseCommand(text.startsWith("/") ? `/${text}` : text), { kind: "text", text });
  }));
});

Deno.test("the tab key completes the names of commands, and nothing else", () => {
  assertEquals(completions("/pi"), ["/ping "]);
  assertEquals(completions("/p"), ["/ping ", "/pong "]);
  assertEquals(completions("/h"), ["/help"]);
  assertEquals(completions("/x"), []);
  assertEquals(completions("/close 1"), []);
  assertEquals(completions("p"), []);
  assertEquals(completions(""), []);
});

Deno.test("the help names every command that the tab key knows", () => {
  for (const name of completions("/")) assertStringIncludes(commandHelp(), `  ${name.trim()}`);
});
