/** What `--check` says: what would be served, or why not. @module */
import { assert, assertEquals, assertFalse, assertRejects, assertStringIncludes } from "@std/assert";
import { parsePlacement } from "../../lib/deploy/mod.ts";
import { OptionError, resolveOptions } from "../../lib/gateway/mod.ts";
import { RouteLoadError } from "../../lib/runtime/mod.ts";
import { check } from "../../lib/start/check.ts";

const { placement } = parsePlacement({});

/** @param files of the routes folder. */
async function checked(
  files: Readonly<Record<string, string>>,
  flags: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const routes = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-check-" }));
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${routes}/${name}`, text);
    const options = resolveOptions({ flags: new Map(Object.entries({ "--routes": routes, ...flags })) });
    return (await check({ version: "1.2.3", options, placement, env: (name) => env[name] })).json;
  } finally {
    await Deno.remove(routes, { recursive: true });
  }
}

const ECHO = `export default { message(peer, message) { peer.send(message); } };`;

Deno.test("--check tells version, options and routes, and starts none of them", async () => {
  const route = `export default { start() { throw new Error("started"); }, message() {} };`;
  const { version, options, routes } = JSON.parse(await checked({ "echo.js": route }, { "--port": "4100" }));
  assertEquals([version, options.port, routes.length, routes[0].pattern], ["1.2.3", 4100, 1, "/echo"]);
});

Deno.test("--check shows no password of a broker's URL, and no token", async () => {
  const secret = "s3cret-s3cret-s3cret-s3cret-s3cret";
  const shown = await checked(
    { "echo.js": ECHO },
    { "--nats-url": `nats://me:${secret}@127.0.0.1:4222` },
    { SOCKEYE_DEPLOY_TOKEN: secret },
  );
  assertFalse(shown.includes(secret), shown);
  assertStringIncludes(shown, "127.0.0.1:4222");
});

Deno.test("--check finds what would keep the server from starting", async () => {
  await assertRejects(() => checked({ "broken.js": "export default {" }), RouteLoadError, "broken.js");
  const wrong = `export const options = {}; export default { options: { maxMessageBytes: -1 }, message() {} };`;
  await assertRejects(() => checked({ "wrong.js": wrong }), OptionError, "maxMessageBytes");
  const tooShort = await checked({ "echo.js": ECHO }, {}, { SOCKEYE_DEPLOY_TOKEN: "short" }).catch((error) => error);
  assert(tooShort instanceof Error);
  assertStringIncludes(tooShort.message, "SOCKEYE_DEPLOY_TOKEN");
});
