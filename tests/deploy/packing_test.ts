/** What was built is packed so that a server takes it, and traces name the sources. @module */
import { assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { build } from "../../lib/deploy/build.ts";
import { packed } from "../../lib/deploy/packing.ts";
import { checkUpload } from "../../lib/deploy/upload.ts";
import { importBuiltRoutes } from "../../lib/runtime/mod.ts";
import { runtimeOf } from "../support/remote_code.ts";
import { keyPair } from "./support/made_upload.ts";

const ROUTE = `
import { defineRoute } from "sockeye";

export const get = () => {
  throw new TypeError("on purpose");
};

export default defineRoute({
  message() {
    throw new TypeError("on purpose");
  },
});
`;

// esbuild's own process outlives a test.
const sanitized = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name: "packed: the name that was built, code that is whole and loads, and its source map in it",
  ...sanitized,
  async fn() {
    const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-packing-" }));
    try {
      await Deno.mkdir(`${path}/routes`);
      await Deno.writeTextFile(`${path}/routes/echo.ts`, ROUTE);
      const { manifest } = await build({ routes: `${path}/routes`, out: `${path}/dist` });
      const { publicPem, privatePem } = await keyPair();
      const { name, upload } = await packed(`${path}/dist`, privatePem);
      assertEquals(name, manifest.deployment);
      const checked = await checkUpload(upload, publicPem);
      assertEquals([checked.deployment, checked.table], [name, manifest.table]);
      const [echo] = await importBuiltRoutes(upload.code);
      const { stack } = assertThrows(
        () => void echo?.route?.message?.({} as never, {} as never),
        TypeError,
        "on purpose",
      );
      assertMatch(stack ?? "", new RegExp(`deployment:${name}/\\S*routes/echo\\.ts:10:\\d+`));
      for (const kind of ["worker", "process"] as const) {
        const errors: unknown[] = [];
        const log = {
          warn() {},
          error: (_: string, { error }: Readonly<Record<string, unknown>>) => errors.push(error),
        };
        const runtime = await runtimeOf(kind, new TextDecoder().decode(upload.code), log);
        await runtime.start();
        assertEquals((await runtime.exchange(0, new Request("http://example.com/echo"), {}, "192.0.2.1")).status, 500);
        await runtime.stop();
        assertMatch(String((errors[0] as Error).stack), new RegExp(`deployment:${name}/\\S*routes/echo\\.ts:5:\\d+`));
      }
      assertEquals((await packed(`${path}/dist`)).upload.signature, undefined);
      const { message } = await assertRejects(() => packed(`${path}/dist`, "no key"), TypeError);
      assertStringIncludes(message, "openssl genpkey");
    } finally {
      await Deno.remove(path, { recursive: true });
    }
  },
});
