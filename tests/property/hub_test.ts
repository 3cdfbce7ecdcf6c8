/** Hubs of some nodes against a model, whatever happens in whatever order. @module */
import fc from "fast-check";
import { HubNodes } from "./hub_nodes.ts";
import { TOPICS } from "./hub_peer.ts";

const PEERS_PER_NODE = 3;

const peer = fc.nat(20);
const topic = fc.constantFrom(...TOPICS);
const small = fc.nat(5);

const start = fc.option(fc.nat(200), { nil: undefined });
const latest = fc.option(fc.nat(5), { nil: undefined });

const subscribing = fc.record({ kind: fc.constant("subscribe" as const), peer, topic, since: start, last: latest });
const publishing = fc.record({
  kind: fc.constant("publish" as const),
  peer,
  topic,
  isFrom: fc.boolean(),
  isLarge: fc.integer({ min: 0, max: 5 }).map((die) => die === 0),
});
const quiet = fc.oneof(
  fc.record({ kind: fc.constantFrom("unsubscribe" as const), peer, topic }),
  fc.record({ kind: fc.constantFrom("remove" as const, "slow" as const, "drain" as const, "drainAll" as const), peer }),
  fc.record({ kind: fc.constant("late" as const), store: fc.boolean(), nodes: fc.boolean(), joins: fc.boolean() }),
  fc.record({ kind: fc.constantFrom("arrive" as const, "answer" as const), node: small, count: small }),
  fc.record({ kind: fc.constantFrom("join" as const), node: small }),
);
const loss = fc.oneof(
  fc.record({ kind: fc.constant("lose" as const), node: small }),
  fc.record({ kind: fc.constant("renew" as const) }),
);
const rules = fc.record({ kind: fc.constant("rules" as const), rules: small });

const whole = fc.oneof(
  { weight: 3, arbitrary: subscribing },
  { weight: 5, arbitrary: publishing },
  { weight: 4, arbitrary: quiet },
);
const lossy = fc.oneof({ weight: 12, arbitrary: whole }, { weight: 1, arbitrary: loss });
const changing = fc.oneof({ weight: 12, arbitrary: lossy }, { weight: 1, arbitrary: rules });

type Step = typeof changing extends fc.Arbitrary<infer Value> ? Value : never;

/** Each step, and how far promises go on before the next. */
function stepsOf(step: fc.Arbitrary<Step>) {
  return fc.array(fc.tuple(step, fc.oneof(fc.constant(20), fc.nat(8))), { maxLength: 60, size: "max" });
}

function apply(all: HubNodes, step: Step): void | Promise<void> {
  const one = "peer" in step ? all.peers[step.peer % all.peers.length]! : all.peers[0]!;
  switch (step.kind) {
    case "subscribe":
      return all.subscribe(one, step.topic, step);
    case "unsubscribe":
      return all.unsubscribe(one, step.topic);
    case "remove":
      return all.remove(one);
    case "publish":
      return all.publish(one, step.topic, step.isFrom, step.isLarge);
    case "slow":
      return void (one.bufferedAmount = 11);
    case "drain":
      return one.drain(true);
    case "drainAll":
      return one.drain(false);
    case "late":
      return all.setLate(step.store, step.nodes, step.joins);
    case "arrive":
      return all.arrive(step.node, step.count);
    case "answer":
      return all.store.answer(step.count);
    case "join":
      return all.joinNow(step.node);
    case "lose":
      return all.lose(step.node);
    case "renew":
      return all.renew();
    case "rules":
      return all.changeRules(step.rules);
  }
}

async function holds(step: fc.Arbitrary<Step>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      stepsOf(step),
      async (nodes, isSynchronous, steps) => {
        const all = new HubNodes(nodes, PEERS_PER_NODE, isSynchronous);
        await all.open();
        for (const [each, ticks] of steps) {
          const pending = apply(all, each);
          if (pending !== undefined) await pending;
          for (let tick = 0; tick < ticks; tick++) await undefined;
        }
        await all.check();
        all.checkEmpty();
      },
    ),
    { numRuns },
  );
}

Deno.test("Hub: each subscriber gets each publication once, in order, from where it said, however late all comes", async () => {
  await holds(whole, 400);
});

Deno.test("Hub: who misses publications that were lost on the way, or with the history, is told", async () => {
  await holds(lossy, 400);
});

Deno.test("Hub: who is in a topic while its history begins, changes and ends misses nothing that it is not told of", async () => {
  await holds(changing, 400);
});
