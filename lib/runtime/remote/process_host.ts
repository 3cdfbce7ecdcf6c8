/**
 * What runs in a process of its own: a host, its channel the standard input and output.
 *
 * @module
 */
import { keepRunning } from "../stray_errors.ts";
import { RuntimeHost } from "./host.ts";
import { loadModule } from "./hosted_code.ts";
import { RecordReader } from "./record_reader.ts";
import { MAX_RECORD_BYTES } from "./wire.ts";

// What the code says to a person is not the channel's.
const { stdin, stdout, memoryUsage } = Deno;
const write = stdout.write.bind(stdout);
globalThis.console.log = globalThis.console.info = globalThis.console.debug = console.error;

const host = new RuntimeHost({
  async send(batch) {
    for (let at = 0; at < batch.length;) at += await write(batch.subarray(at));
  },
  load({ code }) {
    if (code.kind !== "module") throw new TypeError("a sandbox reads no files: its code comes as a module");
    return loadModule(code.source, code.files);
  },
  memoryBytes: () => memoryUsage().rss,
  retain: () => reader.retain(),
});
const reader = new RecordReader(MAX_RECORD_BYTES, host.take);
keepRunning(host.log);

for (;;) {
  const count = await stdin.read(reader.room);
  // The gateway is gone.
  if (count === null) Deno.exit(0);
  reader.filled(count);
  host.outbox.flush();
}
