import { assertEquals, assertThrows } from "@std/assert";
import { Outbox } from "../../../lib/runtime/remote/outbox.ts";
import { MAX_OPEN_CALLS, RemoteAnswers } from "../../../lib/runtime/remote/remote_answers.ts";
import { DOWN, WireError } from "../../../lib/runtime/remote/wire.ts";
import { recordsOf, type SeenRecord, turns, valueOf } from "./support/records.ts";

function bench() {
  const told: SeenRecord[] = [];
  let sending: Promise<void> | undefined;
  const link = {
    outbox: new Outbox((batch) => (told.push(...recordsOf(batch)), sending)),
    waiting: 0,
    wait: (count: number) => void (link.waiting += count),
  };
  const heard = (): SeenRecord[] => {
    link.outbox.flush();
    return told.splice(0);
  };
  return { link, answers: new RemoteAnswers(link), heard, block: () => void (sending = new Promise(() => {})) };
}

const kinds = (records: readonly SeenRecord[]) => records.map(({ kind, id }) => [kind, id]);

Deno.test("RemoteAnswers answers at once what is done at once", () => {
  const { answers, heard, link } = bench();
  answers.give(5, () => undefined);
  answers.give(6, () => ({ recovered: true }));
  const [empty, full] = heard();
  assertEquals([empty!.kind, empty!.id, empty!.payload], [DOWN.ANSWER, 5, []]);
  assertEquals([full!.kind, full!.id, valueOf(full!)], [DOWN.ANSWER, 6, { recovered: true }]);
  assertEquals(link.waiting, 0);
});

Deno.test("RemoteAnswers answers the others in the order in which they are done", async () => {
  const { answers, heard, link } = bench();
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()];
  answers.give(1, () => first.promise);
  answers.give(2, () => second.promise);
  assertEquals([heard(), link.waiting], [[], 2]);
  second.resolve();
  await turns(3);
  first.resolve("one");
  await turns(3);
  assertEquals([kinds(heard()), link.waiting], [[[DOWN.ANSWER, 2], [DOWN.ANSWER, 1]], 0]);
});

Deno.test("RemoteAnswers: a TypeError stays one, others are errors, and where they came from nobody learns", async () => {
  const { answers, heard } = bench();
  answers.give(1, () => {
    throw new TypeError("no topic", { cause: new Error("secret") });
  });
  answers.give(2, () => Promise.reject(new RangeError("too far")));
  await turns(3);
  assertEquals(heard().map((one) => [one.kind, one.id, valueOf(one)]), [
    [DOWN.FAILURE, 1, { name: "TypeError", message: "no topic" }],
    [DOWN.FAILURE, 2, { name: "Error", message: "too far" }],
  ]);
});

Deno.test("RemoteAnswers: what no code may say is nobody's answer", () => {
  const { answers, heard } = bench();
  const work = () => {
    throw new WireError("a topic that was not granted");
  };
  assertThrows(() => answers.give(1, work), WireError, "not granted");
  answers.give(2, () => new Promise(() => {}));
  assertThrows(() => answers.give(2, () => undefined), WireError, "the call 2 once more");
  assertEquals(heard(), []);
});

Deno.test("RemoteAnswers: calls beyond ten thousand fail, and are not done", () => {
  const { answers, heard } = bench();
  for (let call = 0; call < MAX_OPEN_CALLS; call++) answers.give(call, () => new Promise(() => {}));
  let isDone = false;
  answers.give(MAX_OPEN_CALLS, () => void (isDone = true));
  assertEquals([kinds(heard()), isDone], [[[DOWN.FAILURE, MAX_OPEN_CALLS]], false]);
});

Deno.test("RemoteAnswers ends code that asks and asks, and reads no answer", () => {
  const { answers, link, heard, block } = bench();
  block();
  answers.give(1, () => undefined);
  heard();
  link.outbox.writer.put(DOWN.ANSWER, 0, 2, new Uint8Array(64 * 1024 * 1024), 0, 64 * 1024 * 1024);
  assertThrows(() => answers.give(3, () => undefined), WireError, "does not read");
});

Deno.test("RemoteAnswers tells what waits that the connection has ended, and answers it no more", async () => {
  const { answers, heard, link } = bench();
  const late = Promise.withResolvers<void>();
  answers.give(1, () => late.promise);
  answers.end();
  assertEquals([kinds(heard()), link.waiting], [[[DOWN.FAILURE, 1]], 0]);
  late.resolve();
  await turns(3);
  assertEquals(heard(), []);
});

Deno.test("RemoteAnswers drops what code has asked that is gone", async () => {
  const { answers, heard, link } = bench();
  const late = Promise.withResolvers<void>();
  answers.give(1, () => late.promise);
  answers.drop();
  late.reject(new Error("too late"));
  await turns(3);
  assertEquals([heard(), link.waiting], [[], 0]);
});
