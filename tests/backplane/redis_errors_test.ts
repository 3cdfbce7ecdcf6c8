import { assertEquals } from "@std/assert";
import { isAuthError, isDemoted, isNoScript, outcomeOf } from "../../lib/backplane/redis_errors.ts";

const errors = (...messages: readonly string[]) => messages.map((message) => new Error(message));

Deno.test("credentials that are refused, by servers old and new", () => {
  const refused = errors(
    "WRONGPASS invalid username-password pair or user is disabled.",
    "NOAUTH HELLO must be called with the client already authenticated, otherwise …",
    "NOPERM this user has no permissions to run the 'evalsha' command",
    "ERR invalid password",
    "ERR AUTH <password> called without any password configured for the default user. Are you sure …",
  );
  assertEquals(refused.map(isAuthError), refused.map(() => true));
  assertEquals(errors("LOADING Redis is loading", "Socket closed unexpectedly").map(isAuthError), [false, false]);
});

Deno.test("an answer of the server is for good, unless it passes; no answer says nothing", () => {
  const final = errors("OOM command not allowed when used memory > 'maxmemory'.", "MISCONF Redis is configured to …");
  assertEquals(
    final.map((error) => `${outcomeOf(error)}`),
    final.map(({ message }) => `Error: not stored: ${message}`),
  );
  const passing = errors(
    "LOADING Redis is …",
    "READONLY You can't write …",
    "BUSY Redis is …",
    "Socket closed",
    "Oh no",
  );
  assertEquals(passing.map(outcomeOf), passing.map(() => undefined));
});

Deno.test("a script that is not loaded, and a server that another has taken over from", () => {
  assertEquals(errors("NOSCRIPT No matching script.", "ERR x").map(isNoScript), [true, false]);
  assertEquals(errors("READONLY You can't write", "MASTERDOWN Link", "ERR x").map(isDemoted), [true, true, false]);
});
