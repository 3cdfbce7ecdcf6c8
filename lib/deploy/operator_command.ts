/**
 * The command lines of `deno task deploy`, `promote`, `rollback` and `deployments`.
 *
 * @module
 */
import { AdminClient, HostError } from "./admin_client.ts";
import { tokenProblem } from "./admin_guard.ts";
import type { DeploymentStatus } from "./deployment.ts";
import {
  ArgumentError,
  type CommandName,
  COMMANDS,
  operatorHelp,
  type OperatorOrder,
  parseOperatorArguments,
} from "./operator_arguments.ts";
import { type Package, packed } from "./packing.ts";
import { described, percent, rollOut } from "./rollout.ts";
import { runningCode } from "./running_code.ts";

/** Exit codes. */
const EXIT = { DONE: 0, NOT_DONE: 1, WRONG_ARGUMENT: 2 } as const;

/** So often, and so far apart, a host is asked again that cannot be reached. */
const WAIT = { times: 60, intervalMs: 1_000 } as const;

/** The routes cannot be built: the message says why. */
class NotBuilt extends Error {}

/** Where the commands write, and how they wait. */
export interface OperatorHost {
  print(line: string): void;
  complain(line: string): void;
  env(name: string): string | undefined;
  rest(ms: number): Promise<void>;
}

/** Runs a command line. @returns the exit code. */
export async function runOperatorCommand(
  command: CommandName,
  args: readonly string[],
  host: OperatorHost,
): Promise<number> {
  try {
    const order = parseOperatorArguments(command, args);
    if (order === undefined) {
      host.print(operatorHelp(command));
      return EXIT.DONE;
    }
    const token = tokenOf(host);
    const clients = order.hosts.map((name) => new AdminClient(name, token));
    if (order.wait) await Promise.all(clients.map((client) => reached(client, host)));
    return await ACTIONS[command](clients, order, host) ? EXIT.DONE : EXIT.NOT_DONE;
  } catch (error) {
    if (error instanceof ArgumentError) {
      host.complain(`sockeye ${command}: ${error.message}`);
      return EXIT.WRONG_ARGUMENT;
    }
    if (!(error instanceof NotBuilt)) throw error;
    host.complain(`sockeye ${command}: ${error.message}`);
    return EXIT.NOT_DONE;
  }
}

type Action = (clients: readonly AdminClient[], order: OperatorOrder, host: OperatorHost) => Promise<boolean>;

const ACTIONS: Readonly<Record<CommandName, Action>> = {
  async deploy(clients, { routes, keyFile, share, allowRemoval }, { print }) {
    const made = await packageOf(routes, keyFile);
    print(`deployment ${made.name}: ${(made.upload.code.length / 1024).toFixed(1)} KiB`);
    const rules = { allowRemoval, ...(share === undefined ? {} : { share }) };
    return await rollOut(clients, made, rules, print);
  },

  promote: (clients, { name = "", allowRemoval }, host) =>
    onEach(clients, host, async (client) => described(await client.promote(name, { allowRemoval }))),

  rollback: (clients, { name, allowRemoval, insist }, host) => {
    const order = { allowRemoval, insist, ...(name === undefined ? {} : { name }) };
    return onEach(clients, host, async (client) => described(await client.rollback(order)));
  },

  deployments: (clients, _order, host) => onEach(clients, host, async (client) => `\n${tableOf(await client.list())}`),
};

/** The deployments of one host, for a terminal, and below them the places of their own that their routes have. */
export function tableOf(deployments: readonly DeploymentStatus[]): string {
  const places = runningCode(deployments).map(({ owner, status }) => [
    owner,
    status.kind,
    status.patterns.join(" "),
    status.state,
    String(status.restarts),
    status.memoryBytes === undefined ? "" : `${Math.round(status.memoryBytes / 2 ** 20)} MiB`,
  ]);
  const rows = deployments.map(({ name, state, share, peers, readyAt, activeAt, reason = "" }) => [
    name,
    share === undefined ? state : `${state} ${percent(share)}`,
    String(peers),
    shortTime(readyAt),
    activeAt === undefined ? "" : shortTime(activeAt),
    reason.split("\n")[0] ?? "",
  ]);
  const table = aligned([["NAME", "STATE", "PEERS", "READY", "ACTIVATED", "REASON"], ...rows]);
  if (places.length === 0) return table;
  return `${table}\n\n${aligned([["NAME", "RUNS IN", "ROUTE", "STATE", "RESTARTS", "MEMORY"], ...places])}`;
}

function aligned(all: readonly (readonly string[])[]): string {
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")}`.trimEnd()).join(
    "\n",
  );
}

/** One after the other; what one host refuses does not keep the others from it. */
async function onEach(
  clients: readonly AdminClient[],
  { print, complain }: OperatorHost,
  ask: (client: AdminClient) => Promise<string>,
): Promise<boolean> {
  let isDone = true;
  for (const client of clients) {
    try {
      print(`${client.host}: ${await ask(client)}`);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      complain(`${client.host}: ${error.message}`);
      isDone = false;
    }
  }
  return isDone;
}

async function packageOf(routes: string, keyFile: string | undefined): Promise<Package> {
  const key = keyFile === undefined ? undefined : await keyOf(keyFile);
  // The other commands build nothing, and have no permission to.
  const [{ build, BuildError }, { importsHere }] = await Promise.all([
    import("./build.ts"),
    import("./imports_here.ts"),
  ]);
  const out = await Deno.makeTempDir({ prefix: "sockeye-deploy-" });
  try {
    await build({ routes, out, imports: await importsHere() });
    return await packed(out, key);
  } catch (error) {
    if (error instanceof BuildError) throw new NotBuilt(error.message, { cause: error });
    if (error instanceof TypeError && keyFile !== undefined) {
      throw new ArgumentError(`--sign ${keyFile}: ${error.message}`);
    }
    throw error;
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

async function keyOf(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new ArgumentError(`--sign ${file}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function tokenOf({ env }: OperatorHost): string {
  const token = env("SOCKEYE_DEPLOY_TOKEN") ?? "";
  if (token === "") throw new ArgumentError("SOCKEYE_DEPLOY_TOKEN is not set: it is the token that the server has");
  const problem = tokenProblem(token);
  if (problem !== undefined) throw new ArgumentError(problem);
  return token;
}

/** Returns when it answers, whatever it says, or when that has taken too long: then the command itself will say so. */
async function reached(client: AdminClient, { rest, print }: OperatorHost): Promise<void> {
  for (let count = 0; count < WAIT.times; count++) {
    try {
      return void await client.list();
    } catch (error) {
      if (error instanceof HostError && error.status !== undefined) return;
      if (count === 0) print(`${client.host}: waiting for it`);
      await rest(WAIT.intervalMs);
    }
  }
}

/** `2026-11-28 12:00:05Z`. */
function shortTime(iso: string): string {
  return iso.replace("T", " ").replace(/\.\d+/, "");
}

if (import.meta.main) {
  const [command = "", ...args] = Deno.args;
  const known = COMMANDS.find((name) => name === command);
  if (known === undefined) throw new TypeError(`the commands are ${COMMANDS.join(", ")}`);
  Deno.exit(
    await runOperatorCommand(known, args, {
      print: (line) => console.log(line),
      complain: (line) => console.error(line),
      env: (name) => Deno.env.get(name),
      rest: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    }),
  );
}
