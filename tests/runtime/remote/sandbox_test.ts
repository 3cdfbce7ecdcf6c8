/** How a sandbox is started, and what it is granted then. @module */
import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { BOOTSTRAP_URL, bootstrapInput } from "../../../lib/runtime/remote/process_bootstrap.ts";
import { DEFAULT_MEMORY_BYTES } from "../../../lib/runtime/remote/grants.ts";
import { findKeeper, memoryLimitOf, sandboxCommand, type SandboxOrder } from "../../../lib/runtime/remote/sandbox.ts";

const MIB = 1024 * 1024;

function commandOf(order: Partial<SandboxOrder> = {}) {
  return sandboxCommand({
    ...{ host: "host();", grants: {}, limits: {}, deniedPorts: [], env: () => undefined },
    ...order,
  });
}

Deno.test("sandboxCommand: code to which nothing is granted has no permission, and loads nothing", () => {
  const { command, args, input } = commandOf();
  assertEquals([command, args[0], args.at(-1)], [Deno.execPath(), "run", BOOTSTRAP_URL]);
  assertEquals(args.filter((arg) => /^(?:--allow|-[A-Z]|--unstable)/.test(arg)), []);
  for (
    const flag of [
      "--no-prompt",
      "--no-remote",
      "--deny-import",
      "--no-npm",
      "--cached-only",
      "--no-config",
      "--no-lock",
    ]
  ) {
    assert(args.includes(flag), flag);
  }
  assertEquals(input, bootstrapInput("host();"));
});

Deno.test("sandboxCommand: its environment is empty but for what the runtime needs", () => {
  const { env } = commandOf({ env: () => "secret" });
  assertEquals(Object.keys(env), ["DENO_DIR", "NO_COLOR"]);
});

Deno.test("sandboxCommand passes on the environment variables that are granted, and that there are", () => {
  const values: Readonly<Record<string, string>> = { TOKEN: "abc", EMPTY: "", OTHER: "secret" };
  const { args, env } = commandOf({ grants: { env: ["TOKEN", "EMPTY", "UNSET"] }, env: (name) => values[name] });
  assert(args.includes("--allow-env=TOKEN,EMPTY,UNSET"));
  assertEquals([env["TOKEN"], env["EMPTY"], "UNSET" in env, "OTHER" in env], ["abc", "", false, false]);
});

Deno.test("sandboxCommand: hosts that are granted come with those that never are, and our own", () => {
  const { args } = commandOf({
    grants: { net: ["api.example.com:443", "10.0.0.1"] },
    deniedPorts: [4001],
  });
  assert(args.includes("--allow-net=api.example.com:443,10.0.0.1"));
  const secrets = ["169.254.0.0/16", "[::ffff:169.254.169.254]", "[::ffff:169.254.170.2]", "[fd00:ec2::254]"];
  const own = ["127.0.0.1:4001", "0.0.0.0:4001", "[::1]:4001", "[::]:4001"];
  assert(args.includes(`--deny-net=${[...secrets, ...own].join()}`));
});

Deno.test("sandboxCommand: an empty list grants nothing; it does not grant everything", () => {
  const { args } = commandOf({ grants: { net: [], env: [] } });
  assertFalse(args.some((arg) => arg.startsWith("--allow")));
});

Deno.test("sandboxCommand limits the heap, and memoryLimitOf all memory beyond it", () => {
  for (const [memoryBytes, flag] of [[64 * MIB, 64], [1, 1], [64 * MIB + 1, 65], [undefined, 128]] as const) {
    const limits = memoryBytes === undefined ? {} : { memoryBytes };
    assert(commandOf({ limits }).args.includes(`--v8-flags=--max-old-space-size=${flag}`));
    assertEquals(memoryLimitOf(limits) - (memoryBytes ?? DEFAULT_MEMORY_BYTES), 96 * MIB);
  }
});

Deno.test("sandboxCommand has the system hold the limits where there is what keeps a sandbox within them", () => {
  const limits = { memoryBytes: 64 * MIB };
  const plain = commandOf({ limits });
  for (const leash of [[], ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"]]) {
    const { command, args } = commandOf({ limits, keeper: { shell: "/bin/sh", leash } });
    const rest = ["sandbox", ...leash, plain.command, ...plain.args];
    assertEquals([command, args[0], args.slice(2)], ["/bin/sh", "-c", rest]);
    assert(args[1]!.includes(`ulimit -d ${(580 + 64) * 1024} `), args[1]);
  }
});

Deno.test("findKeeper finds a shell on Linux, and there what ends with its parent", async () => {
  const keeper = await findKeeper();
  if (Deno.build.os !== "linux") return assertEquals(keeper, undefined);
  assertEquals(keeper?.shell, "/bin/sh");
  const [path, ...words] = keeper?.leash ?? [];
  if (path === undefined) return; // Not every Linux has it.
  assert(path.startsWith("/") && path.endsWith("/setpriv"), path);
  const { stdout } = await new Deno.Command(path, { args: [...words, path, "--dump"] }).output();
  assertStringIncludes(new TextDecoder().decode(stdout), "no_new_privs: 1");
});

/** What a sandbox prints that runs this as its host. */
async function printed(host: string, order: Partial<SandboxOrder> = {}): Promise<unknown> {
  const { command, args, env, input } = commandOf({ host: `${host} Deno.exit(0);`, ...order });
  const child = new Deno.Command(command, {
    ...{ args: [...args], env: { ...env }, clearEnv: true, stdin: "piped", stdout: "piped", stderr: "piped" },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(input);
  const { stdout, stderr } = await child.output();
  await writer.close().catch(() => {}); // It has ended.
  assertEquals(new TextDecoder().decode(stderr), "");
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("a sandbox has what is granted, and no more", async () => {
  const query = `
    const queries = [
      ...["read", "write", "env", "run", "ffi", "sys", "net"].map((name) => ({ name })),
      ...["api.example.com:443", "api.example.com:80", "example.com"].map((host) => ({ name: "net", host })),
      { name: "env", variable: "TOKEN" },
    ];
    const named = ({ name, host, variable }) => [name, host ?? variable].filter(Boolean).join(" ");
    const granted = queries.filter((query) => Deno.permissions.querySync(query).state === "granted");
    console.log(JSON.stringify(granted.map(named)));
  `;
  assertEquals(await printed(query), []);
  const grants = { net: ["api.example.com:443"], env: ["TOKEN"] };
  assertEquals(await printed(query, { grants }), ["net api.example.com:443", "env TOKEN"]);
});

Deno.test("a sandbox reaches neither what is link-local nor our own addresses, whatever is granted", async () => {
  const connect = `
    const nameOf = (hostname, port) => Deno.connect({ hostname, port }).then(() => "", ({ name }) => name);
    console.log(JSON.stringify([await nameOf("169.254.169.254", 80), await nameOf("127.0.0.1", 1)]));
  `;
  const grants = { net: ["169.254.169.254", "127.0.0.1"] };
  assertEquals(await printed(connect, { grants, deniedPorts: [1] }), ["NotCapable", "NotCapable"]);
});
