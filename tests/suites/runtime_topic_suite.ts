/**
 * What every runtime must do when its code has to do with topics.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Payload } from "../../lib/frame/mod.ts";
import type { RecordedCommands } from "./recorded_commands.ts";
import { deliver, type RuntimeBench, type RuntimeTest } from "./runtime_bench.ts";

const SINCE = { epoch: "e1", offset: 4 };
const POSITION = { epoch: "e1", offset: 9 };

/** A peer whose code does what it is told. */
function peerOf(bench: RuntimeBench) {
  const { events, commands } = bench.connect("/topics");
  /** What the code sent that it was told to do so. */
  const tell = async (how: "await" | "call" | "names", ...what: readonly unknown[]): Promise<void> => {
    await deliver(events, JSON.stringify([how, ...what]));
  };
  return { events, commands, tell };
}

const sent = ({ calls }: RecordedCommands): unknown[] =>
  calls.filter(([name]) => name === "send").map(([, text]) => text);

export function describeTopics(test: RuntimeTest): void {
  test("what is asked of topics arrives, in order, and resolves", async (bench) => {
    const { events, commands, tell } = peerOf(bench);
    await events.open();
    commands.topics.members = () => [{ key: "ada", state: { at: 5 } }];
    await tell("await", "subscribe", "room");
    await tell("await", "subscribe", "room", { since: SINCE, last: 3 });
    await tell("await", "publish", "room", "hé", { self: true });
    await tell("await", "presence.join", "room");
    await tell("await", "presence.join", "room", { key: "ada", state: { at: 5 } });
    await tell("await", "presence.list", "room");
    await tell("await", "presence.watch", "room");
    await tell("await", "presence.unwatch", "room");
    await tell("await", "presence.leave", "room");
    await tell("await", "unsubscribe", "room");
    await commands.until(19);
    assertEquals(commands.calls.filter(([name]) => name !== "send"), [
      ["subscribe", "room"],
      ["subscribe", "room", { since: SINCE, last: 3 }],
      ["publish", "room", "hé", true],
      ["join", "room", "", "null"],
      ["join", "room", "ada", '{"at":5}'],
      ["watch", "room"],
      ["unwatch", "room"],
      ["leave", "room"],
      ["unsubscribe", "room"],
    ]);
    assertEquals(sent(commands), [
      'subscribe: {"recovered":false}',
      'subscribe: {"recovered":false}',
      "publish: done",
      "presence.join: done",
      "presence.join: done",
      'presence.list: [{"key":"ada","state":{"at":5}}]',
      "presence.watch: done",
      "presence.unwatch: done",
      "presence.leave: done",
      "unsubscribe: done",
    ]);
  });

  for (const isLater of [false, true]) {
    test(`how a subscription began is what it resolves to (${isLater ? "later" : "at once"})`, async (bench) => {
      const { events, commands, tell } = peerOf(bench);
      await events.open();
      const begun = { recovered: true, position: POSITION };
      commands.topics.subscribe = () => isLater ? Promise.resolve(begun) : begun;
      await tell("await", "subscribe", "room", { since: SINCE });
      await commands.until(1);
      assertEquals(sent(commands), [`subscribe: ${JSON.stringify(begun)}`]);
    });

    for (const error of [new Error("the history cannot be read"), new TypeError("no topic")]) {
      test(`what is refused fails as it failed (${error.name}, ${isLater ? "later" : "at once"})`, async (bench) => {
        const { events, commands, tell } = peerOf(bench);
        await events.open();
        const refuse = (): Promise<never> => {
          if (isLater) return Promise.reject(error);
          throw error;
        };
        const { topics } = commands;
        topics.subscribe =
          topics.publish =
          topics.join =
          topics.members =
          topics.watch =
            refuse;
        const names = ["subscribe", "publish", "presence.join", "presence.list", "presence.watch"];
        for (const name of names) await tell("await", name, "room", ...name === "publish" ? ["x"] : []);
        await commands.until(names.length);
        assertEquals(sent(commands), names.map((name) => `${name}: ${error.name}: ${error.message}`));
        assertEquals(bench.lines, []);
      });
    }
  }

  test("what fails and nobody waits for ends neither the peer nor anything else", async (bench) => {
    const { events, commands, tell } = peerOf(bench);
    await events.open();
    const { topics } = commands;
    topics.subscribe =
      topics.publish =
      topics.join =
      topics.members =
      topics.watch =
        (): Promise<never> => Promise.reject(new Error("the broker is away"));
    for (const name of ["subscribe", "publish", "presence.join", "presence.list", "presence.watch"]) {
      await tell("call", name, "room", ...name === "publish" ? ["x"] : []);
    }
    await tell("await", "presence.list", "room");
    await commands.until(6);
    assertEquals(sent(commands).slice(-2), ["presence.watch: called", "presence.list: Error: the broker is away"]);
    assertEquals(bench.lines, []);
  });

  test("a handler that waits for a publication is waited for, and the next comes after it", async (bench) => {
    const { events, commands, tell } = peerOf(bench);
    await events.open();
    const stored = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    commands.topics.publish = (topic: string, data: Payload): Promise<void> => {
      commands.send(`${topic} gets ${data}`);
      begun.resolve();
      return stored.promise;
    };
    const first = tell("await", "publish", "room", "x");
    await begun.promise;
    assertEquals(sent(commands), ["room gets x"]);
    stored.resolve();
    await first;
    await tell("names", "unsubscribe", "room");
    await commands.until(4);
    assertEquals(sent(commands), ["room gets x", "publish: done", "unsubscribe: called", ""]);
  });

  test("a peer is in the topics that its code has put it into", async (bench) => {
    const { events, commands, tell } = peerOf(bench);
    await events.open();
    await tell("names", "subscribe", "b");
    await tell("names", "subscribe", "a");
    await tell("names", "unsubscribe", "b");
    await commands.until(9);
    assertEquals(sent(commands).filter((text) => !String(text).includes(":")), ["b", "a,b", "a"]);
    assertEquals([...commands.topics.names], ["a"]);
  });

  for (const [call, outcome] of MISUSE) {
    test(`${JSON.stringify(call)} is ${outcome}`, async (bench) => {
      const { events, commands, tell } = peerOf(bench);
      await events.open();
      await tell("call", ...call);
      await commands.until(1);
      assertEquals(commands.calls, [["send", `${call[0]}: TypeError: ${outcome}`]]);
    });
  }
}

