/** Where nothing is traced, the work is done all the same. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { UNTRACED } from "../../lib/deploy/deploy_tracer.ts";

Deno.test("UNTRACED does what it is given, and passes on what comes of it", async () => {
  const step = () => UNTRACED.step("swap", () => Promise.resolve(7));
  assertEquals(await UNTRACED.operation("activate", step), 7);
  await assertRejects(() => UNTRACED.operation("reload", () => Promise.reject(new Error("boom"))), Error, "boom");
  assertEquals(UNTRACED.note({ deployment: "abc" }), undefined);
});
