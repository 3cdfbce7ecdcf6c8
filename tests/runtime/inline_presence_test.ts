import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { InlinePresence } from "../../lib/runtime/inline_presence.ts";
import { DONE } from "../../lib/runtime/pending.ts";
import { RevokedCommands } from "../../lib/runtime/revoked_commands.ts";
import { RecordedCommands } from "../suites/recorded_commands.ts";

function bench() {
  const commands = new RecordedCommands();
  return { commands, presence: new InlinePresence(() => commands.topics) };
}

Deno.test("InlinePresence passes on what is asked, with the key and the state that nobody named", async () => {
  const { presence, commands } = bench();
  assertStrictEquals(presence.join("room"), DONE);
  void presence.join("room", { key: "ada", state: { at: 5, name: "é" } });
  void presence.join("room", { state: undefined });
  presence.leave("room");
  assertStrictEquals(presence.watch("room"), DONE);
  presence.unwatch("room");
  commands.topics.members = () => [{ key: "ada", state: 1 }];
  assertEquals(await presence.list("room"), [{ key: "ada", state: 1 }]);
  assertEquals(commands.calls, [
    ["join", "room", "", "null"],
    ["join", "room", "ada", '{"at":5,"name":"é"}'],
    ["join", "room", "", "null"],
    ["leave", "room"],
    ["watch", "room"],
    ["unwatch", "room"],
  ]);
});

Deno.test("InlinePresence takes a key of 256 characters and a state of 1 KiB, and no more", () => {
  const { presence, commands } = bench();
  void presence.join("room", { key: "k".repeat(256), state: "é".repeat(511) });
  assertEquals(commands.calls.length, 1);
  assertThrows(
    () => void presence.join("room", { state: "é".repeat(511) + "x" }),
    TypeError,
    "at most 1024 bytes of JSON, and this takes 1025",
  );
  assertThrows(() => void presence.join("room", { key: "k".repeat(257) }), TypeError, "1 to 256 characters, not 257");
  assertEquals(commands.calls.length, 1);
});

const circle: unknown[] = [];
circle.push(circle);

for (
  const [what, options, problem] of [
    ["options that are none", "ada", "peer.presence.join takes { key, state } as options, not ada (a string)"],
    ["null as options", null, "not null"],
    ["an empty key", { key: "" }, 'takes a "key" of 1 to 256 characters, not 0'],
    ["a key that is none", { key: 5 }, 'takes a string as "key", not 5 (a number)'],
    ["null as key", { key: null }, 'takes a string as "key", not null'],
    ["half a character as key", { key: "\ud800" }, "without lone surrogates"],
    ["a function as state", { state: () => {} }, 'takes what JSON can say as "state"'],
    ["a state that JSON cannot say", { state: 1n }, 'takes what JSON can say as "state", not 1 (a bigint)'],
    ["a state within itself", { state: circle }, 'takes what JSON can say as "state", not an object of type Array'],
  ] as const
) {
  Deno.test(`InlinePresence.join refuses ${what}`, () => {
    const { presence, commands } = bench();
    assertThrows(() => void presence.join("room", options as never), TypeError, problem);
    assertEquals(commands.calls, []);
  });
}

Deno.test("InlinePresence refuses what is no topic, whatever is asked of it", () => {
  const { presence, commands } = bench();
  for (const method of ["join", "leave", "list", "watch", "unwatch"] as const) {
    assertThrows(
      () => void presence[method](7 as never),
      TypeError,
      `peer.presence.${method} takes the topic's name as a string`,
    );
    assertThrows(() => void presence[method](""), TypeError, "1 to 256 characters");
  }
  assertEquals(commands.calls, []);
});

Deno.test("InlinePresence: a failure ends nothing where nobody waits for it", async () => {
  const { presence, commands } = bench();
  commands.topics.join = commands.topics.watch = () => Promise.reject(new Error("the broker is away"));
  commands.topics.members = () => Promise.reject(new Error("the broker is away"));
  // An unhandled rejection would fail this test.
  void presence.join("room");
  void presence.watch("room");
  void presence.list("room");
  await assertRejects(() => presence.list("room"), Error, "the broker is away");
  await assertRejects(() => presence.join("room"), Error, "the broker is away");
});

Deno.test("InlinePresence: what only the gateway knows is the promise's failure", async () => {
  const { presence, commands } = bench();
  const full = (): never => {
    throw new RangeError("one topic too many");
  };
  commands.topics.join = commands.topics.watch = commands.topics.members = full;
  await assertRejects(() => presence.join("room"), RangeError, "one topic too many");
  await assertRejects(() => presence.watch("room"), RangeError);
  await assertRejects(() => presence.list("room"), RangeError);
});

Deno.test("InlinePresence asks whoever has the peer now", async () => {
  const recorded = new RecordedCommands();
  let commands: RecordedCommands | RevokedCommands = recorded;
  const presence = new InlinePresence(() => commands.topics);
  commands = new RevokedCommands(recorded);
  await presence.join("room");
  assertEquals([await presence.list("room"), recorded.calls], [[], []]);
});
