/** A subscription goes on where it was, over reconnects, or says that it cannot. docs/PROTOCOL.md. @module */
import { assertEquals } from "@std/assert";
import type { Subscription, SubscriptionOptions } from "../../lib/client/mod.ts";
import { type FakeSocket, refusalOf, Scene, settled } from "./fake_network.ts";

/** What happens to a subscription. */
function record(subscription: Subscription): unknown[][] {
  const seen: unknown[][] = [];
  subscription.addEventListener("subscribed", ({ wasRecovering, recovered }) => {
    seen.push(["subscribed", wasRecovering, recovered]);
  });
  subscription.addEventListener("message", ({ data, offset }) => seen.push(["message", data, offset]));
  subscription.addEventListener("presence", ({ change, key, state }) => seen.push([change, key, state]));
  subscription.addEventListener("error", ({ error }) => seen.push(["error", error.code]));
  subscription.addEventListener("unsubscribed", () => seen.push(["unsubscribed"]));
  return seen;
}

function subscribe(options: SubscriptionOptions = {}, scene = Scene.open()) {
  const subscription = scene.client.subscribe("t", options);
  return { scene, subscription, seen: record(subscription) };
}

/** The server agrees to the latest question. */
function agree(socket: FakeSocket, recovered = false, position?: { epoch: string; offset: number }): void {
  socket.say(["subbed", socket.last("sub")[1], "t", { recovered, position }]);
}

Deno.test("it asks, is told, and gets what is published from then on", () => {
  const { scene, subscription, seen } = subscribe();
  assertEquals(scene.socket.headers(), [["sub", 0, "t", { presence: false }]]);
  scene.socket.say(["pub", "t"], "too early");
  assertEquals(subscription.isSubscribed, false);
  agree(scene.socket);
  scene.socket.say(["pub", "t"], "a");
  scene.socket.say(["pub", "t"], "a");
  scene.socket.say(["pub", "other"], "b");
  assertEquals(seen, [["subscribed", false, false], ["message", "a", undefined], ["message", "a", undefined]]);
  assertEquals([subscription.isSubscribed, subscription.position, subscription.topic], [true, undefined, "t"]);
});

Deno.test("a subscription made before the connection is asked for when that is there", () => {
  const { scene } = subscribe({ last: 5, presence: true }, new Scene());
  scene.socket.hello();
  assertEquals(scene.socket.headers(), [["sub", 0, "t", { last: 5, presence: true }]]);
});

Deno.test("after a reconnect it goes on from the last offset; what comes twice is dropped", () => {
  const { scene, subscription, seen } = subscribe();
  agree(scene.socket, false, { epoch: "e", offset: 10 });
  scene.socket.say(["pub", "t", 11], "a");
  scene.socket.say(["pub", "t", 14], "b");
  scene.comeBack();
  assertEquals(scene.socket.last("sub")[3], { since: { epoch: "e", offset: 14 }, presence: false });
  agree(scene.socket, true, { epoch: "e", offset: 20 });
  assertEquals(subscription.position, { epoch: "e", offset: 14 });
  scene.socket.say(["pub", "t", 14], "b");
  scene.socket.say(["pub", "t", 20], "c");
  assertEquals(seen, [
    ["subscribed", false, false],
    ["message", "a", 11],
    ["message", "b", 14],
    ["subscribed", true, true],
    ["message", "c", 20],
  ]);
});

Deno.test("where it cannot go on, it says so, and goes on from where the topic is", () => {
  const { scene, subscription, seen } = subscribe();
  agree(scene.socket, false, { epoch: "e", offset: 10 });
  scene.comeBack();
  agree(scene.socket, false, { epoch: "f", offset: 2 });
  assertEquals(seen.at(-1), ["subscribed", true, false]);
  assertEquals(subscription.position, { epoch: "f", offset: 2 });
  scene.socket.say(["pub", "t", 3], "a");
  assertEquals(subscription.position, { epoch: "f", offset: 3 });
});

Deno.test("a topic without history was missed for a while after a reconnect: recovered is false", () => {
  const { scene, seen } = subscribe();
  agree(scene.socket);
  scene.comeBack();
  agree(scene.socket);
  assertEquals(seen, [["subscribed", false, false], ["subscribed", true, false]]);
});

Deno.test("a position that was kept is given as since, and goes on from there", () => {
  const { scene, subscription, seen } = subscribe({ since: { epoch: "e", offset: 3 } });
  assertEquals(scene.socket.last("sub")[3], { since: { epoch: "e", offset: 3 }, presence: false });
  assertEquals(subscription.position, { epoch: "e", offset: 3 });
  agree(scene.socket, true, { epoch: "e", offset: 5 });
  scene.socket.say(["pub", "t", 4], "a");
  assertEquals(seen, [["subscribed", true, true], ["message", "a", 4]]);
});

