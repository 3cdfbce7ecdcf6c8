import { assertEquals } from "@std/assert";
import { HttpDate } from "../../lib/gateway/http_date.ts";

Deno.test("HttpDate is the current date (RFC 9110 §5.6.7), and made anew when a second has passed, either way", () => {
  let now = Date.UTC(1994, 10, 6, 8, 49, 37, 20);
  const date = new HttpDate({ wallNow: () => now });
  assertEquals(date.text, "Sun, 06 Nov 1994 08:49:37 GMT");
  now += 979;
  assertEquals(date.text, "Sun, 06 Nov 1994 08:49:37 GMT");
  now += 1;
  assertEquals(date.text, "Sun, 06 Nov 1994 08:49:38 GMT");
  // A clock that is set back.
  now -= 3_600_000;
  assertEquals(date.text, "Sun, 06 Nov 1994 07:49:38 GMT");
});

Deno.test("HttpDate knows the first second of all", () => {
  assertEquals(new HttpDate({ wallNow: () => 0 }).text, "Thu, 01 Jan 1970 00:00:00 GMT");
});
