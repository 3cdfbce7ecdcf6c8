import { assertEquals } from "@std/assert";
import { gatewayLog } from "../../lib/gateway/gateway_log.ts";
import { HttpError } from "../../lib/http/mod.ts";

Deno.test("gatewayLog warns of what somebody should look at, and leaves what anybody can cause to the debug log", () => {
  const lines: string[] = [];
  const line = (level: string) => (message: string, fields: object) =>
    void lines.push([level, message, ...Object.values(fields)].join(" "));
  const { refused, failed, violated } = gatewayLog({ debug: line("debug"), warn: line("warn"), error: line("error") });
  for (const status of [400, 403, 404, 503]) refused?.(new HttpError(status, "no"), "/a", "::1");
  failed?.("broken", "/a", "::1");
  violated?.("RSV_UNEXPECTED", "/a", "::1");
  assertEquals(lines, [
    "debug refused 400 /a ::1 no",
    "warn refused 403 /a ::1 no",
    "debug refused 404 /a ::1 no",
    "warn refused 503 /a ::1 no",
    "error an answer could not be sent /a ::1 broken",
    "debug violation RSV_UNEXPECTED /a ::1",
  ]);
});