const MISUSE: ReadonlyArray<readonly [call: readonly unknown[], outcome: string]> = [
  [["subscribe", ""], "A topic has 1 to 256 characters; this one has 0"],
  [["unsubscribe", ""], "A topic has 1 to 256 characters; this one has 0"],
  [["subscribe", "room", "all"], "peer.subscribe takes { since, last } as options, not all (a string)"],
  [["subscribe", "room", { last: -1 }], 'peer.subscribe takes a whole number from 0 on as "last", not -1 (a number)'],
  [["presence.join", 7], "peer.presence.join takes the topic's name as a string, not 7 (a number)"],
  [["presence.join", "room", { key: "" }], 'peer.presence.join takes a "key" of 1 to 256 characters, not 0'],
  [["presence.join", "room", { key: 7 }], 'peer.presence.join takes a string as "key", not 7 (a number)'],
  [
    ["presence.join", "room", { state: "x".repeat(1023) }],
    'peer.presence.join takes a "state" of at most 1024 bytes of JSON, and this takes 1025',
  ],
  [["presence.leave", null], "peer.presence.leave takes the topic's name as a string, not null"],
  [["presence.list"], "peer.presence.list takes the topic's name as a string, not undefined"],
  [["presence.watch", ""], "A topic has 1 to 256 characters; this one has 0"],
  [["presence.unwatch", ""], "A topic has 1 to 256 characters; this one has 0"],
];
