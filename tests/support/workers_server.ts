/**
 * A server of several processes, as its task starts it, and clients of it that know whose they are.
 *
 * @module
 */
import denoConfig from "../../deno.json" with { type: "json" };
import type { DeployServer, Workshop } from "./deploy_server.ts";
import { isThere, withDescendants } from "./other_process.ts";
import type { RawClient } from "./raw_client.ts";
import type { ServerSetting } from "./server_process.ts";
import { type DenoTask, parseTask } from "./start_task.ts";

/** What `deno task start:workers` runs; with epoll, where that is what is tested. */
export const WORKERS_TASK: DenoTask = workersTask();

/** A route whose peers say to which process they belong, and subscribe and publish as they are told. */
export const TALKING_ROUTE = `
import { defineRoute } from "sockeye";
export default defineRoute("/", {
  topics: { "kept:*": { history: true } },
  open: (peer) => void peer.send("process " + Deno.pid),
  async message(peer, message) {
    const [verb, topic, text] = message.text().split(" ");
    if (verb === "in") {
      await peer.subscribe(topic, text === undefined ? {} : { last: Number(text) });
      peer.send("in " + topic);
    } else if (verb === "say") await peer.publish(topic, text);
    else peer.send(message.text());
  },
});
`;

/** Starts a server with two workers. */
export function serveWorkers(
  here: Workshop,
  routes: string,
  { args = [], denoFlags = [], env = {} }: Pick<ServerSetting, "args" | "denoFlags" | "env"> = {},
): Promise<DeployServer> {
  return here.serve(routes, {
    task: WORKERS_TASK,
    args: ["--workers=2", ...args],
    denoFlags: [`--allow-read=.,${here.path("")}`, ...denoFlags],
    env,
  });
}

/** A client, and the process that it is connected to. */
export interface PlacedClient {
  readonly client: RawClient;
  readonly pid: number;
}

/** Connects to a {@linkcode TALKING_ROUTE}. */
export async function place(server: DeployServer): Promise<PlacedClient> {
  const client = await server.connect();
  return { client, pid: Number((await heard(client)).replace("process ", "")) };
}

/** One client for each of the processes that serve. */
export async function placeInEach(server: DeployServer): Promise<readonly PlacedClient[]> {
  const pids = await workersOf(server);
  const found = new Map<number, PlacedClient>();
  for (let count = 0; found.size < pids.length && count < 200; count++) {
    const one = await place(server);
    if (pids.includes(one.pid) && !found.has(one.pid)) found.set(one.pid, one);
    else one.client[Symbol.dispose]();
  }
  return pids.map((pid) => found.get(pid)!);
}

/** The processes that serve, in the order of their start. */
export async function workersOf({ process }: DeployServer): Promise<readonly number[]> {
  const [, ...others] = withDescendants(process.pid);
  const there = await Promise.all(others.map((pid) => isThere(pid)));
  return others.filter((_, at) => there[at]);
}

/** The next text that a client hears. */
export async function heard(client: RawClient): Promise<string> {
  const incoming = await client.nextButPings();
  return incoming.kind === "text" ? incoming.text : JSON.stringify(incoming);
}

/** Has a client subscribe. */
export async function subscribe(client: RawClient, topic: string, last?: number): Promise<void> {
  await client.sendText(last === undefined ? `in ${topic}` : `in ${topic} ${last}`);
}

function workersTask(): DenoTask {
  const tasks = denoConfig.tasks;
  const workers = parseTask(tasks["start:workers"].command);
  if (Deno.env.get("SOCKEYE_TRANSPORT") !== "epoll") return workers;
  const epoll = parseTask(tasks["start:epoll"].command);
  return { ...workers, flags: [...workers.flags, ...epoll.flags.filter((flag) => flag.startsWith("--allow-ffi="))] };
}
