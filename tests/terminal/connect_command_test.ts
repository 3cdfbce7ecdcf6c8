/** What the command makes of an ending; the rest of it is run as a process in tests/e2e. @module */
import { assertEquals } from "@std/assert";
import { parseResponseHead } from "../../lib/http/mod.ts";
import { endingText, exitCodeOf, refusalText } from "../../lib/terminal/connect_command.ts";
import { RefusedError } from "../../lib/terminal/opening.ts";

Deno.test("exitCodeOf is 0 for a clean close or our own, else 3", () => {
  const codes = [1000, 1001, 1005, 1002, 1006, 1011, 1012, 4000];
  assertEquals(codes.map((code) => exitCodeOf({ code, reason: "", isOurs: false })), [0, 0, 0, 3, 3, 3, 3, 3]);
  assertEquals(codes.map((code) => exitCodeOf({ code, reason: "", isOurs: true })), codes.map(() => 0));
});

Deno.test("endingText is the code and the reason, on one line", () => {
  assertEquals(endingText({ code: 1011, reason: "internal error", isOurs: false }), "closed 1011 internal error");
  assertEquals(endingText({ code: 1000, reason: "", isOurs: true }), "closed 1000");
  assertEquals(endingText({ code: 4000, reason: "a\nb", isOurs: true }), "closed 4000 a\\nb");
});

Deno.test("refusalText is the status, where to go instead, and what the server says", () => {
  const refused = (head: string, body: string) => {
    const bytes = new TextEncoder().encode(`${head}\r\n\r\n`);
    return refusalText(new RefusedError(parseResponseHead(bytes, 0, bytes.length), body));
  };
  assertEquals(refused("HTTP/1.1 403 Forbidden", "Not you.\n"), "refused: 403 Forbidden\nNot you.");
  assertEquals(refused("HTTP/1.1 302 Found\r\nLocation: wss://h/", ""), "refused: 302 Found\nit is at: wss://h/");
  assertEquals(refused("HTTP/1.1 500", ""), "refused: 500");
});
