/** Every fault a peer can cause is a row that may go over the wire. @module */
import { assertEquals, assertInstanceOf, assertLessOrEqual, assertMatch, assertStringIncludes } from "@std/assert";
import { isUserCloseCode } from "../../lib/frame/close_code.ts";
import { ProtocolError, type ViolationName, VIOLATIONS } from "../../lib/frame/violation.ts";
import { utf8 } from "./recorder.ts";

const ROWS = Object.entries(VIOLATIONS);

Deno.test("every violation has a close code a server may send, or 1006 for dropping the connection", () => {
  const odd = ROWS.filter(([, { closeCode }]) => !isUserCloseCode(closeCode) && closeCode !== 1006);
  assertEquals(odd, []);
});

Deno.test("every violation's sentence fits into a close reason of 123 bytes (RFC 6455 §5.5)", () => {
  for (const [name, { sentence }] of ROWS) {
    assertLessOrEqual(utf8(sentence).length, 123, name);
    assertMatch(sentence, /^\S.*\S$/);
  }
});

Deno.test("every violation names a section of RFC 6455, one of RFC 7692, a subprotocol, a hook, or an option", () => {
  for (const [name, { section }] of ROWS) {
    assertMatch(section, /^((?:RFC 7692 )?§\d+(\.\d+)*|[a-zA-Z.]+|sockeye\.v1)$/, name);
  }
});

Deno.test("ProtocolError carries its row: name, close code, section and sentence", () => {
  const error = new ProtocolError("MASK_MISSING");
  assertInstanceOf(error, Error);
  assertEquals([error.name, error.violation, error.closeCode], ["ProtocolError", "MASK_MISSING", 1002]);
  assertStringIncludes(error.message, "MASK_MISSING (1002, §5.1)");
  const names = ROWS.map(([name]) => new ProtocolError(name as ViolationName).violation);
  assertEquals(names as string[], ROWS.map(([name]) => name));
});
