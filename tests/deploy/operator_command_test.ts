/** The commands: exit codes, and what is said. With servers, they are in `tests/fault/deploy_test.ts`. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { AdminListener } from "../../lib/deploy/admin_listener.ts";
import type { CommandName } from "../../lib/deploy/operator_arguments.ts";
import { runOperatorCommand, tableOf } from "../../lib/deploy/operator_command.ts";
import { systemClock } from "../../lib/gateway/mod.ts";

const TOKEN = "0123456789abcdef";

// `fetch` keeps its connection for the next request, and esbuild its process.
const sanitized = { sanitizeOps: false, sanitizeResources: false };

async function run(command: CommandName, args: readonly string[], token: string | undefined = TOKEN, rest = () => {}) {
  const lines: string[] = [];
  const line = (text: string) => void lines.push(text);
  const code = await runOperatorCommand(command, args, {
    print: line,
    complain: line,
    env: (name) => name === "SOCKEYE_DEPLOY_TOKEN" ? token : undefined,
    rest: () => Promise.resolve(rest()),
  });
  return { code, output: lines.join("\n") };
}

Deno.test("runOperatorCommand: help is 0, wrong arguments and no token are 2", async () => {
  assertEquals((await run("deploy", ["--help"])).code, 0);
  assertEquals((await run("deploy", ["--helpp"])).code, 2);
  const without = await run("deployments", [], "");
  assertEquals(without.code, 2);
  assertStringIncludes(without.output, "SOCKEYE_DEPLOY_TOKEN is not set");
  assertStringIncludes((await run("deployments", [], "short")).output, "must have 16 at least");
});

Deno.test({
  name: "runOperatorCommand: routes or keys that cannot be used are said, and nobody is asked anything",
  ...sanitized,
  async fn() {
    const unbuilt = await run("deploy", ["--routes", "no/such/folder", "--to", "http://127.0.0.1:1"]);
    assertEquals([unbuilt.code, unbuilt.output.includes("does not exist")], [1, true]);
    const unsigned = await run("deploy", ["--sign", "no/such/key", "--to", "http://127.0.0.1:1"]);
    assertEquals([unsigned.code, unsigned.output.includes("--sign no/such/key: cannot be read")], [2, true]);
  },
});

Deno.test({
  name: "runOperatorCommand: one host that refuses makes it 1, and the others are asked all the same",
  ...sanitized,
  async fn() {
    const listener = new AdminListener("127.0.0.1:0", () => Promise.resolve(Response.json({ deployments: [] })));
    try {
      const there = `http://127.0.0.1:${listener.port}`;
      const { code, output } = await run("deployments", ["--to", `http://127.0.0.1:1,${there}`]);
      assertEquals(code, 1);
      assertStringIncludes(output, "http://127.0.0.1:1: it cannot be reached");
      assertStringIncludes(output, `${there}: \n  NAME  STATE`);
    } finally {
      await listener.close({ clock: systemClock, timeoutMs: 2_000 });
    }
  },
});

Deno.test({
  name: "runOperatorCommand --wait asks a host again until it answers, and no longer than a minute",
  ...sanitized,
  async fn() {
    const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = free.addr;
    free.close();
    let listener: AdminListener | undefined;
    let rests = 0;
    const appear = () => {
      if (++rests === 3) {
        listener = new AdminListener(`127.0.0.1:${port}`, () => Promise.resolve(Response.json({ deployments: [] })));
      }
    };
    const args = ["--to", `http://127.0.0.1:${port}`, "--wait"];
    const { code, output } = await run("deployments", args, TOKEN, appear);
    await listener?.close({ clock: systemClock, timeoutMs: 2_000 });
    assertEquals([code, rests], [0, 3]);
    assertStringIncludes(output, "waiting for it");
    rests = 10;
    assertEquals((await run("deployments", args, TOKEN, appear)).code, 1);
    assertEquals(rests, 70);
  },
});

Deno.test("tableOf is a table: shares in percent, times without fractions, the first line of a reason", () => {
  const readyAt = "2026-11-28T12:00:05.123Z";
  const text = tableOf([
    { name: "0123456789ab", state: "canary", share: 0.1, peers: 12, readyAt },
    { name: "local", state: "active", peers: 108, readyAt, activeAt: readyAt },
    { name: "ba9876543210", state: "failed", peers: 0, readyAt, reason: "a.ts: no\nmore" },
  ]);
  assertEquals(text.split("\n"), [
    "  NAME          STATE        PEERS  READY                 ACTIVATED             REASON",
    "  0123456789ab  canary 10 %  12     2026-11-28 12:00:05Z",
    "  local         active       108    2026-11-28 12:00:05Z  2026-11-28 12:00:05Z",
    "  ba9876543210  failed       0      2026-11-28 12:00:05Z                        a.ts: no",
  ]);
});

Deno.test("tableOf says how the code is that has a place of its own", () => {
  const readyAt = "2026-11-28T12:00:05.123Z";
  const common = { restarts: 0, unsettledBytes: 0 };
  const places = [
    { ...common, kind: "worker", patterns: ["/board"], state: "asleep" },
    { ...common, kind: "process", patterns: ["/hooks/[room]"], state: "up", restarts: 3, memoryBytes: 42 * 2 ** 20 },
  ] as const;
  assertEquals(tableOf([{ name: "local", state: "active", peers: 1, readyAt, places }]).split("\n").slice(3), [
    "  NAME   RUNS IN  ROUTE          STATE   RESTARTS  MEMORY",
    "  local  worker   /board         asleep  0",
    "  local  process  /hooks/[room]  up      3         42 MiB",
  ]);
});
