import { assertEquals } from "@std/assert";
import { alertFor } from "../../../lib/gateway/tls/alert.ts";

Deno.test("alertFor says in a record of its own that no protocol is spoken by both, and else that it does not go (RFC 8446 §6)", () => {
  const noProtocol = Object.assign(new Error(), { code: "ERR_SSL_NO_APPLICATION_PROTOCOL" });
  assertEquals([...alertFor(noProtocol)], [21, 3, 3, 0, 2, 2, 120]);
  for (const other of [new Error("x"), Object.assign(new Error(), { code: 1 }), undefined]) {
    assertEquals([...alertFor(other)], [21, 3, 3, 0, 2, 2, 40]);
  }
});
