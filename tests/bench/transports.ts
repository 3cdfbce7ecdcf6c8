/**
 * What a message costs over WebSocket, a long poll and a poll each second: bytes, requests, CPU of the server.
 * `deno task bench:transports`.
 *
 * @module
 */
import { START_TASK } from "../support/start_task.ts";
import { pinning, Processes, type RunningServer } from "./peers/processes.ts";
import { median } from "./peers/summary.ts";
import type { TransportCost, TransportLoad } from "./transport_clients.ts";

const PROJECT = new URL("../../", import.meta.url).pathname;
const ROUNDS = 3;
const CLIENTS = 200;
const SECONDS = 8;
const TOKEN = "a-token-for-the-benchmark-alone";
const TRANSPORTS = ["websocket", "long-poll", "poll"] as const;

if (import.meta.main) {
  await Processes.during(run);
  Deno.exit(0);
}

async function run(processes: Processes): Promise<void> {
  const pin = await pinning();
  const adminPort = freePort();
  const server = await processes.start("sockeye", ours(adminPort), pin.server);
  console.log(`${pin.note}; ${CLIENTS} clients; medians of ${ROUNDS} interleaved rounds of ${SECONDS} s`);
  for (
    const [title, talks] of [["news, 21 B four times a second", false], [
      "21 B there and back each second",
      true,
    ]] as const
  ) {
    const costs = new Map<string, TransportCost[]>(TRANSPORTS.map((transport) => [transport, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const transport of TRANSPORTS) {
        costs.get(transport)!.push(await clients(pin.load, loadOf(server, adminPort, transport, talks)));
      }
    }
    console.log(`\n${title}\n\n${table(costs)}`);
  }
}

function loadOf(
  { port, pid }: RunningServer,
  adminPort: number,
  transport: TransportLoad["transport"],
  talks: boolean,
): TransportLoad {
  const admin = `http://127.0.0.1:${adminPort}`;
  return { port, pid, transport, clients: CLIENTS, seconds: SECONDS, talks, admin, token: TOKEN };
}

async function clients(pin: readonly string[], load: TransportLoad): Promise<TransportCost> {
  const own = [Deno.execPath(), "run", "-A", "--no-prompt", `${PROJECT}tests/bench/transport_clients.ts`];
  const [program, ...args] = [...pin, ...own, JSON.stringify(load)];
  const { stdout, success } = await new Deno.Command(program!, { args, stderr: "inherit" }).output();
  if (!success) throw new Error(`the clients over ${load.transport} failed`);
  return JSON.parse(new TextDecoder().decode(stdout)) as TransportCost;
}

/** With the flags and the environment of `deno task start`. */
function ours(adminPort: number) {
  const flags = START_TASK.flags.map((flag) => flag.replace(/=\.$/, `=${PROJECT}`));
  const options = [
    "--host=127.0.0.1",
    "--port=0",
    `--admin=127.0.0.1:${adminPort}`,
    `--routes=${PROJECT}tests/bench/routes`,
  ];
  return {
    command: [Deno.execPath(), ...flags, `${PROJECT}${START_TASK.entry}`, ...options] as [string, ...string[]],
    env: { ...START_TASK.env, SOCKEYE_PUBLISH_TOKEN: TOKEN },
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function table(costs: ReadonlyMap<string, readonly TransportCost[]>): string {
  const rows = [...costs].map(([transport, own]) => {
    const of = (pick: (cost: TransportCost) => number, digits: number): string => median(own.map(pick)).toFixed(digits);
    const cells = [
      of(({ one }) => one.bytes / one.messages, 1),
      of(({ one }) => one.requests / one.messages, 2),
      of(({ cpuUs, messages }) => cpuUs / messages, 1),
    ];
    return `| ${[transport, ...cells].join(" | ")} |`;
  });
  return ["|  | bytes/message | requests/message | CPU µs/message |", "|---|--:|--:|--:|", ...rows].join("\n");
}
