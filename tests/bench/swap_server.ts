/**
 * An echo whose code is swapped under its peers again and again, wherever it runs: `--runtime=worker --every-ms=1000`, or
 * 0 for never.
 *
 * @module
 */
import { Deployment, Deployments } from "../../lib/deploy/mod.ts";
import { Gateway, resolveOptions } from "../../lib/gateway/mod.ts";
import { Hub } from "../../lib/pubsub/mod.ts";
import { type RouteRuntime, RouteTable, type RuntimeKind } from "../../lib/route/table.ts";
import { routeSource, runtimeOf } from "../support/remote_code.ts";

const kind = (/^--runtime=(inline|worker|process)$/.exec(Deno.args[0] ?? "")?.[1] ?? "inline") as RuntimeKind;
const everyMs = Number(/^--every-ms=(\d+)$/.exec(Deno.args[1] ?? "")?.[1] ?? 0);
const log = (message: string, fields?: unknown): void => console.error(message, fields);

/** Counts each peer's messages, and takes the counts along. */
const source = routeSource(
  `
  open: (peer) => void counts.set(peer.id, 0),
  message(peer, message) {
    counts.set(peer.id, counts.get(peer.id) + 1);
    peer.send(message);
  },
  suspend: (peer) => counts.get(peer.id),
  resume: (peer, count) => void counts.set(peer.id, count),
  close: (peer) => void counts.delete(peer.id),`,
  { pattern: "/echo", before: "const counts = new Map();" },
);

const make = (version: number): Promise<RouteRuntime> =>
  runtimeOf(kind, source, { warn: log, error: log }, { deployment: String(version) });

const first = await make(1);
await first.start();
const gateway = new Gateway({ options: resolveOptions({}), table: RouteTable.of([first]), hub: new Hub() });
const serving = Deployment.serving({ name: "1", make: () => Promise.resolve([first]) }, 0, [first]);
const deployments = new Deployments({ host: gateway, first: serving, log: { warn: log, error: log } });
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 });
console.log(`listens on 127.0.0.1:${listener.addr.port}`);
if (everyMs > 0) {
  let version = 1;
  const swap = (): void => {
    // Others are measured meanwhile: this one takes nothing from them.
    if (gateway.connectionCount === 0) return;
    const name = String(++version);
    deployments.replace({ name, make: async () => [await make(version)] }).catch(log);
  };
  setInterval(swap, everyMs);
}
for await (const stream of listener) {
  stream.setNoDelay(true);
  gateway.accept(stream, "127.0.0.1");
}
