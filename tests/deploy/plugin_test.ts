import { assertEquals, assertThrows } from "@std/assert";
import { checkManifest, describePlugin, parsePlugins, PluginError, type PluginOrder } from "../../lib/deploy/plugin.ts";

const ORDER: PluginOrder = { mount: "/hooks", module: "./hooks.ts", permissions: {}, limits: {}, hibernateAfterMs: 0 };

Deno.test("parsePlugins takes what is granted to whom, and none for none", () => {
  assertEquals(parsePlugins(undefined), []);
  const limits = { memoryBytes: 64 * 2 ** 20 };
  const permissions = { net: ["127.0.0.1:9000"] };
  const given = [{ mount: "/hooks/[room]", module: "npm:hooks@1", permissions, limits }, {
    mount: "/b",
    module: "./b.ts",
    hibernateAfterMs: 60_000,
  }];
  assertEquals(parsePlugins(given), [
    { mount: "/hooks/[room]", module: "npm:hooks@1", permissions, limits, hibernateAfterMs: 0 },
    { mount: "/b", module: "./b.ts", permissions: {}, limits: {}, hibernateAfterMs: 60_000 },
  ]);
});

const WRONG: ReadonlyArray<readonly [plugins: unknown, problem: string]> = [
  [{}, "plugins: it must be a list"],
  [["./a.ts"], "plugins[0]: it must be an object with mount, module, permissions, limits"],
  [[{ mount: "/a", module: "./a.ts", permission: {} }], 'plugins[0]: unknown key "permission"'],
  [[{ module: "./a.ts" }], 'plugins[0].mount: it must be a pattern, as in "/hooks/[room]"'],
  [[{ mount: "a", module: "./a.ts" }], "plugins[0].mount: "],
  [[{ mount: "/a" }], "plugins[0].module: it must be a file, or a package"],
  [[{ mount: "/a", module: "./a.ts", permissions: { net: ["*"] } }], 'plugins[0].permissions.net: "*" is no host'],
  [[{ mount: "/a", module: "./a.ts", limits: { memoryBytes: 1 } }], "plugins[0].limits.memoryBytes"],
  [
    [{ mount: "/a", module: "./a.ts" }, { mount: "/a", module: "./b.ts" }],
    "plugins[1].mount: /a is taken by plugins[0]",
  ],
];

for (const [plugins, problem] of WRONG) {
  Deno.test(`parsePlugins refuses ${JSON.stringify(plugins)}`, () => {
    assertThrows(() => parsePlugins(plugins), PluginError, problem);
  });
}

Deno.test("checkManifest takes a plug-in that asks for no more than it was granted", () => {
  const manifest = { name: "hooks", version: "1.0.0", permissions: { env: ["URL"] } };
  assertEquals(checkManifest(manifest, { ...ORDER, permissions: { env: ["URL"] } }), manifest);
  assertEquals(checkManifest({ name: "hooks", version: "1.0.0" }, ORDER).permissions, {});
});

Deno.test("checkManifest refuses a plug-in that asks for more, and says exactly what it lacks", () => {
  const permissions = { net: ["a.example:443", "b.example"], env: ["TOKEN"], topics: ["hook:*"] };
  const error = assertThrows(
    () => checkManifest({ name: "a", version: "1", permissions }, { ...ORDER, permissions: { net: ["b.example"] } }),
    PluginError,
  );
  assertEquals(
    error.message,
    "the plug-in ./hooks.ts at /hooks asks for more than it was granted; to use it, add to its permissions: " +
      '{ net: ["a.example:443"], env: ["TOKEN"], topics: ["hook:*"] }',
  );
});

Deno.test("checkManifest refuses a plug-in that does not say what it is", () => {
  for (const said of [undefined, null, "hooks", {}, { name: "a" }, { name: "", version: "1" }]) {
    assertThrows(() => checkManifest(said, ORDER), PluginError, "the plug-in ./hooks.ts");
  }
  assertThrows(
    () => checkManifest({ name: "a", version: "1", permissions: { read: ["/"] } }, ORDER),
    PluginError,
    'manifest.permissions: unknown key "read"',
  );
});

Deno.test("describePlugin says what a plug-in is and what it may do", () => {
  const manifest = { name: "hooks", version: "1.0.0", permissions: {} };
  assertEquals(describePlugin(manifest, ORDER), "/hooks  hooks 1.0.0 (./hooks.ts): granted nothing");
  const permissions = { net: ["a.example"], env: ["A", "B"], topics: ["hook:*"], headers: ["cookie"] };
  assertEquals(
    describePlugin(manifest, { ...ORDER, permissions }),
    "/hooks  hooks 1.0.0 (./hooks.ts): may connect to a.example; read A, B; use the topics hook:*; see cookie",
  );
});
