/** Whatever is done with deployments, in any order: every peer has the code that is in force for it, and its count. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isInShare } from "../../lib/gateway/share.ts";
import type { RawClient } from "../support/raw_client.ts";
import { ask, counting, DeployedGateway } from "../support/deployed_gateway.ts";

const NAMES = ["two", "three", "four"] as const;
const PEERS = 6;

type Step =
  | { readonly kind: "activate"; readonly name: string; readonly share: number | undefined; readonly isBroken: boolean }
  | { readonly kind: "promote" | "rollback" | "connect" };

const name = fc.constantFrom(...NAMES);
const share = fc.option(fc.constantFrom(0.1, 0.3, 0.5, 0.9), { nil: undefined });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("activate" as const), name, share, isBroken: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("promote" as const, "rollback" as const, "connect" as const) }),
  },
);

/** What is in force, as the list tells it. */
function inForce({ deployments }: DeployedGateway) {
  const [first, second] = deployments.list();
  const canary = first?.state === "canary" ? first : undefined;
  return {
    active: (canary === undefined ? first : second)?.name ?? "",
    canary: canary?.name,
    share: canary?.share ?? 0,
  };
}

Deno.test("Deployments, in any order of steps: each peer has the code that is in force for it, and its count; a failure changes nothing", async () => {
  let failures = 0;
  let successes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      await using server = await DeployedGateway.serving({ "/": counting("one") });
      const broken = new Set<string>();
      const routeOf = (name: string) => {
        const route = counting(name);
        let resumed = 0;
        // The second one, so that somebody has to go back.
        return {
          ...route,
          resume: (...given: Parameters<NonNullable<typeof route.resume>>) => {
            if (broken.has(name) && ++resumed === 2) throw new Error("broken");
            return route.resume?.(...given);
          },
        };
      };
      const clients: RawClient[] = [...await server.connectMany(PEERS)];
      const counts = clients.map(() => 0);
      for (const one of steps) {
        const before = inForce(server);
        try {
          if (one.kind === "connect") {
            clients.push(await server.connect());
            counts.push(0);
          } else if (one.kind === "activate") {
            await server.add(one.name, { "/": routeOf(one.name) });
            if (one.isBroken && one.name !== before.canary) broken.add(one.name);
            await server.deployments.activate(one.name, { share: one.share });
          } else if (one.kind === "promote") {
            await server.deployments.promote(before.canary ?? "nobody");
          } else {
            await server.deployments.rollback();
          }
          successes++;
        } catch {
          failures++;
          assertEquals(inForce(server), before);
        }
        broken.clear();
        const { active, canary, share } = inForce(server);
        const ids = server.gateway.peers().map(({ id }) => id);
        assertEquals(ids.length, clients.length);
        for (const [at, client] of clients.entries()) {
          const expected = canary !== undefined && isInShare(ids[at]!, share) ? canary : active;
          assertEquals(await ask(client), `${expected} ${++counts[at]!}`);
        }
      }
    }),
    { numRuns: 40 },
  );
  // Both were tried.
  assertEquals([failures > 10, successes > 10], [true, true]);
});
