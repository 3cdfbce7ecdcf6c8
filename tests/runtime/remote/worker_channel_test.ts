/** A channel to real workers. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { WorkerChannel } from "../../../lib/runtime/remote/worker_channel.ts";
import { packed, type SeenRecord } from "./support/records.ts";
import { SeenChannel } from "./support/seen_channel.ts";

/** A worker that runs this JavaScript, and what came of it. */
function start(script: string) {
  const seen = new SeenChannel();
  const channel = new WorkerChannel(new URL(`data:text/javascript,${encodeURIComponent(script)}`), "test", seen);
  return { channel, seen };
}

const RECORD: SeenRecord = { kind: 3, flags: 1, id: 9, payload: [1, 2, 3] };

Deno.test("WorkerChannel: batches go to a worker and come from it, and their buffers with them", async () => {
  const { channel, seen } = start("onmessage = ({ data }) => postMessage(data, [data.buffer]);");
  const batch = packed([RECORD, RECORD]);
  channel.send(batch);
  assertEquals(batch.buffer.byteLength, 0);
  await seen.first;
  assertEquals(seen.records, [RECORD, RECORD]);
  channel.kill();
  assertEquals(await seen.closed, "it was ended");
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
    const { channel, seen } = start(script);
    channel.send(packed([RECORD]));
    assertStringIncludes(await seen.closed, reason);
    assertEquals(seen.ends, 1);
  });
}

Deno.test("WorkerChannel takes nothing any more from a worker that was ended", async () => {
  const { channel, seen } = start("onmessage = ({ data }) => { for (;;) postMessage(data); };");
  channel.send(packed([RECORD]));
  await seen.first;
  channel.kill();
  channel.kill();
  const known = seen.records.length;
  await seen.closed;
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals([seen.records.length, seen.ends], [known, 1]);
});
