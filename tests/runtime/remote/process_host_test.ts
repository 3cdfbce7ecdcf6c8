/** The host in a sandbox; what it does there stands in the runtime suite. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BatchWriter } from "../../../lib/runtime/remote/batch_writer.ts";
import { RecordReader } from "../../../lib/runtime/remote/record_reader.ts";
import type { Code } from "../../../lib/runtime/remote/record_values.ts";
import { sandboxCommand } from "../../../lib/runtime/remote/sandbox.ts";
import { DOWN, MAX_RECORD_BYTES, UP } from "../../../lib/runtime/remote/wire.ts";
import { bundledHost } from "../../support/bundled.ts";
import { routeSource } from "../../support/remote_code.ts";
import { numberOf, recordsInto, type SeenRecord, valueOf } from "./support/records.ts";

/** What a sandbox says that is sent this, and whose input ends when it has said so much. */
async function run(put: (writer: BatchWriter) => void, count = 1) {
  const order = { host: await bundledHost(), grants: {}, limits: {}, deniedPorts: [], env: () => undefined };
  const { command, args, env, input } = sandboxCommand(order);
  const child = new Deno.Command(command, {
    ...{ args: [...args], env: { ...env }, clearEnv: true, stdin: "piped", stdout: "piped", stderr: "piped" },
  }).spawn();
  const stderr = new Response(child.stderr).text();
  const batch = new BatchWriter();
  put(batch);
  const writer = child.stdin.getWriter();
  await writer.write(input);
  await writer.write(batch.take());
  if (count === 0) await writer.close();
  const records: SeenRecord[] = [];
  const reader = new RecordReader(MAX_RECORD_BYTES, recordsInto(records));
  for await (const chunk of child.stdout) {
    const before = records.length;
    reader.push(chunk);
    if (before < count && records.length >= count) await writer.close();
  }
  return { code: (await child.status).code, records, stderr: await stderr };
}

function boot(code: Code): (writer: BatchWriter) => void {
  return (writer) => writer.putValue(DOWN.BOOT, 0, 0, { code, deployment: "d-1", isDevelopment: false });
}

Deno.test("a sandbox ends when its input does", async () => {
  const { code, stderr } = await run(() => {}, 0);
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("a sandbox says what memory it uses", async () => {
  const { records: [alive] } = await run((writer) => writer.putEmpty(DOWN.PROBE, 0, 3));
  assertEquals([alive?.kind, alive?.id], [UP.ALIVE, 3]);
  assert(numberOf(alive!) > 2 ** 20);
});

Deno.test("a sandbox loads its code from a module only, and says so", async () => {
  const { records: [ready] } = await run(boot({ kind: "module", source: routeSource("message() {}") }));
  assertEquals(ready?.kind, UP.READY);
  const { records: [unfit] } = await run(boot({ kind: "folder", folder: "file:///" }));
  assertEquals(unfit?.kind, UP.UNFIT);
  assertStringIncludes((valueOf(unfit!) as { readonly message: string }).message, "a sandbox reads no files");
});

Deno.test("what code of a sandbox prints goes to its standard error, and not into the channel", async () => {
  const before = ["log", "info", "debug", "warn", "error"].map((name) => `console.${name}("by ${name}");`).join("\n");
  const { records, stderr } = await run(boot({ kind: "module", source: routeSource("message() {}", { before }) }));
  assertEquals([records.map(({ kind }) => kind), stderr], [
    [UP.READY],
    "by log\nby info\nby debug\nby warn\nby error\n",
  ]);
});
