import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { RedisSubscriptions } from "../../lib/backplane/redis_subscriptions.ts";
import { turn } from "../support/fake_broker.ts";

/** A server that confirms when it is told to. */
function confirming() {
  const said: string[] = [];
  const waiting: Array<{ resolve(): void; reject(error: Error): void }> = [];
  const command = (word: string) => (channels: string[]) => {
    said.push(`${word} ${channels.join()}`);
    return new Promise<void>((resolve, reject) => void waiting.push({ resolve, reject }));
  };
  const subscriptions = new RedisSubscriptions<number>({ subscribe: command("+"), unsubscribe: command("-") });
  const add = (channel: string, value = 1) => subscriptions.add(new Map([[channel, value]]));
  const confirm = async () => {
    waiting.shift()?.resolve();
    await turn();
  };
  return { subscriptions, said, waiting, add, confirm };
}

Deno.test("what is wanted at the same time is asked for together, and what comes meanwhile next", async () => {
  const { add, confirm, said, subscriptions } = confirming();
  const first = Promise.all([add("a"), add("b", 2)]);
  await turn();
  const second = add("c");
  assertEquals(said, ["+ a,b"]);
  await confirm();
  await first;
  assertEquals(said, ["+ a,b", "+ c"]);
  await confirm();
  await second;
  assertEquals([subscriptions.get("b"), subscriptions.get("d")], [2, undefined]);
});

Deno.test("removed and added again before anybody noticed, nothing is said", async () => {
  const { subscriptions, add, confirm, said } = confirming();
  const first = add("a");
  await turn();
  await confirm();
  await first;
  subscriptions.remove("a");
  await add("a", 2);
  assertEquals([said, subscriptions.get("a")], [["+ a"], 2]);
});

Deno.test("removed while it is being added, it is removed when that is confirmed", async () => {
  const { subscriptions, add, confirm, said } = confirming();
  const first = add("a");
  await turn();
  subscriptions.remove("a");
  assertEquals([said, subscriptions.get("a")], [["+ a"], undefined]);
  await confirm();
  await first;
  assertEquals(said, ["+ a", "- a"]);
  await confirm();
});

Deno.test("a round that fails is told to who waits for it", async () => {
  const { add, waiting, said } = confirming();
  const first = assertRejects(() => add("a"), Error, "gone");
  await turn();
  waiting.shift()!.reject(new Error("gone"));
  await first;
  const again = assertRejects(() => add("b"), Error, "gone again");
  await turn();
  assertEquals(said, ["+ a", "+ a,b"]);
  waiting.shift()!.reject(new Error("gone again"));
  await again;
});

Deno.test("whatever is added and removed in whatever order, in the end what is wanted is there", async () => {
  const step = fc.record({ kind: fc.constantFrom("add", "remove", "turn"), channel: fc.constantFrom("a", "b", "c") });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const [wanted, there] = [new Set<string>(), new Set<string>()];
      const apply = (act: (channel: string) => void) => async (channels: string[]) => {
        await turn();
        channels.forEach(act);
      };
      const subscriptions = new RedisSubscriptions<true>({
        subscribe: apply((channel) => void there.add(channel)),
        unsubscribe: apply((channel) => void there.delete(channel)),
      });
      let last = Promise.resolve();
      for (const { kind, channel } of steps) {
        if (kind === "turn") await turn();
        else if (kind === "remove") {
          subscriptions.remove(channel);
          wanted.delete(channel);
        } else {
          last = subscriptions.add(new Map([[channel, true]]));
          wanted.add(channel);
        }
      }
      await last;
      for (let at = 0; at < 4; at++) await turn();
      assertEquals([...there].sort(), [...wanted].sort());
    }),
  );
});
