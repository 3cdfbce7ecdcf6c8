/** The ways out of a sandbox, each tried by code that runs in one. @module */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { FORM } from "../../lib/frame/mod.ts";
import type { Grants } from "../../lib/runtime/remote/grants.ts";
import { TEXT_FLAG, UP } from "../../lib/runtime/remote/wire.ts";
import { RecordedCommands } from "../suites/recorded_commands.ts";
import { LogLines } from "../support/log_lines.ts";
import { type RemoteCodeSetting, routeSource, runtimeOf } from "../support/remote_code.ts";
import { ServedRuntimes } from "../support/served_runtimes.ts";

/** Runs what it is sent, and tells what came of it. */
const RUNNER = routeSource(
  `
  async message(peer, message) {
    try {
      const result = await new AsyncFunction("peer", message.text())(peer);
      peer.send("out: " + (typeof result === "string" ? result : JSON.stringify(result)));
    } catch (error) {
      peer.send("refused: " + error);
    }
  },`,
  { before: "const AsyncFunction = (async () => {}).constructor;" },
);

const SECRET = "the parent's own";
Deno.env.set("SOCKEYE_TEST_SECRET", SECRET);

interface Sandbox extends AsyncDisposable {
  run(code: string): Promise<string>;
  readonly commands: RecordedCommands;
  readonly log: LogLines;
}

async function sandbox(setting: RemoteCodeSetting = {}): Promise<Sandbox> {
  const log = new LogLines();
  const runtime = await runtimeOf("process", RUNNER, log, setting);
  runtime.commit?.();
  await runtime.start();
  const commands = new RecordedCommands({ headers: [["host", "a"], ["cookie", "id=1"], ["authorization", "Basic x"]] });
  const events = runtime.attach(0, commands);
  await events.open();
  return {
    commands,
    log,
    async run(code) {
      const at = commands.calls.length;
      const bytes = new TextEncoder().encode(code);
      await events.message(FORM.TEXT, bytes, 0, bytes.length);
      await commands.until(at + 1);
      return commands.calls[at]!.join(" ");
    },
    [Symbol.asyncDispose]: () => runtime.stop(),
  };
}

/** Each must be refused, in these words. */
const WAYS_OUT: Readonly<Record<string, readonly (readonly [code: string, refusal: RegExp])[]>> = {
  "files, through imports": [
    [`return (await import("file:///etc/passwd", { with: { type: "text" } })).default`, /read access/],
    [
      `return (await import("file:///proc/" + Deno.ppid + "/environ", { with: { type: "text" } })).default`,
      /read access/,
    ],
    [
      `return (await import("${new URL("../../deno.json", import.meta.url)}", { with: { type: "json" } })).default`,
      /read access/,
    ],
    [`return (await import("${import.meta.url}")).default`, /read access/],
    [
      `const code = 'export { default } from "file:///etc/passwd" with { type: "text" }';
       return (await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })))).default`,
      /read access/,
    ],
    [
      `return (await import('data:text/javascript,export{default}from"file:///etc/passwd"with{type:"text"}')).default`,
      /read access/,
    ],
    [`const { createRequire } = await import("node:module"); return createRequire("file:///etc/")("./passwd")`, /read/],
  ],
  "files, through the API": [
    [`return await Deno.readTextFile("/etc/passwd")`, /read access/],
    [`return [...Deno.readDirSync("/")]`, /read access/],
    [`return (await import("node:fs")).readFileSync("/etc/passwd", "utf8")`, /read access/],
    [`return await (await fetch("file:///etc/passwd")).text()`, /read access/],
    [`await Deno.writeTextFile("/tmp/out", "x"); return "written"`, /write access/],
    [`return await Deno.makeTempFile()`, /write access/],
    [`const { DatabaseSync } = await import("node:sqlite"); new DatabaseSync("/tmp/x.db"); return "opened"`, /access/],
    [
      `const { DatabaseSync } = await import("node:sqlite");
       new DatabaseSync(":memory:").exec("ATTACH '/tmp/y.db' AS y"); return "attached"`,
      /attached databases/,
    ],
  ],
  "code from elsewhere": [
    [`return Object.keys(await import("npm:ws"))`, /--no-npm/],
    [`return Object.keys(await import("jsr:@std/assert"))`, /import access|--no-remote/],
    [`return Object.keys(await import("https://example.com/x.js"))`, /import access|--no-remote/],
  ],
  "what is kept on disk": [
    [`await (await caches.open("x")).put("https://a/b", new Response("x")); return "kept"`, /cache storage directory/],
    [`localStorage.setItem("a", "b"); return "kept"`, /directory/],
    [`await (await Deno.openKv()).set(["a"], 1); return "kept"`, /not a function/],
  ],
  "the environment": [
    [`return Deno.env.toObject()`, /env access/],
    [`return Deno.env.get("SOCKEYE_TEST_SECRET")`, /env access/],
    [`return (await import("node:process")).env.SOCKEYE_TEST_SECRET`, /env access/],
  ],
  "other programs": [
    [`return await new Deno.Command("/bin/id").output()`, /run access/],
    [`return await new Deno.Command(Deno.execPath(), { args: ["eval", "-A", "1"] }).output()`, /run access/],
    [`return String((await import("node:child_process")).execFileSync("/bin/id"))`, /access/],
  ],
  "native code": [
    [`Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {}); return "opened"`, /ffi access/],
    [`(await import("node:process")).dlopen({ exports: {} }, "/tmp/x.node"); return "opened"`, /ffi access/],
  ],
  "signals": [
    [`Deno.kill(Deno.ppid, "SIGCONT"); return "sent"`, /run access/],
    [`const { kill, ppid } = await import("node:process"); kill(ppid, 0); return "sent"`, /run access/],
  ],
  "this machine": [
    [`return Deno.hostname()`, /sys access/],
    [`return Deno.networkInterfaces()`, /sys access/],
    [`return (await import("node:os")).userInfo()`, /sys access/],
    [`(await import("node:inspector")).open(9229); return "opened"`, /access/],
  ],
};

