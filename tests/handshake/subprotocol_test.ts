/**
 * Tests of subprotocol offers and choice.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { chooseSubprotocol, parseSubprotocols } from "../../lib/handshake/subprotocol.ts";
import { faultOf } from "../http/head_text.ts";

Deno.test("parseSubprotocols keeps the client's order over repeated fields (RFC 6455 §11.3.4)", () => {
  assertEquals(parseSubprotocols(["chat, superchat", "v1.json"]), ["chat", "superchat", "v1.json"]);
  assertEquals(parseSubprotocols([]), []);
});

Deno.test("parseSubprotocols takes names that differ in case for two (RFC 6455 §1.9)", () => {
  assertEquals(parseSubprotocols(["chat, Chat"]), ["chat", "Chat"]);
});

Deno.test("parseSubprotocols rejects a name that is no token, and a field without names, with 400 (RFC 6455 §4.1)", () => {
  for (const value of ["", ",", "a b", "chat, a/b", '"chat"', "ch\xe4t", "a;b"]) {
    assertEquals(faultOf(() => parseSubprotocols([value])).status, 400, value);
  }
});

Deno.test("parseSubprotocols rejects a name that is offered twice with 400 (RFC 6455 §4.1)", () => {
  assertEquals(faultOf(() => parseSubprotocols(["chat, chat"])).status, 400);
  assertEquals(faultOf(() => parseSubprotocols(["chat", "x", "chat"])).status, 400);
});

Deno.test("chooseSubprotocol takes the first supported one that was offered: the server's order wins", () => {
  assertEquals(chooseSubprotocol(["a", "b", "c"], ["c", "b"]), "c");
  assertEquals(chooseSubprotocol(["a", "b"], ["x", "b", "a"]), "b");
});

Deno.test("chooseSubprotocol chooses none that was not offered, and compares by case (RFC 6455 §4.2.2)", () => {
  assertEquals(chooseSubprotocol(["a"], ["b"]), undefined);
  assertEquals(chooseSubprotocol(["Chat"], ["chat"]), undefined);
  assertEquals(chooseSubprotocol([], ["chat"]), undefined);
  assertEquals(chooseSubprotocol(["chat"], []), undefined);
});
