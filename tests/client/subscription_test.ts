/** What the application holds of a subscription. @module */
import { assertEquals, assertInstanceOf } from "@std/assert";
import { Subscription, type SubscriptionSource } from "../../lib/client/subscription.ts";

Deno.test("a subscription is an EventTarget that shows its topic", async () => {
  const left: Subscription[] = [];
  const source: SubscriptionSource = {
    name: "room:1",
    reached: { epoch: "e", offset: 3 },
    isLive: true,
    members: (options) => Promise.resolve([{ key: "ann", state: options }]),
    leave: (subscription) => left.push(subscription),
  };
  const subscription = new Subscription(source);
  assertInstanceOf(subscription, EventTarget);
  assertEquals(subscription.topic, "room:1");
  assertEquals(subscription.position, { epoch: "e", offset: 3 });
  assertEquals(subscription.isSubscribed, true);
  assertEquals(await subscription.members({ timeoutMs: 5 }), [{ key: "ann", state: { timeoutMs: 5 } }]);
  subscription.unsubscribe();
  assertEquals(left, [subscription]);
});