for (const [what, ways] of Object.entries(WAYS_OUT)) {
  Deno.test(`a sandbox keeps its code from ${what}`, async () => {
    await using own = await sandbox();
    for (const [code, refusal] of ways) {
      const said = await own.run(code);
      assertMatch(said, /^send refused: /, code);
      assertMatch(said, refusal, code);
    }
    assertEquals(await own.run(`return "goes on"`), "send out: goes on");
  });
}

/** A listener that says whether anybody came. */
function listener(): Disposable & { readonly port: number; readonly visitors: number } {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let visitors = 0;
  (async () => {
    for await (const visitor of server) {
      visitors++;
      visitor.close();
    }
  })().catch(() => {}); // It was closed.
  return {
    port: server.addr.port,
    get visitors() {
      return visitors;
    },
    [Symbol.dispose]: () => server.close(),
  };
}

Deno.test("a sandbox connects to nothing without a grant, and with one to nothing else, neither by another name", async () => {
  using granted = listener();
  using admin = listener();
  // Names of secrets cannot be granted by a configuration; here they are, for whatever a name may turn out to mean.
  const secrets = ["169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]"];
  const grants: Grants = { net: [`127.0.0.1:${granted.port}`, "localhost", "[::1]", ...secrets] };
  await using closed = await sandbox();
  await using open = await sandbox({ grants, deniedPorts: [admin.port] });
  const to = (hostname: string, port: number): string =>
    `(await Deno.connect({ hostname: "${hostname}", port: ${port} })).close(); return "connected"`;
  assertMatch(await closed.run(to("127.0.0.1", granted.port)), /refused: .*net access/);
  assertEquals(await open.run(to("127.0.0.1", granted.port)), "send out: connected");
  for (
    const code of [
      to("127.0.0.1", admin.port),
      // The name is granted, and leads where nobody may go.
      to("localhost", admin.port),
      to("::1", admin.port),
      to("::ffff:127.0.0.1", admin.port),
      to("0.0.0.0", admin.port),
      to("127.1", admin.port),
      to("169.254.169.254", 80),
      to("::ffff:169.254.169.254", 80),
      to("fd00:ec2::254", 80),
      `return (await fetch("http://127.0.0.1:${admin.port}/")).status`,
      `return (await fetch("http://localhost:${admin.port}/")).status`,
      `return Deno.listen({ port: 0 }).addr`,
      `const socket = new WebSocket("ws://127.0.0.1:${admin.port}"); await new Promise((_, reject) => socket.onerror = reject)`,
      `const net = await import("node:net");
       await new Promise((resolve, reject) => net.connect(${admin.port}, "127.0.0.1", resolve).on("error", reject));
       return "connected"`,
      `return await Deno.resolveDns("example.com", "A")`,
    ]
  ) {
    assertMatch(await open.run(code), /^send refused: /, code);
  }
  assertEquals(admin.visitors, 0);
});

Deno.test("a sandbox is given the variables that were granted, and no others", async () => {
  await using own = await sandbox({ grants: { env: ["SOCKEYE_TEST_SECRET"] } });
  assertEquals(await own.run(`return Deno.env.get("SOCKEYE_TEST_SECRET")`), `send out: ${SECRET}`);
  assertMatch(await own.run(`return Deno.env.get("PATH")`), /refused: .*env access/);
});

Deno.test("a sandbox does not know where it is", async () => {
  await using own = await sandbox();
  assertEquals(await own.run("return Deno.cwd()"), `send out: ${Deno.build.os === "windows" ? "C:\\" : "/"}`);
});

/** What code that has the channel to itself may try: records that the host would not write. */
const record = (kind: number, id: number, bytes: string, length = `(${bytes}).length`): string => `
  const bytes = ${bytes};
  const record = new Uint8Array(12 + ((bytes.length + 3) & ~3));
  new DataView(record.buffer).setUint32(0, ${kind}, true);
  new DataView(record.buffer).setUint32(4, ${id}, true);
  new DataView(record.buffer).setUint32(8, ${length}, true);
  record.set(bytes, 12);
  Deno.stdout.writeSync(record);
  return "written";`;

