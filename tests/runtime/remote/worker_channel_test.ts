/** A channel to real workers. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { WorkerChannel } from "../../../lib/runtime/remote/worker_channel.ts";
import { packed, recordsInto, type SeenRecord } from "./support/records.ts";

/** A worker that runs this JavaScript, and what came of it. */
function start(script: string) {
  const records: SeenRecord[] = [];
  const closed = Promise.withResolvers<string>();
  const first = Promise.withResolvers<void>();
  let ends = 0;
  const take = recordsInto(records);
  const channel = new WorkerChannel(new URL(`data:text/javascript,${encodeURIComponent(script)}`), "test", {
    take(...record) {
      take(...record);
      first.resolve();
    },
    onClosed(reason) {
      ends++;
      closed.resolve(reason);
    },
  });
  return { channel, records, closed: closed.promise, first: first.promise, ends: () => ends };
}

const RECORD: SeenRecord = { kind: 3, flags: 1, id: 9, payload: [1, 2, 3] };

Deno.test("WorkerChannel: batches go to a worker and come from it, and their buffers with them", async () => {
  const { channel, records, first, closed } = start("onmessage = ({ data }) => postMessage(data, [data.buffer]);");
  const batch = packed([RECORD, RECORD]);
  channel.send(batch);
  assertEquals(batch.buffer.byteLength, 0);
  await first;
  assertEquals(records, [RECORD, RECORD]);
  channel.kill();
  assertEquals(await closed, "it was ended");
});

const ENDS: ReadonlyArray<readonly [what: string, script: string, reason: string]> = [
  ["throws at the top", 'throw new RangeError("at the top");', "at the top"],
  ["throws later", 'onmessage = () => { throw new RangeError("later"); };', "later"],
  ["rejects", 'onmessage = () => { Promise.reject(new RangeError("rejected")); };', "rejected"],
  ["does not parse", "const = ;", "Unexpected token"],
  ["says why it ends", 'postMessage("it closed itself");', "it closed itself"],
  ["says what is no batch", "postMessage({ kind: 1 });", "a message that is no batch"],
  ["says nothing at all", "postMessage(undefined);", "a message that is no batch"],
  [
    "says a batch that ends within a record",
    "postMessage(new Uint8Array(13));",
    "it broke the rules of its channel: a batch that ends within a record",
  ],
  [
    "says a batch that ends within a header",
    "postMessage(new Uint8Array(3));",
    "it broke the rules of its channel: a batch that ends within a record",
  ],
  [
    "says a record of an absurd length",
    "postMessage(new Uint8Array(new Uint32Array([1, 1, 0xffffffff, 0]).buffer));",
    "it broke the rules of its channel: a record of 4294967295 bytes",
  ],
];

for (const [what, script, reason] of ENDS) {
  Deno.test(`WorkerChannel ends a worker that ${what}, and says so once`, async () => {
    const { channel, closed, ends } = start(script);
    channel.send(packed([RECORD]));
    assertStringIncludes(await closed, reason);
    assertEquals(ends(), 1);
  });
}

Deno.test("WorkerChannel takes nothing any more from a worker that was ended", async () => {
  const { channel, records, closed, first, ends } = start("onmessage = ({ data }) => { for (;;) postMessage(data); };");
  channel.send(packed([RECORD]));
  await first;
  channel.kill();
  channel.kill();
  const known = records.length;
  await closed;
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals([records.length, ends()], [known, 1]);
});
