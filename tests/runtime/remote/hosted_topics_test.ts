import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Calls } from "../../../lib/runtime/remote/calls.ts";
import { HostedTopics, publishAs } from "../../../lib/runtime/remote/hosted_topics.ts";
import { Outbox } from "../../../lib/runtime/remote/outbox.ts";
import { publicationOf } from "../../../lib/runtime/remote/record_payloads.ts";
import { SELF_FLAG, UP } from "../../../lib/runtime/remote/wire.ts";
import { recordsOf, type SeenRecord, textOf, turns, valueOf } from "./support/records.ts";

const PEER = 5;

/** Topics whose host writes down what it says. */
function bench(names: readonly string[] = ["all"]) {
  const said: SeenRecord[] = [];
  const host = {
    outbox: new Outbox((batch) => void said.push(...recordsOf(batch))),
    calls: new Calls(),
    plainTopics: new Set<string>(),
  };
  const heard = (): SeenRecord[] => {
    host.outbox.flush();
    return said.splice(0);
  };
  /** The numbers of the calls that were asked since the last time. */
  const asked = (): number[] => heard().map((one) => (valueOf(one) as { readonly call: number }).call);
  return { topics: new HostedTopics(PEER, names, host), host, heard, asked };
}

Deno.test("HostedTopics: what is to be answered is a call, with all that was asked", () => {
  const { topics, heard } = bench();
  const since = { epoch: "e", offset: 4 };
  void topics.subscribe("news", { since, last: 3 });
  void topics.subscribe("all");
  void topics.join("news", "ada", '{"a":1}');
  void topics.members("news");
  void topics.watch("news");
  assertEquals(heard().map((one) => [one.kind, one.id, valueOf(one)]), [
    [UP.SUBSCRIBE, PEER, { call: 1, topic: "news", options: { since, last: 3 } }],
    [UP.SUBSCRIBE, PEER, { call: 2, topic: "all" }],
    [UP.JOIN, PEER, { call: 3, topic: "news", key: "ada", state: '{"a":1}' }],
    [UP.MEMBERS, PEER, { call: 4, topic: "news" }],
    [UP.WATCH, PEER, { call: 5, topic: "news" }],
  ]);
});

Deno.test("HostedTopics: what is not to be answered is a topic", () => {
  const { topics, heard } = bench();
  topics.unsubscribe("all");
  topics.leave("all");
  topics.unwatch("all\ud800");
  assertEquals(heard().map((one) => [one.kind, one.id, textOf(one)]), [
    [UP.UNSUBSCRIBE, PEER, "all"],
    [UP.LEAVE, PEER, "all"],
    [UP.UNWATCH, PEER, "all\ufffd"],
  ]);
});

Deno.test("HostedTopics: a peer is in a topic from the call on, and not any more when it is refused", async () => {
  const { topics, host, asked } = bench();
  const subscribed = topics.subscribe("news");
  assertEquals([...topics.names], ["all", "news"]);
  host.calls.take(asked()[0]!)!.answered({ recovered: true });
  assertEquals(await subscribed, { recovered: true });
  const refused = topics.subscribe("secret") as Promise<unknown>;
  assertEquals(topics.names.has("secret"), true);
  host.calls.take(asked()[0]!)!.failed(new Error("the history cannot be read"));
  await assertRejects(() => refused, Error, "the history cannot be read");
  assertEquals([...topics.names], ["all", "news"]);
});

Deno.test("HostedTopics: a refusal that comes late takes nothing away that was asked for since", async () => {
  for (const isFirstLast of [false, true]) {
    const { topics, host, asked } = bench();
    const [first, second] = [topics.subscribe("news"), topics.subscribe("news")] as Array<Promise<unknown>>;
    const [one, two] = asked().map((call) => host.calls.take(call)!);
    first!.catch(() => {});
    const settle = [() => one!.failed(new Error("refused")), () => two!.answered({ recovered: false })];
    for (const next of isFirstLast ? settle.reverse() : settle) {
      next();
      await turns(5);
    }
    await second;
    assertEquals(topics.names.has("news"), true);
  }
});

