/** Floods from one address: good clients of another keep their latency, new ones are let in, and refusals are counted. @module */
import { assert, assertGreaterOrEqual, assertLess } from "@std/assert";
import { percentile } from "../support/bystander.ts";
import { Workshop } from "../support/deploy_server.ts";
import type { FloodKind } from "../support/flood_kinds.ts";
import { ADMISSION_ARGS, TLS_ARGS, underFlood } from "../support/under_flood.ts";

const SECONDS = 1;
/** A busy machine of two cores, on which the flood itself has one, or more. */
const MOST_P50_MS = 50;
const MOST_P99_MS = 500;
const MOST_NEWCOMER_MS = 2_000;

interface Expectation {
  readonly kind: FloodKind;
  /** Default: the limits for each address. */
  readonly args?: readonly string[];
  /** Some limits are for all together: whoever comes then is refused, good or bad. */
  readonly newcomersWait?: true;
  /** What must be counted: a reason of refusals, or a rule that was broken. */
  readonly refusals?: string;
  readonly violations?: string;
}

const EXPECTED: readonly Expectation[] = [
  { kind: "connects", refusals: "address" },
  { kind: "handshakes", refusals: "429" },
  { kind: "handshakes", args: ["--accept-rate-per-second", "20"], newcomersWait: true, refusals: "503" },
  { kind: "connections", args: ["--max-connections", "50"], newcomersWait: true, refusals: "503" },
  { kind: "connections", args: ["--max-connections-per-ip", "50"], refusals: "503" },
  { kind: "slow heads", refusals: "address" },
  { kind: "garbage", refusals: "400" },
  { kind: "messages", violations: "MESSAGE_RATE" },
  { kind: "poll sessions", refusals: "429" },
  { kind: "TLS handshakes", args: [...ADMISSION_ARGS, ...TLS_ARGS], refusals: "address_rate" },
];

/** Of the server, for a TLS handshake that is refused: 31 µs on a machine of two cores, where one that is begun takes 250. */
const MOST_REFUSED_US = 120;

for (const { kind, args, newcomersWait, refusals, violations } of EXPECTED) {
  Deno.test({
    name: `a flood of ${kind}${
      args === undefined || kind.startsWith("TLS") ? "" : ` (${args.join(" ")})`
    }: others are served in time, and what is refused is counted`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using here = await Workshop.open();
      const server = await here.serve("tests/fault/routes", { args: args ?? ADMISSION_ARGS });
      // What the bystander costs by itself is looked at where the cost of what is refused is.
      const seen = await underFlood(server, kind, SECONDS, kind.startsWith("TLS") ? SECONDS : 0);
      const [p50, p99] = [percentile(seen.flooded, 0.5), percentile(seen.flooded, 0.99)];
      const told = `${p50.toFixed(1)} and ${p99.toFixed(1)} ms; ${JSON.stringify({ ...seen, quiet: [], flooded: [] })}`;
      assertLess(p50, MOST_P50_MS, told);
      assertLess(p99, MOST_P99_MS, told);
      if (newcomersWait !== true) { for (const ms of seen.newcomersMs) assertLess(ms, MOST_NEWCOMER_MS, told); }
      assert(seen.flood.opened > 0, told);
      if (kind === "TLS handshakes") {
        const us = (seen.floodedCores - seen.quietCores) * SECONDS * 1e6 / seen.flood.opened;
        assertLess(us, MOST_REFUSED_US, told);
        // Of all that came, no more than the rate lets through cost more than their socket: nearly none.
        assertLess(seen.refusals.tls ?? 0, seen.flood.opened / 4, told);
      }
      if (refusals !== undefined) assert((seen.refusals[refusals] ?? 0) > 0, told);
      if (violations !== undefined) assert((seen.violations[violations] ?? 0) > 0, told);
      // Each answer that refused somebody is one that the server has counted.
      const answered = Object.entries(seen.refusals).filter(([reason]) => /^\d/.test(reason));
      assertGreaterOrEqual(answered.reduce((sum, [, count]) => sum + count, 0), seen.flood.refused, told);
    },
  });
}
