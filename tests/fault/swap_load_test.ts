/** A thousand peers that talk, and a hundred deployments that pass through under them. @module */
import { assertEquals, assertGreater } from "@std/assert";
import { RUNTIME_KINDS } from "../support/remote_code.ts";
import { SwapTraffic } from "../support/swap_traffic.ts";

const PEERS = 1_000;
const SWAPS = 100;

for (const kind of RUNTIME_KINDS) {
  Deno.test(`${kind}: 1,000 peers exchange numbered messages while 100 deployments swap through; none is lost, doubled or out of order`, async () => {
    await using traffic = await SwapTraffic.of(kind);
    await traffic.connect(PEERS);
    for (let count = 0; count < SWAPS; count++) await traffic.swap();
    await traffic.finish();
    assertEquals(traffic.faults, []);
    assertGreater(traffic.roundTrips, PEERS);
  });

  Deno.test(`${kind}: 1,000 peers exchange numbered messages while canaries grow, are taken back and promoted; none is lost, doubled or out of order`, async () => {
    await using traffic = await SwapTraffic.of(kind);
    await traffic.connect(PEERS);
    for (let count = 0; count < 20; count++) await traffic.canary([0.1, 0.3, 0.8], count % 2 === 1);
    await traffic.finish();
    assertEquals(traffic.faults, []);
    assertGreater(traffic.roundTrips, PEERS);
  });
}
