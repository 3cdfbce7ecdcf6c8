/** The host in a worker; what it does there stands in the runtime suite. @module */
import { assertEquals } from "@std/assert";
import { BatchWriter } from "../../../lib/runtime/remote/batch_writer.ts";
import type { Code } from "../../../lib/runtime/remote/record_values.ts";
import { DOWN, UP } from "../../../lib/runtime/remote/wire.ts";
import { WorkerChannel } from "../../../lib/runtime/remote/worker_channel.ts";
import { routeSource } from "../../support/remote_code.ts";
import { recordsInto, type SeenRecord, valueOf } from "./support/records.ts";

const ENTRY = new URL("../../../lib/runtime/remote/worker_host.ts", import.meta.url);

const FOLDER = new URL("../../suites/runtime_start/", import.meta.url).href;

/** What a worker says first that is to load this. */
async function booted(code: Code): Promise<SeenRecord> {
  const records: SeenRecord[] = [];
  const first = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const take = recordsInto(records);
  const channel = new WorkerChannel(ENTRY, "test", {
    take(...record) {
      take(...record);
      first.resolve();
    },
    onClosed: () => closed.resolve(),
  });
  const writer = new BatchWriter();
  writer.putValue(DOWN.BOOT, 0, 0, { code, deployment: "d-1", isDevelopment: false });
  channel.send(writer.take());
  await first.promise;
  channel.kill();
  await closed.promise;
  return records[0]!;
}

function filesOf(ready: SeenRecord): string[] {
  assertEquals(ready.kind, UP.READY);
  const { descriptors } = valueOf(ready) as { readonly descriptors: ReadonlyArray<{ readonly file: string }> };
  return descriptors.map(({ file }) => file);
}

Deno.test("a worker loads code that comes as a module", async () => {
  assertEquals(filesOf(await booted({ kind: "module", source: routeSource("message() {}") })), ["code.ts"]);
});

Deno.test("a worker loads route files, all of a folder or those that are meant", async () => {
  const all = filesOf(await booted({ kind: "folder", folder: FOLDER }));
  const [one] = all;
  assertEquals(all.length > 1, true);
  assertEquals(filesOf(await booted({ kind: "folder", folder: FOLDER, files: [one!] })), [one!]);
});

Deno.test("a worker says why it cannot load its code", async () => {
  const unfit = await booted({ kind: "module", source: 'throw new RangeError("at the top");' });
  assertEquals([unfit.kind, (valueOf(unfit) as { readonly message: string }).message], [UP.UNFIT, "at the top"]);
});
