/** A refusal of an admin request. @module */
import { assertEquals, assertInstanceOf } from "@std/assert";
import { RequestError } from "../../lib/deploy/request_error.ts";

Deno.test("RequestError has the status of the answer, its text, and the cause", () => {
  const cause = new Error("x");
  const error = new RequestError(413, "too long", cause);
  assertInstanceOf(error, Error);
  assertEquals([error.name, error.status, error.message, error.cause], ["RequestError", 413, "too long", cause]);
});
