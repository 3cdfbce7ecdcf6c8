/**
 * Clients of one transport, and what the server spends on them in a while: the load of `deno task bench:transports`.
 *
 * @module
 */
import { SockeyeSocket, type Transport } from "../../lib/client/mod.ts";

/** What is to be measured. */
export interface TransportLoad {
  readonly port: number;
  /** The server's process. */
  readonly pid: number;
  readonly transport: Transport;
  readonly clients: number;
  readonly seconds: number;
  /** Each client says something once a second, and hears it again; else they only hear the news. */
  readonly talks: boolean;
  /** Where the server tells what it has counted. */
  readonly admin: string;
  readonly token: string;
}

/** What it came to. */
export interface TransportCost {
  /** Messages to and from clients. */
  readonly messages: number;
  /** CPU of the server, in microseconds. */
  readonly cpuUs: number;
  /** Of one client, as the server counted. */
  readonly one: { readonly messages: number; readonly requests: number; readonly bytes: number };
}

const WARM_UP_MS = 2_000;
/** Of Linux: so many ticks has a second of CPU. */
const TICKS_PER_SECOND = 100;

if (import.meta.main) {
  console.log(JSON.stringify(await cost(JSON.parse(Deno.args[0]!) as TransportLoad)));
  Deno.exit(0);
}

async function cost(load: TransportLoad): Promise<TransportCost> {
  const { port, transport, clients, talks } = load;
  const counts: number[] = new Array(clients).fill(0);
  let id = "";
  const sockets = await Promise.all(counts.map((_, at) => {
    const socket = new SockeyeSocket(`ws://127.0.0.1:${port}/${talks ? "talk" : "news"}`, { transports: [transport] });
    return new Promise<SockeyeSocket>((resolve) => {
      socket.addEventListener("open", ({ peer }) => {
        if (at === 0) id = peer;
        resolve(socket);
      });
      socket.addEventListener("message", () => void counts[at]!++);
    });
  }));
  if (talks) {
    for (const [at, socket] of sockets.entries()) {
      setTimeout(
        () => setInterval(() => (counts[at]!++, socket.send("to and fro, 21 bytes.")), 1_000),
        1_000 * at / clients,
      );
    }
  }
  await later(WARM_UP_MS);
  const before = await look(load, id, counts);
  await later(load.seconds * 1_000);
  const after = await look(load, id, counts);
  return {
    messages: after.messages - before.messages,
    cpuUs: after.cpuUs - before.cpuUs,
    one: {
      messages: after.one - before.one,
      requests: after.requests - before.requests,
      bytes: after.bytes - before.bytes,
    },
  };
}

async function look({ pid, admin, token }: TransportLoad, id: string, counts: readonly number[]) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${admin}/connections/${id}`, { headers });
  const { connection: { traffic } } = await response.json();
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
  return {
    messages: counts.reduce((sum, count) => sum + count, 0),
    one: counts[0]!,
    cpuUs: (user! + system!) * 1_000_000 / TICKS_PER_SECOND,
    requests: traffic.requests as number,
    bytes: (traffic.bytesIn + traffic.bytesOut) as number,
  };
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
