/** A channel to real small processes. @module */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { ProcessChannel, type ProcessCommand } from "../../../lib/runtime/remote/process_channel.ts";
import { packed } from "./support/records.ts";
import { SeenChannel } from "./support/seen_channel.ts";

/** A process that runs this JavaScript, and what came of it. */
function start(script: string, input: Uint8Array<ArrayBuffer> = new Uint8Array(0), more: Partial<ProcessCommand> = {}) {
  const seen = new SeenChannel();
  const channel = new ProcessChannel({
    command: Deno.execPath(),
    args: ["run", "--quiet", "--no-prompt", `data:text/javascript,${encodeURIComponent(script)}`],
    env: { NO_COLOR: "1" },
    folder: Deno.cwd(),
    input,
    ...more,
  }, seen);
  return { channel, seen };
}

const ECHO = "await Deno.stdin.readable.pipeTo(Deno.stdout.writable);";

Deno.test("ProcessChannel: records go to a process and come from it, behind what it is sent first", async () => {
  const all = Array.from({ length: 50 }, (_, at) => ({ kind: at, flags: 1, id: at, payload: [at, at, at] }));
  const { channel, seen } = start(`${ECHO}`, packed(all.slice(0, 10)));
  for (let at = 10; at < 50; at += 10) await channel.send(packed(all.slice(at, at + 10)));
  while (seen.records.length < 50) await new Promise((resolve) => setImmediate(resolve));
  assertEquals(seen.records, all);
  channel.kill();
  assertEquals(await seen.closed, "it was ended by SIGKILL");
});

Deno.test("ProcessChannel says with what code a process exited, once, when all it had said was taken", async () => {
  const batch = [...packed([{ kind: 3, flags: 0, id: 0, payload: [7] }])];
  const { seen } = start(
    `await Deno.stdout.write(Uint8Array.from(${JSON.stringify(batch)})); Deno.exit(5);`,
  );
  assertEquals(await seen.closed, "it exited with 5");
  assertEquals([seen.records.length, seen.ends], [1, 1]);
});

Deno.test("ProcessChannel: what is sent to a process that is gone is forgotten", async () => {
  const { channel, seen } = start("Deno.exit(0);");
  await seen.closed;
  await channel.send(new Uint8Array(100_000));
  channel.kill();
});

Deno.test("ProcessChannel ends a process that says what is no record", async () => {
  const { seen } = start('console.log("x".repeat(1000)); setInterval(() => {}, 1000);');
  const reason = await seen.closed;
  assertStringIncludes(reason, "it broke the rules of its channel: a record of");
});

Deno.test("ProcessChannel: a record that is not whole when the process ends is not told of", async () => {
  const batch = [...packed([{ kind: 3, flags: 0, id: 0, payload: [1, 2, 3, 4] }])].slice(0, -1);
  const { seen } = start(`await Deno.stdout.write(Uint8Array.from(${JSON.stringify(batch)}));`);
  assertEquals([await seen.closed, seen.records], ["it exited with 0", []]);
});

Deno.test("ProcessChannel passes lines of the standard error on, cuts long ones, and holds on to no more of them", async () => {
  const { seen } = start(`
    console.error("first ä");
    console.error("");
    for (let part = 0; part < 100; part++) await Deno.stderr.write(new TextEncoder().encode("x".repeat(10_000)));
    console.error("");
    console.error("y".repeat(10_000));
    await Deno.stderr.write(new TextEncoder().encode("z".repeat(3) + "\\n" + "w".repeat(10_000)));
  `);
  assertEquals(await seen.closed, "it exited with 0");
  const lengths = seen.lines.map((line) => line.length);
  assertEquals([seen.lines[0], seen.lines[1], seen.lines.at(-2), seen.lines.at(-1)?.[0]], ["first ä", "", "zzz", "w"]);
  assertEquals(lengths.slice(2), [4096, 4096, 3, 4096]);
  assertLess(Math.max(...lengths), 4097);
});

Deno.test("ProcessChannel gives the process its own environment, and nothing of ours", async () => {
  const home = Deno.env.get("HOME");
  assert(home !== undefined);
  const { channel, seen } = start("", new Uint8Array(0), {
    args: ["eval", "--quiet", "console.error(JSON.stringify(Deno.env.toObject()));"],
    env: { NO_COLOR: "1", TOKEN: "abc" },
  });
  await seen.closed;
  channel.kill();
  const { TOKEN, NO_COLOR, HOME } = JSON.parse(seen.lines[0]!);
  assertEquals([TOKEN, NO_COLOR, HOME], ["abc", "1", undefined]);
});
