/** The bar is the one that was set, row for row, and speaks of workloads and servers that exist. @module */
import { assert, assertEquals } from "@std/assert";
import { BARS } from "./bars.ts";
import { canRun, SERVERS } from "./servers.ts";
import { WORKLOADS } from "./workloads.ts";

/** As it was set. */
const TABLE = `
| ping-pong 20 B, 100 and 500 connections | ≥ 1.2 | ≥ 1.05 | ≥ 0.7 | ≥ 0.9 |
| pipelined 64 B binary | ≥ 30 | ≥ 25 | ≥ 1.4 | ≥ 0.5 |
| pipelined 64 B text, handed over as strings | ≥ 15 | ≥ 12 | ≥ 1.0 | – |
| 16 KiB echo | ≥ 1.4 | ≥ 2.0 | ≥ 1.25 | ≥ 0.95 |
| 1 MiB echo (through the borrowed \`view\`) | ≥ 2.5 | ≥ 2.0 | ≥ 2.0 | ≥ 1.5 |
| fan-out to 500 and 2 000 | ≥ 3.5 | ≥ 2.2 | ≥ 0.65 | – |
| handshakes | ≥ 3 | ≥ 1.4 | ≥ 0.65 | – |
| 1 KiB JSON echo with compression | ≥ 4 | not offered | ≥ 1.0 | – |
| idle memory per connection at 8 000 | at most that of a bare \`Deno.listen\` with one pending read in the same run + 2 KiB | | | |
| p99 of ping-pong at 500 and 2 000 connections | no worse than ws | | | |
`;

/** The rows whose cells are words: what they ask of whom. */
const IN_WORDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "at most that of a bare `Deno.listen` with one pending read in the same run + 2 KiB": { "byte-echo": 2 },
  "no worse than ws": { ws: 1 },
};

const COLUMNS = ["ws", "deno-upgrade", "bun", "byte-echo"] as const;

Deno.test("BARS holds every row of the bar that was set, with every number of it", () => {
  const rows = TABLE.trim().split("\n").map((line) => {
    const [title = "", ...cells] = line.split("|").slice(1, -1).map((cell) => cell.trim());
    const numbers = COLUMNS.flatMap((server, at) => {
      const least = /^≥ ([\d.]+)$/.exec(cells[at] ?? "")?.[1];
      return least === undefined ? [] : [[server, Number(least)] as const];
    });
    return { title, peers: IN_WORDS[cells[0] ?? ""] ?? Object.fromEntries(numbers) };
  });
  assertEquals(BARS.map(({ title, peers }) => ({ title, peers })), rows);
});

Deno.test("BARS speaks of workloads and of servers that can be put under them", () => {
  for (const { title, workloads, peers } of BARS) {
    for (const name of workloads) {
      const workload = WORKLOADS.find((one) => one.name === name);
      assert(workload !== undefined, `${title}: no workload ${name}`);
      for (const peer of Object.keys(peers)) {
        const server = SERVERS.find((one) => one.name === peer);
        assert(server !== undefined && canRun(server, workload), `${title}: ${peer} cannot run ${name}`);
      }
    }
  }
});

Deno.test("BARS compares memory where connections are silent, and CPU and latency where they are not", () => {
  for (const { workloads, measure } of BARS) {
    for (const name of workloads) {
      const isIdle = WORKLOADS.find((one) => one.name === name)?.load.mode === "idle";
      assertEquals(measure === "memory", isIdle, `${measure} of ${name}`);
    }
  }
});
