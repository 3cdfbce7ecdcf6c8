/** The rules of purity find what they look for, and nothing in comments and strings. @module */
import { assertEquals } from "@std/assert";
import { purityProblems, serverProblems } from "./purity.ts";

const IMPURE = [
  "export const x = Deno.build.os;",
  "export const x = await y();",
  "export async function f() {}",
  "export const f = async () => {};",
  "export class A { async f() {} }",
  "export const x = Date.now();",
  "export const x = new Date();",
  "export const x = Math.random();",
  "export const x = performance.now();",
  "export const x = crypto.getRandomValues(y);",
  "export const x = setTimeout(f, 1);",
  "console.log(1);",
] as const;

for (const source of IMPURE) {
  Deno.test(`purityProblems finds: ${source}`, () => {
    const found = purityProblems({ path: "lib/frame/x.ts", text: `/** One. */\n${source}\n` });
    assertEquals(found.length > 0, true);
    assertEquals([found[0]?.file, found[0]?.line], ["lib/frame/x.ts", 2]);
  });
}

Deno.test("purityProblems finds nothing in comments, strings, types and other people's methods", () => {
  const text = `/** Calls Date.now() and awaits Deno.read. */
// await Math.random()
export const text = "await Deno.listen(Date.now())";
export const when = (at: number): Date => new Date(at);
export const seconds = (clock: { now(): number }): number => clock.now();
`;
  assertEquals(purityProblems({ path: "lib/frame/x.ts", text }), []);
});

Deno.test("serverProblems finds Deno.serve and Deno.upgradeWebSocket", () => {
  const text = "Deno.serve(() => {\n  Deno.upgradeWebSocket(r);\n});\nDeno.listen({ port: 0 });\n";
  assertEquals(serverProblems({ path: "lib/x/y.ts", text }).map(({ line }) => line), [1, 2]);
  assertEquals(serverProblems({ path: "lib/deploy/admin_listener.ts", text }), []);
});
