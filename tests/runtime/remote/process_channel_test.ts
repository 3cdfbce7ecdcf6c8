/** A channel to real small processes. @module */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { ProcessChannel, type ProcessCommand } from "../../../lib/runtime/remote/process_channel.ts";
import { packed, recordsInto, type SeenRecord } from "./support/records.ts";

/** A process that runs this JavaScript, and what came of it. */
function start(script: string, input: Uint8Array<ArrayBuffer> = new Uint8Array(0), more: Partial<ProcessCommand> = {}) {
  const records: SeenRecord[] = [];
  const lines: string[] = [];
  const closed = Promise.withResolvers<string>();
  const first = Promise.withResolvers<void>();
  let ends = 0;
  const take = recordsInto(records);
  const channel = new ProcessChannel(
    {
      command: Deno.execPath(),
      args: ["run", "--quiet", "--no-prompt", `data:text/javascript,${encodeURIComponent(script)}`],
      env: { NO_COLOR: "1" },
      folder: Deno.cwd(),
      input,
      ...more,
    },
    {
      take(...record) {
        take(...record);
        first.resolve();
      },
      onClosed(reason) {
        ends++;
        closed.resolve(reason);
      },
      onLine: (line) => void lines.push(line),
    },
  );
  return { channel, records, lines, closed: closed.promise, first: first.promise, ends: () => ends };
}

const ECHO = "await Deno.stdin.readable.pipeTo(Deno.stdout.writable);";

Deno.test("ProcessChannel: records go to a process and come from it, behind what it is sent first", async () => {
  const all = Array.from({ length: 50 }, (_, at) => ({ kind: at, flags: 1, id: at, payload: [at, at, at] }));
  const { channel, records, closed } = start(`${ECHO}`, packed(all.slice(0, 10)));
  for (let at = 10; at < 50; at += 10) await channel.send(packed(all.slice(at, at + 10)));
  while (records.length < 50) await new Promise((resolve) => setImmediate(resolve));
  assertEquals(records, all);
  channel.kill();
  assertEquals(await closed, "it was ended by SIGKILL");
});

Deno.test("ProcessChannel says with what code a process exited, once, when all it had said was taken", async () => {
  const batch = [...packed([{ kind: 3, flags: 0, id: 0, payload: [7] }])];
  const { records, closed, ends } = start(
    `await Deno.stdout.write(Uint8Array.from(${JSON.stringify(batch)})); Deno.exit(5);`,
  );
  assertEquals(await closed, "it exited with 5");
  assertEquals([records.length, ends()], [1, 1]);
});

Deno.test("ProcessChannel: what is sent to a process that is gone is forgotten", async () => {
  const { channel, closed } = start("Deno.exit(0);");
  await closed;
  await channel.send(new Uint8Array(100_000));
  channel.kill();
});

Deno.test("ProcessChannel ends a process that says what is no record", async () => {
  const { closed } = start('console.log("x".repeat(1000)); setInterval(() => {}, 1000);');
  const reason = await closed;
  assertStringIncludes(reason, "it broke the rules of its channel: a record of");
});

Deno.test("ProcessChannel: a record that is not whole when the process ends is not told of", async () => {
  const batch = [...packed([{ kind: 3, flags: 0, id: 0, payload: [1, 2, 3, 4] }])].slice(0, -1);
  const { records, closed } = start(`await Deno.stdout.write(Uint8Array.from(${JSON.stringify(batch)}));`);
  assertEquals([await closed, records], ["it exited with 0", []]);
});

Deno.test("ProcessChannel passes lines of the standard error on, cuts long ones, and holds on to no more of them", async () => {
  const { lines, closed } = start(`
    console.error("first ä");
    console.error("");
    for (let part = 0; part < 100; part++) await Deno.stderr.write(new TextEncoder().encode("x".repeat(10_000)));
    console.error("");
    console.error("y".repeat(10_000));
    await Deno.stderr.write(new TextEncoder().encode("z".repeat(3) + "\\n" + "w".repeat(10_000)));
  `);
  assertEquals(await closed, "it exited with 0");
  const lengths = lines.map((line) => line.length);
  assertEquals([lines[0], lines[1], lines.at(-2), lines.at(-1)?.[0]], ["first ä", "", "zzz", "w"]);
  assertEquals(lengths.slice(2), [4096, 4096, 3, 4096]);
  assertLess(Math.max(...lengths), 4097);
});

Deno.test("ProcessChannel gives the process its own environment, and nothing of ours", async () => {
  const home = Deno.env.get("HOME");
  assert(home !== undefined);
  const { channel, lines, closed } = start("", new Uint8Array(0), {
    args: ["eval", "--quiet", "console.error(JSON.stringify(Deno.env.toObject()));"],
    env: { NO_COLOR: "1", TOKEN: "abc" },
  });
  await closed;
  channel.kill();
  const { TOKEN, NO_COLOR, HOME } = JSON.parse(lines[0]!);
  assertEquals([TOKEN, NO_COLOR, HOME], ["abc", "1", undefined]);
});
