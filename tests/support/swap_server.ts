/**
 * A server whose code is swapped as often as it is told to, in any of the three places: `--runtime=worker`. A line of its
 * standard input says how often; it answers with what it takes up then, after a collection, as JSON.
 *
 * @module
 */
import { Deployment, Deployments } from "../../lib/deploy/mod.ts";
import { Gateway, resolveOptions } from "../../lib/gateway/mod.ts";
import { Hub } from "../../lib/pubsub/mod.ts";
import { type RouteRuntime, RouteTable, type RuntimeKind } from "../../lib/route/table.ts";
import { routeSource, runtimeOf } from "./remote_code.ts";

/** What it answers. */
export interface SwapServerReport {
  /** Resident memory. */
  readonly rssBytes: number;
  /** Of the heap of the gateway's own isolate. */
  readonly heapBytes: number;
  /** Peers that the last swap has moved. */
  readonly moved: number;
}

/** What each version has beside its handlers, so that one that stays is seen. */
const BULK_BYTES = 256 * 1024;

/** Turns of the event loop within which all that was let go of is really gone. */
const TURNS = 10;

if (import.meta.main) await run();

async function run(): Promise<void> {
  const kind = /^--runtime=(inline|worker|process)$/.exec(Deno.args[0] ?? "")?.[1] as RuntimeKind;
  const log = (message: string, fields: unknown): void => console.error(message, fields);
  const logs = { warn: log, error: log };
  const make = (version: number): Promise<RouteRuntime> =>
    runtimeOf(kind, codeOf(version), logs, { deployment: String(version) });
  const first = await make(1);
  await first.start();
  const host = new Gateway({ options: resolveOptions({}), table: RouteTable.of([first]), hub: new Hub() });
  const code = { name: "1", make: () => Promise.resolve([first]) };
  const deployments = new Deployments({ host, first: Deployment.serving(code, 0, [first]), log: logs });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  console.log(`listens on 127.0.0.1:${listener.addr.port}`);
  void accept(listener, host);
  let version = 1;
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    let moved = 0;
    for (let left = Number(text); left > 0; left--) {
      const next = ++version;
      ({ moved } = await deployments.replace({ name: String(next), make: async () => [await make(next)] }));
    }
    console.log(JSON.stringify({ ...await taken(), moved }));
  }
}

async function accept(listener: Deno.TcpListener, gateway: Gateway): Promise<void> {
  for await (const stream of listener) gateway.accept(stream, "127.0.0.1");
}

async function taken(): Promise<Omit<SwapServerReport, "moved">> {
  for (let turn = 0; turn < TURNS; turn++) {
    (globalThis as unknown as { readonly gc: () => void }).gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { rss, heapUsed } = Deno.memoryUsage();
  return { rssBytes: rss, heapBytes: heapUsed };
}

/** Counts each peer's messages, and takes the counts along. */
function codeOf(version: number): string {
  const bulk = String(version).padEnd(BULK_BYTES, ".");
  return routeSource(
    `
  open: (peer) => void counts.set(peer.id, 0),
  message(peer, message) {
    counts.set(peer.id, counts.get(peer.id) + 1);
    peer.send(counts.get(peer.id) + " ${version} " + message.text());
  },
  suspend: (peer) => counts.get(peer.id),
  resume: (peer, count) => void counts.set(peer.id, count),
  close: (peer) => void counts.delete(peer.id),`,
    { file: `version ${version}`, before: `const counts = new Map();\nexport const bulk = "${bulk}";` },
  );
}
