import { assertEquals } from "@std/assert";
import { once } from "node:events";
import { RecordCable } from "../../../lib/gateway/tls/record_cable.ts";
import { MemoryStream } from "../../../lib/testing/mod.ts";
import { until } from "../../support/until.ts";

Deno.test("RecordCable carries bytes both ways, and its ends are those of the stream", async () => {
  const [far, near] = MemoryStream.pair();
  const cable = new RecordCable(near);
  const seen: number[] = [];
  cable.on("data", (bytes: Uint8Array) => seen.push(...bytes));
  await far.write(Uint8Array.of(1, 2, 3));
  await far.closeWrite();
  await once(cable, "end");
  assertEquals(seen, [1, 2, 3]);
  cable.end(Uint8Array.of(4, 5));
  const buffer = new Uint8Array(8);
  assertEquals([await far.read(buffer), [...buffer.subarray(0, 2)], await far.read(buffer)], [2, [4, 5], null]);
  far.close();
});

Deno.test("RecordCable writes all of what the stream takes in parts, and reads in larger pieces where there is much", async () => {
  const [far, near] = MemoryStream.pair({ capacityBytes: 1_000_000 });
  near.limitWrites(7);
  const cable = new RecordCable(near);
  const sizes: number[] = [];
  cable.on("data", (bytes: Uint8Array) => sizes.push(bytes.length));
  cable.write(new Uint8Array(100));
  for (let count = 0; count < 100;) count += await far.read(new Uint8Array(100)) ?? 100;
  await far.write(new Uint8Array(200_000));
  await far.closeWrite();
  await once(cable, "end");
  assertEquals(sizes.reduce((a, b) => a + b), 200_000);
  assertEquals([sizes[0], Math.max(...sizes)], [512, 65_536]);
  cable.hangUp();
  far.close();
});

Deno.test("RecordCable reads nothing while it is held, and goes on when it is released", async () => {
  const [far, near] = MemoryStream.pair({ capacityBytes: 1_000 });
  let reads = 0;
  const cable = new RecordCable({
    read: (buffer) => (reads++, near.read(buffer)),
    write: (bytes) => near.write(bytes),
    closeWrite: () => near.closeWrite(),
    close: () => near.close(),
  });
  let seen = 0;
  cable.on("data", (bytes: Uint8Array) => {
    seen += bytes.length;
    cable.hold();
  });
  await far.write(new Uint8Array(600));
  await until(() => seen > 0, "the first read");
  await far.write(new Uint8Array(200));
  assertEquals([seen, reads], [512, 1]);
  cable.release();
  await until(() => seen > 512, "the second read");
  assertEquals(reads, 2);
  cable.hangUp();
  far.close();
});

Deno.test("RecordCable that is destroyed lets the write under way go first; hangUp does not", async () => {
  for (const how of ["destroy", "hangUp"] as const) {
    const events: string[] = [];
    const written = Promise.withResolvers<number>();
    const cable = new RecordCable({
      read: () => new Promise(() => {}),
      write: () => (events.push("write"), written.promise),
      closeWrite: () => Promise.resolve(),
      close: () => void events.push("close"),
    });
    cable.on("error", () => {});
    cable.write(Uint8Array.of(1));
    const closed = once(cable, "close");
    cable[how]();
    events.push(how);
    written.resolve(1);
    await closed;
    assertEquals(events, how === "destroy" ? ["write", "destroy", "close"] : ["write", "close", "hangUp"]);
  }
});
