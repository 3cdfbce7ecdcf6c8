/**
 * Peers that talk, and deployments that pass through under them, in any of the three places.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import type { RuntimeKind } from "../../lib/route/table.ts";
import { SwapTraffic } from "../support/swap_traffic.ts";

/** How much of it. */
export interface SwapLoad {
  readonly peers: number;
  readonly swaps: number;
  /** Each of which grows three times, and every other one is promoted. */
  readonly canaries: number;
}

/** Declares the tests. */
export function swapLoadSuite(kind: RuntimeKind, { peers, swaps, canaries }: SwapLoad): void {
  const people = `${kind}: ${peers.toLocaleString("en")} peers exchange numbered messages while`;

  Deno.test(`${people} ${swaps} deployments swap through; none is lost, doubled or out of order`, async () => {
    await using traffic = await SwapTraffic.of(kind);
    await traffic.connect(peers);
    for (let count = 0; count < swaps; count++) await traffic.swap();
    await traffic.finish();
    assertEquals(traffic.faults, []);
    assertGreater(traffic.roundTrips, peers);
  });

  Deno.test(`${people} ${canaries} canaries grow, are taken back and promoted; none is lost, doubled or out of order`, async () => {
    await using traffic = await SwapTraffic.of(kind);
    await traffic.connect(peers);
    for (let count = 0; count < canaries; count++) await traffic.canary([0.1, 0.3, 0.8], count % 2 === 1);
    await traffic.finish();
    assertEquals(traffic.faults, []);
    assertGreater(traffic.roundTrips, peers);
  });
}
