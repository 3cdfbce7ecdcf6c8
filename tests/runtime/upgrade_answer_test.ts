import { assert, assertEquals, assertThrows } from "@std/assert";
import { readUpgradeAnswer } from "../../lib/runtime/upgrade_answer.ts";

/** The answer to a client that offered "chat". */
const read = (returned: unknown) => readUpgradeAnswer(returned, ["chat"], true);

Deno.test("readUpgradeAnswer accepts nothing, and an acceptance in whole or in part", () => {
  assertEquals(read(undefined), { accept: true });
  assertEquals(read({}), { accept: true });
  assertEquals(read({ headers: undefined, subprotocol: undefined, context: undefined }), { accept: true });
  assertEquals(read({ subprotocol: "chat" }), { accept: true, subprotocol: "chat" });
  assertEquals(read({ context: null }), { accept: true, context: null });
});

Deno.test("readUpgradeAnswer takes headers in every form, and keeps each Set-Cookie apart", () => {
  const cookies = new Headers([["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]]);
  assertEquals(read({ headers: cookies }), { accept: true, headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] });
  assertEquals(read({ headers: [["X-A", "1"], ["x-a", "2"]] }), { accept: true, headers: [["x-a", "1, 2"]] });
  assertEquals(read({ headers: { "X-A": "1" } }), { accept: true, headers: [["x-a", "1"]] });
});

Deno.test("readUpgradeAnswer refuses with a Response", () => {
  const response = new Response("no", { status: 403 });
  const decision = read(response);
  assert(!decision.accept && decision.response === response);
});

for (
  const name of [
    "Sec-WebSocket-Accept",
    "Sec-WebSocket-Protocol",
    "sec-websocket-extensions",
    "Upgrade",
    "Connection",
    "Keep-Alive",
    "Content-Length",
    "Content-Type",
    "Transfer-Encoding",
    "Trailer",
  ]
) {
  Deno.test(`readUpgradeAnswer refuses the header ${name}, which belongs to the handshake or to a body`, () => {
    assertThrows(() => read({ headers: { [name]: "x" } }), TypeError, `the header "${name.toLowerCase()}"`);
  });
}

Deno.test("readUpgradeAnswer refuses CR, LF and NUL in header values", () => {
  for (const value of ["a\r\nb: c", "a\nb", "a\rb", "a\0b"]) {
    assertThrows(() => read({ headers: { "x-a": value } }), TypeError);
  }
});

Deno.test("readUpgradeAnswer refuses a subprotocol that was not offered (RFC 6455 §4.2.2)", () => {
  for (const subprotocol of ["soap", "Chat", "", 7, null]) {
    assertThrows(() => read({ subprotocol }), TypeError, "did not offer (it offered chat)");
  }
  assertThrows(() => readUpgradeAnswer({ subprotocol: "chat" }, [], true), TypeError, "it offered none");
});

Deno.test("readUpgradeAnswer refuses what is no answer, and names keys it does not know", () => {
  for (const returned of [true, "yes", 7, null]) {
    assertThrows(() => read(returned), TypeError, "or a Response to refuse");
  }
  assertThrows(() => read({ subProtocol: "chat" }), TypeError, 'did you mean "subprotocol"?');
  assertThrows(() => read({ user: "ada" }), TypeError, "allowed: headers, subprotocol, context");
});

Deno.test("readUpgradeAnswer checks a context as peer.context does", () => {
  assertThrows(() => read({ context: () => {} }), TypeError, "structured-cloneable");
  assertThrows(() => read({ context: { f() {} } }), TypeError, "structured-cloneable");
});