Deno.test("forged commands for a peer that is not its own do nothing", async () => {
  await using own = await sandbox();
  // To the peer after its own and to one far away.
  for (const id of [2, 0xffffffff]) await own.run(record(UP.SEND, id, "new TextEncoder().encode('for another')"));
  assertEquals(await own.run(`return "goes on"`), "send out: goes on");
  assertEquals(own.commands.calls.filter(([, text]) => text === "for another"), []);
});

for (
  const [what, code] of [
    ["of a kind that is none", record(200, 1, "new Uint8Array(4)")],
    ["of an absurd length", record(UP.SEND, 1, "new Uint8Array(4)", "0xfffffff0")],
    ["with a close code that is none", record(UP.CLOSE, 1, "Uint8Array.of(0xee, 3)")],
    ["with a text that is not UTF-8", record(UP.SEND | (TEXT_FLAG << 8), 1, "Uint8Array.of(0xff, 0xfe)")],
    ["with a context that is too long", record(UP.CONTEXT, 1, "new Uint8Array(17 * 1024).fill(1)")],
    ["to a topic that was not granted", record(UP.SUBSCRIBE, 1, "new TextEncoder().encode('everybody')")],
    [
      "that are noise",
      `Deno.stdout.writeSync(crypto.getRandomValues(new Uint8Array(4096)).map((byte) => byte | 0x80)); return ""`,
    ],
  ] as const
) {
  Deno.test(`forged commands ${what} end the code, and it is started again`, async () => {
    await using own = await sandbox({ options: { mayUseTopic: (topic) => topic.startsWith("hook:") } });
    await own.run(code);
    assertMatch(await own.log.until("its code has ended"), /it broke the rules of its channel/);
  });
}

Deno.test("a flood of output is dealt with as it comes, and cut where it is long", async () => {
  await using own = await sandbox();
  const flood = `for (let count = 0; count < 2000; count++) console.error("x".repeat(8000)); return "flooded"`;
  assertEquals(await own.run(flood), "send out: flooded");
  const rejections = `for (let count = 0; count < 2000; count++) Promise.reject(new Error("stray")); return "flooded"`;
  assertEquals(await own.run(rejections), "send out: flooded");
  assertEquals(await own.run(`return "goes on"`), "send out: goes on");
  assert(own.log.lines.every((line) => line.length < 5000));
  assert(own.log.lines.filter((line) => line.includes("stray")).length <= 200);
});

Deno.test("a flood of commands leaves everybody else their turn", async () => {
  const log = new LogLines();
  const flooding = routeSource(
    `
  message(peer, message) {
    const context = new TextEncoder().encode("\\u0001" + JSON.stringify("x".repeat(16000)));
    const record = new Uint8Array(12 + ((context.length + 3) & ~3));
    new DataView(record.buffer).setUint32(0, ${UP.CONTEXT}, true);
    new DataView(record.buffer).setUint32(4, 1, true);
    new DataView(record.buffer).setUint32(8, context.length, true);
    record.set(context, 12);
    (async () => { for (;;) await Deno.stdout.write(record); })();
  },`,
    { pattern: "/flood" },
  );
  const echo = routeSource("message(peer, message) { peer.send(message); },", { pattern: "/echo" });
  const runtimes = [await runtimeOf("process", flooding, log), await runtimeOf("inline", echo, log)];
  await using served = await ServedRuntimes.of(runtimes);
  using flooder = await served.connect("/flood");
  using other = await served.connect("/echo");
  await flooder.sendText("go");
  for (let count = 0; count < 500; count++) {
    await other.sendText(String(count));
    assertEquals(await other.nextButPings(), { kind: "text", text: String(count) });
  }
  // What it said in between reached nobody; it keeps to the rules, so it is not ended either.
  assertEquals(log.lines, []);
});

Deno.test("a thread has no more rights than the code that made it; where the system limits memory there is none", async () => {
  await using own = await sandbox({ hasKeeper: false });
  await using limited = await sandbox();
  const theirs =
    `try { self.postMessage(Deno.readTextFileSync("/etc/passwd")); } catch (error) { self.postMessage("refused: " + error); }`;
  const code = `
    const worker = new Worker("data:text/javascript," + encodeURIComponent(${
    JSON.stringify(theirs)
  }), { type: "module" });
    const said = await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
    worker.terminate();
    return said;`;
  assertMatch(await own.run(code), /^send out: refused: .*read access/);
  if (Deno.build.os === "linux") assertEquals(await limited.run(code), "fail");
});

Deno.test("a thread that asks for more rights ends the code that asks", async () => {
  await using own = await sandbox();
  const code =
    `new Worker("data:text/javascript,", { type: "module", deno: { permissions: "inherit" } }); return "made"`;
  assertEquals(await own.run(code), "fail");
});

Deno.test("code that ends itself while it is loaded is not taken", async () => {
  const log = new LogLines();
  await assertRejects(() => runtimeOf("process", "Deno.exit(5)", log), Error, "it exited with 5");
});
