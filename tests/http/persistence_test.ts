/** Tests of persistence. @module */
import { assertEquals } from "@std/assert";
import { wantsKeepAlive } from "../../lib/http/persistence.ts";
import { parseLines } from "./head_text.ts";

Deno.test("wantsKeepAlive is true of HTTP/1.1 unless it says close, and of HTTP/1.0 when it asks (RFC 9112 §9.3)", () => {
  const asked = (version: string, ...lines: string[]) =>
    wantsKeepAlive(parseLines(`GET / HTTP/${version}`, "Host: a", ...lines));
  assertEquals([asked("1.1"), asked("1.1", "Connection: Close"), asked("1.1", "Connection: x, close")], [
    true,
    false,
    false,
  ]);
  assertEquals([asked("1.0"), asked("1.0", "Connection: Keep-Alive")], [false, true]);
  assertEquals(asked("1.0", "Connection: keep-alive", "Connection: close"), false);
});