Deno.test("the latest that are asked for come, though the topic is beyond them; a break among them loses none", () => {
  const { scene, subscription, seen } = subscribe({ last: 3 });
  agree(scene.socket, false, { epoch: "e", offset: 9 });
  assertEquals(subscription.position, undefined);
  scene.comeBack();
  assertEquals(scene.socket.last("sub")[3], { last: 3, presence: false });
  agree(scene.socket, false, { epoch: "e", offset: 9 });
  scene.socket.say(["pub", "t", 7], "a");
  scene.comeBack();
  assertEquals(scene.socket.last("sub")[3], { since: { epoch: "e", offset: 7 }, last: 3, presence: false });
  agree(scene.socket, true, { epoch: "e", offset: 9 });
  scene.socket.say(["pub", "t", 8], "b");
  assertEquals(seen.filter(([type]) => type === "message").map(([, data]) => data), ["a", "b"]);
});

Deno.test("an empty history is gone on from, though the latest were asked for", () => {
  const { scene, subscription } = subscribe({ last: 3 });
  agree(scene.socket, false, { epoch: "e", offset: 0 });
  assertEquals(subscription.position, { epoch: "e", offset: 0 });
});

Deno.test("what the client itself published moves its position", () => {
  const { scene, subscription, seen } = subscribe();
  agree(scene.socket, false, { epoch: "e", offset: 1 });
  scene.socket.say(["pos", "t", 2]);
  assertEquals([subscription.position, seen.length], [{ epoch: "e", offset: 2 }, 1]);
});

Deno.test("a reset is a gap: it is told, and what follows is after it", () => {
  const { scene, subscription, seen } = subscribe();
  agree(scene.socket, false, { epoch: "e", offset: 9 });
  scene.socket.say(["reset", "t", { epoch: "f", offset: 1 }]);
  scene.socket.say(["pub", "t", 2], "a");
  assertEquals(seen.slice(1), [["subscribed", true, false], ["message", "a", 2]]);
  assertEquals(subscription.position, { epoch: "f", offset: 2 });
});

Deno.test("forbidden, limit and failed are final; unavailable is asked again after a wait that grows", () => {
  for (const code of ["forbidden", "limit", "failed"]) {
    const { scene, seen } = subscribe();
    scene.socket.say(["err", 0, code, "no"]);
    scene.clock.advance(20_000);
    scene.comeBack();
    assertEquals([seen, scene.socket.sent], [[["error", code]], []]);
  }
  const { scene, seen } = subscribe();
  for (const waitMs of [250, 500, 1_000]) {
    scene.socket.say(["err", scene.socket.last("sub")[1], "unavailable", "later"]);
    const { length } = scene.socket.sent;
    scene.clock.advance(waitMs - 1);
    assertEquals(scene.socket.sent.length, length);
    scene.clock.advance(1);
    assertEquals(scene.socket.sent.length, length + 1);
  }
  scene.socket.say(["err", scene.socket.last("sub")[1], "unavailable", "later"]);
  scene.comeBack();
  assertEquals(scene.socket.sent.length, 1, "a new connection is asked at once");
  agree(scene.socket);
  assertEquals(seen, [["subscribed", false, false]]);
});

Deno.test("who unsubscribes gets nothing more, and what is on its way goes nowhere", () => {
  const { scene, subscription, seen } = subscribe();
  agree(scene.socket);
  subscription.unsubscribe();
  subscription.unsubscribe();
  assertEquals(scene.socket.headers().slice(1), [["unsub", "t"]]);
  scene.socket.say(["pub", "t"], "on its way");
  assertEquals([seen.length, scene.events.length, subscription.isSubscribed], [1, 1, false]);
  scene.comeBack();
  assertEquals(scene.socket.sent, []);
  scene.socket.say(["pub", "t"], "the route's own doing");
  assertEquals(scene.events.at(-1), ["message", "the route's own doing"]);
});

Deno.test("an answer to who has unsubscribed, and subscribed again, is taken for the right question", () => {
  const { scene, subscription, seen } = subscribe();
  subscription.unsubscribe();
  const again = subscribe({}, scene);
  assertEquals(scene.socket.headers().map(([kind]) => kind), ["sub", "unsub", "sub"]);
  scene.socket.say(["subbed", 0, "t", { recovered: false }]);
  scene.socket.say(["pub", "t"], "of the first");
  assertEquals(again.subscription.isSubscribed, false);
  agree(scene.socket);
  scene.socket.say(["pub", "t"], "of the second");
  assertEquals([seen, again.seen], [[], [["subscribed", false, false], ["message", "of the second", undefined]]]);
});

