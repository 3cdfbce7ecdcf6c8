import { assert, assertEquals, assertRejects } from "@std/assert";
import { loaded, RefusedError } from "../../lib/backplane/refused_error.ts";

Deno.test("a RefusedError is an Error that says so", () => {
  const error = new RefusedError("no");
  assert(error instanceof Error);
  assertEquals(`${error}`, "RefusedError: no");
});

Deno.test("a client that is not installed is a fault for good, with what to do", async () => {
  assertEquals(await loaded(Promise.resolve(7), "X_URL"), 7);
  const missing = Promise.reject(new TypeError('Import "x" not a dependency'));
  const { message } = await assertRejects(() => loaded(missing, "X_URL"), RefusedError);
  assertEquals(message.startsWith("X_URL: its client cannot be loaded; run `npx -y deno install`"), true);
  assertEquals(message.endsWith('Import "x" not a dependency'), true);
});
