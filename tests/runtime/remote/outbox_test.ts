import { assertEquals } from "@std/assert";
import { Outbox } from "../../../lib/runtime/remote/outbox.ts";
import { recordsOf, textOf, turns } from "./support/records.ts";

/** An outbox whose batches are written down, as the texts of their records. */
function bench(isSlow = false, prepare?: (outbox: Outbox) => void) {
  const batches: string[][] = [];
  const pending: Array<() => void> = [];
  const outbox: Outbox = new Outbox((batch) => {
    batches.push(recordsOf(batch).map(textOf));
    if (isSlow) return new Promise((resolve) => pending.push(resolve));
  }, prepare === undefined ? undefined : () => prepare(outbox));
  return { outbox, batches, arrived: () => pending.shift()!() };
}

Deno.test("Outbox sends what the code of one turn has put in at once, and nothing before", async () => {
  const { outbox, batches } = bench();
  outbox.writer.putText(1, 0, 0, "a");
  outbox.writer.putText(1, 0, 0, "b");
  assertEquals(batches, []);
  await turns(1);
  assertEquals([batches, outbox.byteLength], [[["a", "b"]], 0]);
  outbox.writer.putText(1, 0, 0, "c");
  await turns(1);
  assertEquals(batches, [["a", "b"], ["c"]]);
});

Deno.test("Outbox sends no batch while one is under way: what comes meanwhile follows as one", async () => {
  const { outbox, batches, arrived } = bench(true);
  outbox.writer.putText(1, 0, 0, "a");
  await turns();
  assertEquals(outbox.isSending, true);
  for (const text of ["b", "c"]) {
    outbox.writer.putText(1, 0, 0, text);
    await turns();
  }
  outbox.flush();
  assertEquals(batches, [["a"]]);
  arrived();
  await turns();
  assertEquals([batches, outbox.isSending], [[["a"], ["b", "c"]], true]);
  arrived();
  await turns();
  assertEquals([batches.length, outbox.isSending], [2, false]);
});

Deno.test("Outbox sends at once where it is told to, and nothing where there is nothing", async () => {
  const { outbox, batches } = bench();
  outbox.writer.putText(1, 0, 0, "a");
  outbox.flush();
  assertEquals(batches, [["a"]]);
  await turns();
  outbox.flush();
  assertEquals(batches, [["a"]]);
});

Deno.test("Outbox has what belongs to the end of a batch put in, also when nothing else is in it", async () => {
  const due = ["end 1"];
  const { outbox, batches } = bench(false, (outbox) => {
    for (const text of due.splice(0)) outbox.writer.putText(1, 0, 0, text);
  });
  outbox.writer.putText(1, 0, 0, "a");
  outbox.flush();
  await turns();
  assertEquals(batches, [["a", "end 1"]]);
  due.push("end 2");
  await turns();
  assertEquals(batches.length, 1);
  outbox.schedule();
  await turns();
  assertEquals(batches, [["a", "end 1"], ["end 2"]]);
});
