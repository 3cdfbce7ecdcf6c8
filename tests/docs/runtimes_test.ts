/** The examples of docs/RUNTIMES.md are configurations and plug-ins that work. @module */
import { assertEquals } from "@std/assert";
import { parsePlacement } from "../../lib/deploy/placement.ts";
import { checkManifest } from "../../lib/deploy/plugin.ts";
import { parseGrants } from "../../lib/runtime/mod.ts";
import { checkRouteModule } from "../../lib/runtime/route_module.ts";
import { PROJECT } from "../support/server_process.ts";
import { codeBlocks } from "./code_blocks.ts";

const BLOCKS = codeBlocks(await Deno.readTextFile(`${PROJECT}docs/RUNTIMES.md`)).filter(({ language }) =>
  language === "ts"
);

/** What a block exports. */
async function exportsOf(code: string): Promise<Readonly<Record<string, unknown>>> {
  const source = code.replace('"sockeye"', JSON.stringify(new URL("../../lib/route/mod.ts", import.meta.url).href));
  return await import(`data:text/typescript,${encodeURIComponent(source)}`);
}

Deno.test("the configurations are what the server takes", async () => {
  const configs = BLOCKS.filter(({ code }) => code.startsWith("// sockeye.config.ts"));
  const placements = await Promise.all(
    configs.map(async ({ code }) => parsePlacement((await exportsOf(code)).default as object).placement),
  );
  assertEquals(placements.map(({ places, plugins }) => [places.size, plugins.length]), [[2, 0], [1, 0], [0, 1]]);
  await Deno.stat(`${PROJECT}${placements[2]!.plugins[0]!.module}`);
});

Deno.test("the plug-in is one", async () => {
  const { code = "" } = BLOCKS.find(({ code }) => code.includes("manifest")) ?? {};
  const { manifest, ...exports } = await exportsOf(code);
  assertEquals(checkRouteModule(exports, { file: "shout.ts", pattern: "/shout" }).descriptor.isWebSocket, true);
  const permissions = parseGrants({ topics: ["shout"] }, "permissions");
  const order = { mount: "/shout", module: "./shout.ts", permissions, limits: {}, hibernateAfterMs: 0 };
  assertEquals(checkManifest(manifest, order).name, "shout");
});