Deno.test("the route may end a subscription, which is not asked for again", () => {
  const { scene, subscription, seen } = subscribe();
  agree(scene.socket);
  scene.socket.say(["unsubbed", "t"]);
  scene.comeBack();
  assertEquals([seen.slice(1), subscription.isSubscribed, scene.socket.sent], [[["unsubscribed"]], false, []]);
});

Deno.test("a later kind of header that names the topic is ignored", () => {
  const { scene, seen } = subscribe();
  agree(scene.socket);
  scene.socket.say(["later", "t", 1]);
  assertEquals(seen.length, 1);
});

Deno.test("two subscriptions to one topic share what is sent; it ends with the second", async () => {
  const { scene, subscription, seen } = subscribe();
  agree(scene.socket, false, { epoch: "e", offset: 1 });
  const second = subscribe({ last: 9 }, scene);
  assertEquals(scene.socket.headers().length, 1);
  await settled();
  assertEquals(second.seen, [["subscribed", false, false]]);
  scene.socket.say(["pub", "t", 2], "a");
  subscription.unsubscribe();
  scene.socket.say(["pub", "t", 3], "b");
  assertEquals(seen.map(([type]) => type), ["subscribed", "message"]);
  assertEquals(second.seen.map(([type]) => type), ["subscribed", "message", "message"]);
  assertEquals(scene.socket.headers().length, 1);
  second.subscription.unsubscribe();
  assertEquals(scene.socket.headers().at(-1), ["unsub", "t"]);
});

Deno.test("a second subscription that wants presence has it asked for, from where the first was", () => {
  for (const isAgreed of [true, false]) {
    const { scene, seen } = subscribe();
    if (isAgreed) agree(scene.socket, false, { epoch: "e", offset: 4 });
    subscribe({ presence: true }, scene);
    const [, id] = scene.socket.last("sub");
    const since = isAgreed ? { since: { epoch: "e", offset: 4 } } : {};
    assertEquals(scene.socket.headers().slice(1), [["unsub", "t"], ["sub", id, "t", { ...since, presence: true }]]);
    scene.socket.say(["subbed", id, "t", { recovered: isAgreed, position: { epoch: "e", offset: 4 } }]);
    scene.socket.say(["presence", "join", "t", "ann", { mood: 1 }]);
    assertEquals(seen.slice(-2), [["subscribed", isAgreed, isAgreed], ["join", "ann", { mood: 1 }]]);
  }
});

Deno.test("members are asked for once it is subscribed, and let other messages pass by", async () => {
  const { scene, subscription } = subscribe();
  const asked = subscription.members();
  scene.client.send("passes by");
  assertEquals(scene.socket.sent.slice(1), ["\npasses by"]);
  agree(scene.socket);
  const [, id] = scene.socket.last("members");
  assertEquals(scene.socket.last("members"), ["members", id, "t"]);
  scene.socket.say(["members", id, [["ann", 1], ["bob", null]]]);
  assertEquals(await asked, [{ key: "ann", state: 1 }, { key: "bob", state: null }]);
  const refused = subscription.members();
  scene.socket.say(["err", scene.socket.last("members")[1], "failed", "no"]);
  assertEquals(await refusalOf(refused), "failed");
  const late = subscription.members({ timeoutMs: 100 });
  scene.clock.advance(100);
  assertEquals(await refusalOf(late), "TimeoutError");
});

Deno.test("members of a subscription that is refused, or over, do not wait for ever", async () => {
  const { scene, subscription } = subscribe();
  const asked = subscription.members();
  scene.socket.say(["err", 0, "forbidden", "no"]);
  scene.socket.say(["err", scene.socket.last("members")[1], "forbidden", "no"]);
  assertEquals(await refusalOf(asked), "forbidden");
  scene.client.close();
  assertEquals(await refusalOf(subscription.members()), "closed");
  scene.socket.end();
});

Deno.test("a client that stops ends its subscriptions", () => {
  const { scene, seen } = subscribe();
  scene.socket.end(1000);
  assertEquals([seen, scene.clock.pendingTimers], [[["unsubscribed"]], 0]);
});

Deno.test("listeners may subscribe and unsubscribe", () => {
  const { scene, subscription, seen } = subscribe();
  const second = subscribe({}, scene);
  agree(scene.socket);
  subscription.addEventListener("message", () => {
    subscription.unsubscribe();
    second.subscription.unsubscribe();
    subscribe({}, scene);
  });
  scene.socket.say(["pub", "t"], "a");
  assertEquals([seen.length, second.seen.length], [2, 1]);
  assertEquals(scene.socket.headers().map(([kind]) => kind), ["sub", "unsub", "sub"]);
});
