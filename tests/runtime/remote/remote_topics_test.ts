/** The topics of one peer of remote code; what no code may say of them stands in `remote_peer_test.ts`. @module */
import { assertEquals } from "@std/assert";
import { DOWN, SELF_FLAG, TEXT_FLAG, UP } from "../../../lib/runtime/remote/wire.ts";
import { encodeValue } from "../../../lib/runtime/remote/value.ts";
import { peerBench, utf8 } from "./support/peer_bench.ts";
import { textOf, turns, valueOf } from "./support/records.ts";
import { publication } from "./support/scripted_code.ts";

const OPTIONS = { since: { epoch: "e", offset: 4 }, last: 3 };

Deno.test("RemoteTopics: records become commands, in their order", () => {
  const { say, commands } = peerBench();
  say(UP.SUBSCRIBE, encodeValue({ call: 1, topic: "all" }));
  say(UP.SUBSCRIBE, encodeValue({ call: 2, topic: "all", options: OPTIONS }));
  say(UP.PUBLISH, publication("all", "ä", 3), TEXT_FLAG | SELF_FLAG);
  say(UP.PUBLISH, publication("all", Uint8Array.of(0xff), 4));
  say(UP.JOIN, encodeValue({ call: 5, topic: "all", key: "ada", state: '{"a":1}' }));
  say(UP.MEMBERS, encodeValue({ call: 6, topic: "all" }));
  say(UP.WATCH, encodeValue({ call: 7, topic: "all" }));
  say(UP.UNWATCH, utf8("all"));
  say(UP.LEAVE, utf8("all"));
  say(UP.UNSUBSCRIBE, utf8("all"));
  assertEquals(commands.calls, [
    ["subscribe", "all"],
    ["subscribe", "all", OPTIONS],
    ["publish", "all", "ä", true],
    ["publish", "all", [0xff], false],
    ["join", "all", "ada", '{"a":1}'],
    ["members", "all"],
    ["watch", "all"],
    ["unwatch", "all"],
    ["leave", "all"],
    ["unsubscribe", "all"],
  ]);
});

Deno.test("RemoteTopics: what a call gives is its answer", async () => {
  const { say, commands, heard } = peerBench();
  heard();
  const subscribed = { recovered: true, position: { epoch: "e", offset: 9 } };
  commands.topics.subscribe = () => Promise.resolve(subscribed);
  commands.topics.members = () => [{ key: "ada", state: { a: 1 } }];
  commands.topics.publish = () => Promise.reject(new Error("the broker is away"));
  say(UP.SUBSCRIBE, encodeValue({ call: 1, topic: "all" }));
  say(UP.MEMBERS, encodeValue({ call: 2, topic: "all" }));
  say(UP.PUBLISH, publication("all", "x", 3), TEXT_FLAG);
  say(UP.JOIN, encodeValue({ call: 4, topic: "all", key: "", state: "null" }));
  await turns(5);
  const answers = new Map(heard().map((one) => [one.id, one]));
  assertEquals(valueOf(answers.get(1)!), subscribed);
  assertEquals(valueOf(answers.get(2)!), [{ key: "ada", state: { a: 1 } }]);
  assertEquals([answers.get(3)!.kind, valueOf(answers.get(3)!)], [
    DOWN.FAILURE,
    { name: "Error", message: "the broker is away" },
  ]);
  assertEquals([answers.get(4)!.kind, answers.get(4)!.payload], [DOWN.ANSWER, []]);
});

Deno.test("RemoteTopics: a peer that is in a topic already may be put into it again, however many there are", () => {
  const { say, commands } = peerBench();
  for (let count = 0; count < 10_000; count++) commands.topics.names.add(`topic ${count}`);
  say(UP.SUBSCRIBE, encodeValue({ call: 1, topic: "topic 5" }));
  assertEquals(commands.calls, [["subscribe", "topic 5"]]);
});

Deno.test("RemoteTopics: a publication that is through at once needs no answer the next time", () => {
  const { say, commands, heard } = peerBench();
  heard();
  say(UP.PUBLISH, publication("all", "x", 3), TEXT_FLAG);
  const [answer] = heard();
  assertEquals([answer!.kind, answer!.id, valueOf(answer!)], [DOWN.ANSWER, 3, true]);
  say(UP.PUBLISH, publication("all", "y", 0), TEXT_FLAG);
  assertEquals([heard(), commands.calls.length], [[], 2]);
});

Deno.test("RemoteTopics: a topic that has a history by now is one whose publications are answered again", async () => {
  const { say, commands, heard } = peerBench();
  heard();
  for (
    const fail of [() => Promise.reject(new Error("the broker is away")), () => {
      throw new Error("too many");
    }]
  ) {
    commands.topics.publish = fail;
    // An unhandled rejection would fail this test.
    say(UP.PUBLISH, publication("all", "x", 0), TEXT_FLAG);
    await turns(5);
    const [kept] = heard();
    assertEquals([kept!.kind, textOf(kept!)], [DOWN.KEPT, "all"]);
  }
});