Deno.test("HostedTopics: a refusal of what was taken back meanwhile changes nothing", async () => {
  const { topics, host, asked } = bench();
  const refused = topics.subscribe("news") as Promise<unknown>;
  const [call] = asked();
  topics.unsubscribe("news");
  host.calls.take(call!)!.failed(new Error("refused"));
  await assertRejects(() => refused, Error, "refused");
  assertEquals([...topics.names], ["all"]);
});

Deno.test("HostedTopics: one topic too many is the code's own fault, and nothing is said", async () => {
  const { topics, heard } = bench(Array.from({ length: 10_000 }, (_, at) => `topic ${at}`));
  await assertRejects(async () => await topics.subscribe("one more"), Error, "a peer may be in 10000 topics");
  assertEquals([topics.names.size, heard()], [10_000, []]);
  void topics.subscribe("topic 5");
  assertEquals(heard().length, 1);
});

Deno.test("HostedTopics of a peer that leaves are none, and it enters no others", async () => {
  const { topics, heard } = bench();
  topics.end();
  assertEquals(await topics.subscribe("news"), { recovered: false });
  await topics.join("news", "", "null");
  await topics.watch("news");
  assertEquals([topics.names.size, heard()], [0, []]);
});

Deno.test("HostedTopics: what is published comes out of its record as it was put in", () => {
  const topic = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });
  const payload = fc.oneof(fc.string({ unit: "grapheme" }), fc.uint8Array());
  fc.assert(fc.property(topic, payload, fc.boolean(), (topic, payload, self) => {
    const { host, heard } = bench();
    void publishAs(host, UP.PUBLISH_ALL, 3, topic, payload, self);
    const [{ kind, id, flags, payload: bytes }] = heard() as [SeenRecord];
    assertEquals([kind, id, (flags & SELF_FLAG) !== 0], [UP.PUBLISH_ALL, 3, self]);
    assertEquals(publicationOf(flags, Uint8Array.from(bytes), 0, bytes.length), { call: 1, topic, payload });
  }));
});

Deno.test("HostedTopics: a publication is through when the gateway says so, or fails as it failed", async () => {
  const { topics, host, heard } = bench();
  const [stored, lost] = [topics.publish("all", "x", true), topics.publish("all", "y", false)];
  assertEquals(heard().map(({ kind, id }) => [kind, id]), [[UP.PUBLISH, PEER], [UP.PUBLISH, PEER]]);
  host.calls.take(1)!.answered(undefined);
  host.calls.take(2)!.failed(new Error("the broker is away"));
  assertEquals(await stored, undefined);
  await assertRejects(async () => await lost, Error, "the broker is away");
});

Deno.test("HostedTopics: where there was nothing to wait for, the next publications are not answered", async () => {
  const { topics, host, heard } = bench();
  const published = topics.publish("all", "x", false);
  host.calls.take(1)!.answered(true);
  assertEquals(await published, undefined);
  heard();
  assertEquals(topics.publish("all", "y", true), undefined);
  const [{ flags, payload }] = heard() as [SeenRecord];
  assertEquals(publicationOf(flags, Uint8Array.from(payload), 0, payload.length), {
    ...{ call: 0, topic: "all", payload: "y" },
  });
  assertEquals((flags & SELF_FLAG) !== 0, true);
  assertEquals(topics.publish("other", "x", false) instanceof Promise, true);
  host.plainTopics.delete("all");
  assertEquals(topics.publish("all", "z", false) instanceof Promise, true);
});

Deno.test("HostedTopics remembers so many plain topics, and none that is not itself on the wire", async () => {
  const { topics, host } = bench();
  for (let at = 0; at < 1000; at++) host.plainTopics.add(`topic ${at}`);
  const published = topics.publish("all", "x", false);
  host.calls.take(1)!.answered(true);
  await published;
  assertEquals([...host.plainTopics], ["all"]);
  const odd = topics.publish("\ud800", "x", false);
  host.calls.take(2)!.answered(true);
  await odd;
  assertEquals(host.plainTopics.size, 1);
});

Deno.test("HostedTopics: a publication to what is no topic is the code's own fault, and nothing is said", () => {
  const { topics, heard } = bench();
  assertThrows(() => void topics.publish("", "x", false), TypeError, "1 to 256 characters");
  assertEquals(heard(), []);
});
