import { assertEquals, assertRejects } from "@std/assert";
import { loadModule } from "../../../lib/runtime/remote/hosted_code.ts";
import { routeSource } from "../../support/remote_code.ts";

Deno.test("loadModule runs a module that comes as text, and has its routes", async () => {
  const source = routeSource("resume() {}, message() {}", { file: "a.ts", pattern: "/a/[b]" });
  const { routes: [{ descriptor, route } = {}, ...others], manifest } = await loadModule(source);
  assertEquals([descriptor?.file, descriptor?.pattern, descriptor?.canResume, others], ["a.ts", "/a/[b]", true, []]);
  assertEquals([typeof route?.message, manifest], ["function", undefined]);
});

Deno.test("loadModule runs the same text anew each time", async () => {
  const source = routeSource("message() { return ++count; }", { before: "let count = 0;" });
  const [one, other] = [await loadModule(source), await loadModule(source)];
  const call = ({ routes: [loaded] }: typeof one): unknown => (loaded!.route!.message as () => unknown)();
  assertEquals([call(one), call(one), call(other)], [1, 2, 1]);
});

Deno.test("loadModule: a module without routes has none", async () => {
  assertEquals(await loadModule("export const other = 1;"), { routes: [], manifest: undefined });
});

Deno.test("loadModule passes on what a module says of itself", async () => {
  assertEquals((await loadModule('export const manifest = { name: "a" };')).manifest, { name: "a" });
});

Deno.test("loadModule says what is wrong with the code", async () => {
  await assertRejects(() => loadModule("export const = ;"), TypeError, "SyntaxError");
  await assertRejects(() => loadModule('throw new RangeError("at the top");'), RangeError, "at the top");
  await assertRejects(
    () => loadModule(routeSource("mesage() {}", { file: "b.ts" })),
    TypeError,
    'b.ts: its default export has the unknown key "mesage"',
  );
});
