/** The built folder runs alone; what was built before stays until the new is whole. @module */
import { pathOfUrl } from "../../lib/runtime/file_url.ts";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { build, BuildError, type BuildOrder } from "../../lib/deploy/build.ts";
import { parsePlugins } from "../../lib/deploy/plugin.ts";
import { OPTIONS, OTHER_SECRET, seconds, signed } from "../auth/support/tokens.ts";
import { PrintingChild } from "../support/printing_child.ts";
import { RawClient } from "../support/raw_client.ts";
import { TEXT_LOG } from "../support/server_process.ts";

const sanitized = { sanitizeOps: false, sanitizeResources: false };

const ECHO = `
import { defineRoute, SchemaError } from "sockeye";
import { punctuated } from "./_words.ts";
export default defineRoute("/echo", {
  message(peer, message) {
    if (message.text() === "fail") throw new TypeError("on purpose");
    peer.send(punctuated(message.text()) + " " + peer.deployment + " " + (new SchemaError([]) instanceof SchemaError));
  },
});
`;
const WORDS = "export function punctuated(text: string): string {\n  return `${text}!`;\n}\n";

/** A project with one route, and a folder to build into; gone after the test. */
async function project() {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-build-test-" }));
  await Deno.mkdir(`${path}/routes`);
  const save = (name: string, text: string) => Deno.writeTextFile(`${path}/routes/${name}`, text);
  await save("echo.ts", ECHO);
  await save("_words.ts", WORDS);
  return {
    out: `${path}/dist`,
    save,
    build: (more: Partial<BuildOrder> = {}) => build({ routes: `${path}/routes`, out: `${path}/dist`, ...more }),
    routes: `${path}/routes`,
    files: () => Array.fromAsync(Deno.readDir(`${path}/dist`), ({ name }) => name).then((names) => names.sort()),
    left: () => Array.fromAsync(Deno.readDir(path), ({ name }) => name).then((names) => names.sort()),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Runs the result without configuration, packages, cache and network. */
async function start(out: string, config?: string, env: Readonly<Record<string, string>> = {}) {
  const cache = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-cache-" }));
  if (config !== undefined) await Deno.writeTextFile(`${cache}/sockeye.config.ts`, config);
  const alone = ["--no-remote", "--no-npm", "--cached-only", "--no-config", "--no-lock", "--no-prompt"];
  const child = new PrintingChild(new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...alone,
      "--allow-net",
      `--allow-read=${out},${cache}`,
      "--allow-env",
      ...(config === undefined ? [] : ["--allow-run"]),
      `${out}/main.js`,
      "--port",
      "0",
      "--host",
      "127.0.0.1",
    ],
    cwd: cache,
    env: { DENO_DIR: cache, ...TEXT_LOG, ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn());
  const [, port] = await child.printed(/listens on http:\/\/127\.0\.0\.1:(\d+)/);
  return {
    port: Number(port),
    pid: child.pid,
    printed: (pattern: RegExp) => child.printed(pattern),
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await Deno.remove(cache, { recursive: true });
    },
  };
}

Deno.test({
  name: "build makes a folder that runs with no node_modules, no cache and no network; traces point to the sources",
  ...sanitized,
  async fn() {
    await using app = await project();
    const { manifest } = await app.build();
    assertMatch(manifest.deployment, /^[0-9a-f]{12}$/);
    assertEquals(manifest.table.map(({ pattern, file }) => [pattern, file]), [["/echo", "echo.ts"]]);
    assertEquals(await app.files(), [
      "THIRD_PARTY_LICENSES",
      manifest.gateway.file,
      `${manifest.gateway.file}.map`,
      ...manifest.parts!.flatMap(({ file }) => [file, `${file}.map`]),
      manifest.hosts!.histories.file,
      `${manifest.hosts!.histories.file}.map`,
      "main.js",
      "manifest.json",
      manifest.routes.file,
      `${manifest.routes.file}.map`,
      manifest.hosts!.sandbox.file,
      `${manifest.hosts!.sandbox.file}.map`,
      manifest.hosts!.worker.file,
      `${manifest.hosts!.worker.file}.map`,
    ]);
    assertEquals(await app.left(), ["dist", "routes"]);
    await using server = await start(app.out);
    using client = await RawClient.connect({ port: server.port, path: "/echo" });
    await client.sendText("hello");
    assertEquals(await client.next(), { kind: "text", text: `hello! ${manifest.deployment} true` });
    await client.sendText("fail");
    await server.printed(/TypeError: on purpose\s+at Object\.message \(file:\S+echo\.ts:6:\d+\)/);
  },
});

Deno.test({
  name: "what was built runs its routes in workers and processes, and its plug-ins, with nothing but what was built",
  ...sanitized,
  async fn() {
    await using app = await project();
    await app.save("heavy.ts", 'export default { message(peer, message) { peer.send("heavy " + message.text()); } };');
    await app.save(
      "_plugin.ts",
      `import { punctuated } from "./_words.ts";
       export const manifest = { name: "hooks", version: "1.0.0" };
       export default { message(peer, message) { peer.send(punctuated("hook " + message.text()) + Deno.cwd()); } };`,
    );
    const plugins = [{ mount: "/hooks", module: `${app.routes}/_plugin.ts` }];
    const config = { runtimes: { "/echo": "worker", "/heavy": "process" }, plugins };
    const { manifest } = await app.build({ plugins: parsePlugins(plugins) });
    assertEquals(manifest.plugins?.map(({ mount }) => mount), ["/hooks"]);
    await using server = await start(app.out, `export default ${JSON.stringify(config)};`);
    await server.printed(
      /plug-ins, each in a process of its own:\n {4}\/hooks {2}hooks 1\.0\.0 \(\S+\): granted nothing/,
    );
    for (
      const [path, answer] of [
        ["/echo", `hi! ${manifest.deployment} true`],
        ["/heavy", "heavy hi"],
        ["/hooks", "hook hi!/"],
      ] as const
    ) {
      using client = await RawClient.connect({ port: server.port, path });
      await client.sendText("hi");
      assertEquals(await client.nextButPings(), { kind: "text", text: answer });
    }
  },
});

Deno.test({
  name: "what was built checks tokens wherever it runs, and closes who brought one when it has expired",
  ...sanitized,
  async fn() {
    await using app = await project();
    const auth = `import { defineRoute } from "sockeye";
import { jwt } from "sockeye/auth";
const auth = jwt({ ...${JSON.stringify(OPTIONS)}, algorithms: ["HS256"] });
export default defineRoute({
  authenticate: auth.authenticate,
  message: (peer, message) => void peer.send(peer.context.claims.sub + " " + message.text()),
});
`;
    for (const name of ["worker", "process", "inline"]) await app.save(`${name}.ts`, auth);
    const { manifest, inputs } = await app.build();
    assert(manifest.table.some(({ hasAuthenticate }) => hasAuthenticate));
    assert(inputs.routes.some(([path]) => path.includes("/jose/")));
    assertEquals(inputs.gateway.filter(([path]) => path.includes("/jose/")), []);
    const config = { runtimes: { "/worker": "worker", "/process": "process" } };
    await using server = await start(app.out, `export default ${JSON.stringify(config)};`);
    for (const path of ["/inline", "/worker", "/process"]) {
      const connect = (token: string) =>
        RawClient.connect({ port: server.port, path, headers: { authorization: `Bearer ${token}` } });
      using client = await connect(await signed({ exp: seconds(3) }));
      using eve = await connect(await signed({}, OTHER_SECRET));
      await client.sendText("hi");
      assertEquals(await client.nextButPings(), { kind: "text", text: "ada hi" }, path);
      assertEquals(
        await eve.nextButPings(),
        { kind: "close", code: 4403, reason: "the token is not good enough" },
        path,
      );
      assertEquals(await client.nextButPings(), { kind: "close", code: 4401, reason: "the token has expired" }, path);
    }
  },
});

Deno.test({
  name: "what was built points to the sources in traces, wherever it runs",
  ...sanitized,
  async fn() {
    await using app = await project();
    const failing = `interface Failing { readonly is: true }
export const manifest = { name: "hooks", version: "1.0.0" };
export default {
  message(_peer: unknown, _message: unknown) {
    throw new TypeError("on purpose");
  },
};
`;
    for (const name of ["worker", "process", "inline", "_plugin"]) await app.save(`${name}.ts`, failing);
    const plugins = [{ mount: "/hooks", module: `${app.routes}/_plugin.ts` }];
    const config = { runtimes: { "/worker": "worker", "/process": "process" }, plugins };
    await app.build({ plugins: parsePlugins(plugins) });
    await using server = await start(app.out, `export default ${JSON.stringify(config)};`);
    for (
      const [path, file] of [
        ["/inline", "inline"],
        ["/worker", "worker"],
        ["/process", "process"],
        ["/hooks", "_plugin"],
      ] as const
    ) {
      using client = await RawClient.connect({ port: server.port, path });
      await client.sendText("fail");
      const where = `file:\\S+/routes/${file}\\.ts:5:11`;
      await server.printed(new RegExp(`TypeError: on purpose\\s+at Object\\.message \\(${where}\\)`));
    }
  },
});

Deno.test({
  name: "SIGUSR2: what was built anew takes over, and the socket stays open",
  ignore: Deno.build.os === "windows",
  ...sanitized,
  async fn() {
    await using app = await project();
    const first = await app.build();
    await using server = await start(app.out);
    using client = await RawClient.connect({ port: server.port, path: "/echo" });
    await client.sendText("a");
    assertEquals(await client.next(), { kind: "text", text: `a! ${first.manifest.deployment} true` });
    await app.save("_words.ts", WORDS.replace("!", "?"));
    const second = await app.build();
    Deno.kill(server.pid, "SIGUSR2");
    await server.printed(/SIGUSR2: new code in \d+ ms; 1 peer goes on with it/);
    await client.sendText("b");
    assertEquals(await client.next(), { kind: "text", text: `b? ${second.manifest.deployment} true` });
    await client.sendText("fail");
    await server.printed(/TypeError: on purpose\s+at Object\.message \(file:\S+echo\.ts:6:\d+\)/);
  },
});

Deno.test({
  name: "SIGUSR2: code that served before, and comes back, begins anew like any other",
  ignore: Deno.build.os === "windows",
  ...sanitized,
  async fn() {
    await using app = await project();
    const counting = (word: string) =>
      `let count = 0;\nexport default { message: (peer) => void peer.send("${word} " + ++count) };\n`;
    await app.save("count.ts", counting("one"));
    await app.build();
    await using server = await start(app.out);
    using client = await RawClient.connect({ port: server.port, path: "/count" });
    const ask = async () => {
      await client.sendText("?");
      return await client.next();
    };
    assertEquals(await ask(), { kind: "text", text: "one 1" });
    for (const [at, word] of ["two", "one", "one"].entries()) {
      await app.save("count.ts", counting(word));
      await app.build();
      Deno.kill(server.pid, "SIGUSR2");
      await server.printed(new RegExp(`(?:new code in[^]*){${at + 1}}`));
      assertEquals([await ask(), await ask()], [{ kind: "text", text: `${word} 1` }, {
        kind: "text",
        text: `${word} 2`,
      }]);
    }
  },
});

Deno.test({
  name: "build of the same sources gives the same names; of others, others, and the former files are gone",
  ...sanitized,
  async fn() {
    await using app = await project();
    const [first, again] = [await app.build(), await app.build()];
    assertEquals(first.manifest, again.manifest);
    await app.save("_words.ts", WORDS.replace("!", "?"));
    const second = await app.build();
    assert(second.manifest.deployment !== first.manifest.deployment);
    assertEquals(second.manifest.gateway, first.manifest.gateway);
    const files = await app.files();
    assert(files.includes(second.manifest.routes.file) && !files.includes(first.manifest.routes.file), String(files));
  },
});

Deno.test({
  name: "build that fails says what and where, and leaves what was built before",
  ...sanitized,
  async fn() {
    await using app = await project();
    const { manifest } = await app.build();
    const failed = async () => (await assertRejects(() => app.build(), BuildError)).message;
    await app.save("echo.ts", `${ECHO}\nconst = 1;`);
    assertMatch(await failed(), /echo\.ts:11:7: /);
    await app.save("echo.ts", ECHO.replace("message(peer", "mesage(peer"));
    assertStringIncludes(await failed(), 'did you mean "message"?');
    await app.save("echo.ts", `throw new Error("not at home");\n`);
    assertStringIncludes(await failed(), "not at home");
    await app.save("echo.ts", `export default { options: { maxMessageBytes: 0 }, message() {} };\n`);
    assertStringIncludes(await failed(), "maxMessageBytes");
    assertEquals((await app.files()).includes(manifest.routes.file), true);
    assertEquals(await app.left(), ["dist", "routes"]);
    await using server = await start(app.out);
    using client = await RawClient.connect({ port: server.port, path: "/echo" });
    await client.sendText("x");
    assertEquals((await client.next()).kind, "text");
  },
});

Deno.test({
  name: "build says that there are no routes, or no folder",
  ...sanitized,
  async fn() {
    await using app = await project();
    await assertRejects(() => build({ routes: app.out, out: `${app.out}2` }), BuildError, "does not exist");
    await Deno.mkdir(app.out);
    await assertRejects(() => build({ routes: app.out, out: `${app.out}2` }), BuildError, "there are no routes in");
  },
});

Deno.test({
  name: "build lays the licence of every package beside the bundle, those of the routes and of the pages included",
  ...sanitized,
  async fn() {
    await using app = await project();
    await app.save(
      "_words.ts",
      `import { z } from "zod";\nexport const punctuated = (text: string) => z.string().parse(text);\n`,
    );
    const imports = { zod: pathOfUrl(new URL("../../node_modules/zod/index.js", import.meta.url)) };
    const { sources } = await app.build({ imports });
    const text = await Deno.readTextFile(`${app.out}/THIRD_PARTY_LICENSES`);
    const packages = sources.flatMap((path) => {
      const [, name, version] = /node_modules\/\.deno\/(@?[^@/]+)@([^/_]+)[^/]*\/node_modules\//.exec(path) ?? [];
      return name === undefined ? [] : [`${name.replace("+", "/")} ${version}`];
    });
    for (const name of [...new Set(packages)]) assertMatch(text, new RegExp(`^${name} \\(`, "m"));
    for (const name of ["zod", "redis", "preact"]) assertMatch(text, new RegExp(`^${name} \\d`, "m"));
    assertStringIncludes(text, "Permission is hereby granted");
    await app.build({ imports });
    assertEquals(await Deno.readTextFile(`${app.out}/THIRD_PARTY_LICENSES`), text);
  },
});

Deno.test({
  name: "what was built loads the client of a broker only when a broker is named, from beside the gateway",
  ...sanitized,
  async fn() {
    await using app = await project();
    const { inputs, manifest: { parts = [] } } = await app.build();
    assertEquals(inputs.gateway.filter(([path]) => /node_modules\/(?:@nats-io|@?redis)/.test(path)), []);
    for (const [name, scheme] of [["nats_session", "nats"], ["redis_session", "redis"]] as const) {
      const part = parts.find(({ file }) => file.startsWith(`gateway-${name}-`));
      assert(part !== undefined, name);
      using broker = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const starting = start(app.out, undefined, {
        [`${name.split("_")[0]!.toUpperCase()}_URL`]: `${scheme}://127.0.0.1:${broker.addr.port}`,
      });
      (await broker.accept()).close();
      await using _server = await starting;
    }
  },
});
