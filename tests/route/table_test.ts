import { assertEquals } from "@std/assert";
import * as users from "../../lib/route/mod.ts";
import * as server from "../../lib/route/table.ts";

Deno.test("mod.ts is what route files import, and table.ts is what the server needs", () => {
  assertEquals(Object.keys(users).sort(), ["SchemaError", "defineRoute"]);
  assertEquals(Object.keys(server).sort(), [
    "RouteTable",
    "Router",
    "TimeLimitError",
    "isMalformedPath",
    "limited",
    "messageOf",
    "nearestName",
    "parsePattern",
    "patternOfFile",
    "requestOf",
    "urlOf",
  ]);
});
