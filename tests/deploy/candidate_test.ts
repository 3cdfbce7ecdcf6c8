/** From an upload to what can serve: loaded anew each time, and compared with its manifest. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { codeOfUpload, prepare } from "../../lib/deploy/candidate.ts";
import { checkUpload } from "../../lib/deploy/upload.ts";
import { GATEWAY_DEFAULTS, optionsByEntry, systemClock } from "../../lib/gateway/mod.ts";
import type { RouteTable } from "../../lib/route/table.ts";
import type { BuiltRoutes } from "../../lib/runtime/mod.ts";
import { counterCode, madeUpload } from "./support/made_upload.ts";
import { inlineRuntimesOf } from "./support/inline_runtimes.ts";

/** A host that notes what it loads. */
function host() {
  const loaded: BuiltRoutes[] = [];
  const log = { warn() {}, error() {} };
  return {
    loaded,
    runtimesOf: inlineRuntimesOf(log, (code) => void loaded.push(code)),
    check: (table: RouteTable) => void optionsByEntry(GATEWAY_DEFAULTS, { table }),
    limit: { clock: systemClock, timeoutMs: 20_000 },
  };
}

Deno.test("codeOfUpload loads the code anew each time: what it kept in variables begins again", async () => {
  const upload = await madeUpload(counterCode("one"));
  const here = host();
  const code = codeOfUpload(await checkUpload(upload, ""), upload, here);
  assertEquals([code.name, code.upload], [upload.name, upload]);
  await code.make();
  await code.make();
  assertEquals(here.loaded.map(({ deployment }) => deployment), [upload.name, upload.name]);
  assert(here.loaded[0]?.routes[0]?.route !== here.loaded[1]?.routes[0]?.route);
});

Deno.test("prepare loads the code, runs no start, and gives runtimes that can serve", async () => {
  const upload = await madeUpload(counterCode("one"));
  const { code, runtimes } = await prepare(await checkUpload(upload, ""), upload, host());
  assertEquals(code.name, upload.name);
  assertEquals(runtimes.flatMap(({ descriptors }) => descriptors.map(({ pattern }) => pattern)), ["/"]);
});

for (
  const [what, code, message] of [
    ["throws when it is loaded", counterCode("one", `throw new Error("not at home");`), "not at home"],
    ["would end the server", counterCode("one", "Deno.exit(7);"), "loading the code ended the process with 7"],
    ["is never loaded", counterCode("one", "await new Promise(() => {});"), "Top-level await promise never resolved"],
    ["exports no routes", "export const route = [];", 'exports no "routes"'],
    [
      "has a route that is none",
      counterCode("one").replace("message(peer)", "mesage(peer)"),
      'did you mean "message"?',
    ],
    [
      "has an option that is wrong",
      counterCode("one").replace("suspend:", "options: { maxMessageBytes: 0 }, suspend:"),
      "maxMessageBytes",
    ],
    [
      "has two routes for the same paths",
      counterCode("one").replace(
        "export const routes = [",
        'export const routes = [{ file: "a.ts", pattern: "/", exports: { default: counter } }, ',
      ),
      "a.ts",
    ],
    [
      "has other routes than its manifest says",
      counterCode("one").replace("suspend:", "options: { maxMessageBytes: 10 }, suspend:"),
      "not those of the manifest's table",
    ],
  ] as const
) {
  Deno.test(`prepare refuses code that ${what}`, async () => {
    const upload = await madeUpload(code);
    const manifest = await checkUpload(upload, "");
    await assertRejects(() => prepare(manifest, upload, host()), Error, message);
  });
}
