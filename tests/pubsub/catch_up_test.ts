/** One subscriber on its way to the live stream. Against a model it is in tests/property, with the hub. @module */
import { assert, assertEquals } from "@std/assert";
import type { Replay, StoredEnvelope } from "../../lib/pubsub/mod.ts";
import { CatchUp, type CatchUpHost, MAX_WAITING_BYTES } from "../../lib/pubsub/catch_up.ts";
import type { Subscribed, SubscribeOptions } from "../../lib/subprotocol/mod.ts";
import { settled, TopicPeer } from "../support/topic_peer.ts";

/** A topic whose history answers when a test says. */
class Topic implements CatchUpHost {
  readonly topic = "t";
  readonly peer = new TopicPeer("a");
  readonly catchUp: CatchUp;
  readonly began: Subscribed[] = [];
  readonly asked: SubscribeOptions[] = [];
  caughtUpTimes = 0;
  #answer: (replay: Replay) => void = () => {};
  #refuse: (error: Error) => void = () => {};

  constructor(request: SubscribeOptions = {}) {
    this.catchUp = new CatchUp(this, {
      subscriber: this.peer,
      request,
      began: (subscribed) => this.began.push(subscribed),
    });
  }

  read(request: SubscribeOptions): Promise<Replay> {
    this.asked.push(request);
    return new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#refuse = reject;
    });
  }

  run(catchUp: CatchUp): Subscribed | Promise<Subscribed> {
    return catchUp.ask();
  }

  replayed(): void {}

  caughtUp(): void {
    this.caughtUpTimes++;
  }

  /** Answers what was asked last. */
  async answer(
    offset: number,
    offsets: readonly number[] = [],
    { isRecovered = false, epoch = "e" } = {},
  ): Promise<void> {
    this.#answer({ isRecovered, envelopes: offsets.map((at) => stored(at)), position: { epoch, offset } });
    await settled();
  }

  refuse(): void {
    this.#refuse(new Error("cannot be read"));
  }

  add(...offsets: number[]): void {
    for (const offset of offsets) this.catchUp.add(stored(offset));
  }
}

function stored(offset: number, payload = `${offset}`): StoredEnvelope {
  return { payload, from: offset === 99 ? "a" : "", offset };
}

