import { assertEquals } from "@std/assert";
import { IN_PLACE_FROM_BYTES, MESSAGES_PER_TURN, NO_PAYLOAD } from "../../lib/gateway/connection_bounds.ts";

Deno.test("what every connection works by: docs/PERFORMANCE.md says where the numbers come from", () => {
  assertEquals([MESSAGES_PER_TURN, IN_PLACE_FROM_BYTES, NO_PAYLOAD.length], [1024, 4096, 0]);
});
