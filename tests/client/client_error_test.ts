/** Errors say why, for programs and for people. @module */
import { assert, assertEquals } from "@std/assert";
import { closed, SockeyeError, unsupported } from "../../lib/client/client_error.ts";

Deno.test("a SockeyeError is an Error with a code", () => {
  const error = new SockeyeError("forbidden", "not you");
  assert(error instanceof Error);
  assertEquals([error.name, error.code, error.message], ["SockeyeError", "forbidden", "not you"]);
  assertEquals([closed().code, unsupported().code], ["closed", "unsupported"]);
});
