/**
 * Clients that exchange numbered messages with a server, on a thread of their own: what they do takes nothing from it.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { RawClient } from "./raw_client.ts";

/** What a client is told. */
export type TalkersOrder =
  | { readonly kind: "connect"; readonly port: number; readonly count: number }
  /** Says no more, and ends when each has its last answer and has heard from this version of the code. */
  | { readonly kind: "finish"; readonly version: number };

/** What they tell: that all are connected, and then what became of them. */
export type TalkersReport =
  | { readonly kind: "connected" }
  | { readonly kind: "finished"; readonly faults: readonly string[]; readonly roundTrips: number };

/** So many messages of one client are on their way at a time. */
const DEPTH = 4;

const faults: string[] = [];
let roundTrips = 0;
/** Undefined while they talk. */
let lastVersion: number | undefined;
let clients: readonly RawClient[] = [];
let talking: Promise<unknown> = Promise.resolve();

self.onmessage = async ({ data }: MessageEvent<TalkersOrder>) => {
  if (data.kind === "connect") {
    await connect(data.port, data.count);
    tell({ kind: "connected" });
  } else {
    lastVersion = data.version;
    await talking;
    for (const client of clients) client[Symbol.dispose]();
    tell({ kind: "finished", faults, roundTrips });
    self.close();
  }
};

function tell(report: TalkersReport): void {
  self.postMessage(report);
}

async function connect(port: number, count: number): Promise<void> {
  const some: RawClient[] = [];
  while (some.length < count) {
    const batch = { length: Math.min(100, count - some.length) };
    some.push(...await Promise.all(Array.from(batch, () => RawClient.connect({ port, path: "/" }))));
  }
  clients = some;
  talking = Promise.all(clients.map(talk));
}

async function talk(client: RawClient, at: number): Promise<void> {
  let [sent, answered, received, heard] = [0, 0, 0, 1];
  const say = (): Promise<void> => client.sendText(String(++sent));
  try {
    for (let count = 0; count < DEPTH; count++) await say();
    // New code speaks first to everybody it takes over: at the end all hear of the last.
    while (lastVersion === undefined || answered < sent || heard < lastVersion) {
      const incoming = await client.next();
      if (incoming.kind !== "text") return void faults.push(`client ${at}: ${JSON.stringify(incoming)}`);
      const [number, answer, version] = incoming.text.split(" ").map(Number) as [number, number, number];
      if (number !== ++received) faults.push(`client ${at}: message ${number} in place of ${received}`);
      heard = version;
      if (answer === 0) continue; // Nobody asked: new code says so.
      if (answer !== ++answered) faults.push(`client ${at}: answer ${answer} in place of ${answered}`);
      roundTrips++;
      if (lastVersion === undefined) await say();
    }
  } catch (error) {
    faults.push(`client ${at}: ${error}`);
  }
}