const told = ({ peer }: Topic): readonly string[] => peer.take().map((one) => one.replace(/^\["pub".*\n/, ""));

Deno.test("CatchUp says how it begins, sends what was read, and then what has come meanwhile and was not read", async () => {
  const topic = new Topic({ last: 2 });
  const outcome = topic.catchUp.ask();
  topic.add(3, 4, 5, 99);
  await topic.answer(4, [3, 4]);
  assertEquals(topic.began, [{ recovered: false, position: { epoch: "e", offset: 4 } }]);
  assertEquals(told(topic), ["3", "4", "5", "pos t 99"]);
  assertEquals([await outcome, topic.caughtUpTimes, topic.catchUp.isIdle], [topic.began[0], 1, true]);
});

Deno.test("CatchUp sends at once what comes when it has caught up, but what was read already", async () => {
  const topic = new Topic();
  void topic.catchUp.ask();
  await topic.answer(7);
  assertEquals([7, 8, 8, 9].map((offset) => topic.catchUp.add(stored(offset))), [true, true, true, true]);
  assertEquals(topic.catchUp.add(stored(5)), false);
  assertEquals(told(topic), ["8", "9"]);
});

Deno.test("CatchUp sends no faster than its subscriber reads", async () => {
  const topic = new Topic({ last: 9 });
  topic.peer.isSlow = true;
  void topic.catchUp.ask();
  await topic.answer(2, [1, 2]);
  topic.add(3, 4);
  assertEquals(told(topic), ["1"]);
  for (const next of ["2", "3", "4"]) {
    topic.peer.drain(true);
    await settled();
    assertEquals(told(topic), [next]);
  }
  topic.peer.drain();
  await settled();
  assertEquals([topic.caughtUpTimes, topic.catchUp.isIdle], [1, true]);
});

Deno.test("CatchUp holds so many bytes of what comes meanwhile, and reads the rest from the history", async () => {
  const topic = new Topic();
  void topic.catchUp.ask();
  const large = "x".repeat(MAX_WAITING_BYTES / 4);
  for (const offset of [1, 2, 3]) topic.catchUp.add(stored(offset, large));
  await topic.answer(0);
  assertEquals([topic.asked, told(topic), topic.caughtUpTimes], [[{}, { since: { epoch: "e", offset: 0 } }], [], 0]);
  topic.add(4);
  await topic.answer(3, [1, 2, 3], { isRecovered: true });
  assertEquals([told(topic), topic.caughtUpTimes], [["1", "2", "3", "4"], 1]);
});

Deno.test("CatchUp says so where what did not fit is not in the history any more", async () => {
  const topic = new Topic();
  void topic.catchUp.ask();
  topic.catchUp.add(stored(1, "x".repeat(MAX_WAITING_BYTES)));
  await topic.answer(0);
  topic.add(5, 6);
  await topic.answer(5);
  assertEquals(told(topic), ["reset t e 5", "6"]);
});

Deno.test("CatchUp rejects when the rest cannot be read", async () => {
  const topic = new Topic();
  const outcome = Promise.resolve(topic.catchUp.ask());
  topic.catchUp.add(stored(1, "x".repeat(MAX_WAITING_BYTES)));
  await topic.answer(0);
  topic.refuse();
  assertEquals(await outcome.catch((error: Error) => error.message), "cannot be read");
});

Deno.test("CatchUp asks once more when a reset comes before the answer, and tells nobody", async () => {
  const topic = new Topic({ since: { epoch: "e", offset: 1 } });
  void topic.catchUp.ask();
  topic.add(7);
  assert(!topic.catchUp.reset({ epoch: "f", offset: 2 }));
  await topic.answer(7, [5], { isRecovered: true });
  assertEquals([topic.asked.length, told(topic), topic.began], [2, [], []]);
  topic.add(3);
  await topic.answer(2, [], { epoch: "f" });
  assertEquals([told(topic), topic.began], [["3"], [{ recovered: false, position: { epoch: "f", offset: 2 } }]]);
});

Deno.test("CatchUp ends what it is sending when a reset comes, and goes on there", async () => {
  const topic = new Topic({ last: 9 });
  topic.peer.isSlow = true;
  void topic.catchUp.ask();
  await topic.answer(3, [1, 2, 3]);
  topic.add(4);
  assert(topic.catchUp.reset({ epoch: "e", offset: 8 }));
  topic.add(9);
  topic.peer.drain();
  await settled();
  assertEquals(told(topic), ["1", "reset t e 8", "9"]);
});

Deno.test("CatchUp takes no notice of a reset to what it has read", async () => {
  const topic = new Topic({ last: 9 });
  topic.peer.isSlow = true;
  void topic.catchUp.ask();
  await topic.answer(3, [1, 2, 3]);
  assert(!topic.catchUp.reset({ epoch: "e", offset: 3 }));
  topic.peer.drain();
  await settled();
  assertEquals(told(topic), ["1", "2", "3"]);
  assert(!topic.catchUp.reset({ epoch: "e", offset: 2 }));
  // What has come is of another history, then.
  topic.add(4);
  assert(topic.catchUp.reset({ epoch: "e", offset: 3 }));
  assertEquals(told(topic), ["4", "reset t e 3"]);
});

Deno.test("CatchUp drops what it reads of the rest when a reset comes meanwhile", async () => {
  const topic = new Topic();
  void topic.catchUp.ask();
  topic.catchUp.add(stored(1, "x".repeat(MAX_WAITING_BYTES)));
  await topic.answer(0);
  assert(topic.catchUp.reset({ epoch: "f", offset: 4 }));
  topic.add(5);
  await topic.answer(1, [1], { isRecovered: true });
  assertEquals([told(topic), topic.caughtUpTimes], [["reset t f 4", "5"], 1]);
});

Deno.test("CatchUp is told where it is when its topic was left and joined again, unless all of it was read", async () => {
  const topic = new Topic({ last: 9 });
  topic.peer.isSlow = true;
  void topic.catchUp.ask();
  topic.catchUp.rejoined({ epoch: "e", offset: 1 });
  await topic.answer(3, [1, 2, 3]);
  topic.catchUp.left();
  topic.catchUp.rejoined({ epoch: "e", offset: 3 });
  topic.add(4);
  topic.peer.drain();
  await settled();
  assertEquals(told(topic), ["1", "2", "3", "4"]);
  topic.catchUp.rejoined({ epoch: "e", offset: 3 });
  topic.catchUp.rejoined({ epoch: "e", offset: 7 });
  assertEquals(told(topic), ["reset t e 4", "reset t e 7"]);
});

Deno.test("CatchUp asks once more when its topic is left before the answer", async () => {
  const topic = new Topic();
  void topic.catchUp.ask();
  topic.add(1);
  topic.catchUp.left();
  await topic.answer(0);
  await topic.answer(1);
  assertEquals([topic.asked.length, told(topic), topic.began.length], [2, [], 1]);
});

Deno.test("CatchUp sends nothing more, and tells nobody how it began, when it is not wanted any more", async () => {
  const [early, late] = [new Topic(), new Topic({ last: 9 })];
  const outcome = early.catchUp.ask();
  early.catchUp.cancel();
  await early.answer(1, [1]);
  assertEquals([await outcome, early.began, told(early)], [{ recovered: false }, [], []]);
  late.peer.isSlow = true;
  void late.catchUp.ask();
  await late.answer(2, [1, 2]);
  late.add(3);
  late.catchUp.cancel();
  late.peer.drain();
  await settled();
  assertEquals([told(late), late.caughtUpTimes, late.catchUp.isOver], [["1"], 0, true]);
});

Deno.test("CatchUp begins without a history, or says where it ends, when there is none any more", async () => {
  const [early, late, idle] = [new Topic(), new Topic({ last: 9 }), new Topic()];
  const outcome = early.catchUp.ask();
  early.catchUp.abandon(undefined);
  await early.answer(1, [1]);
  assertEquals([await outcome, early.began, told(early)], [{ recovered: false }, [{ recovered: false }], []]);
  late.peer.isSlow = true;
  void late.catchUp.ask();
  await late.answer(2, [1, 2]);
  late.catchUp.abandon(undefined);
  assertEquals(told(late), ["1", "reset t e 2"]);
  void idle.catchUp.ask();
  await idle.answer(2);
  idle.catchUp.abandon({ epoch: "e", offset: 3 });
  assertEquals(told(idle), []);
});
