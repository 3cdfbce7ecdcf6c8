/**
 * An echo whose code is swapped under its peers again and again: `--every-ms=50`, or 0 for never.
 *
 * @module
 */
import { Deployment, Deployments } from "../../lib/deploy/mod.ts";
import { Gateway, resolveOptions } from "../../lib/gateway/mod.ts";
import { Hub } from "../../lib/pubsub/mod.ts";
import type { Route } from "../../lib/route/mod.ts";
import { RouteTable } from "../../lib/route/table.ts";
import { checkRouteModule, InlineRuntime } from "../../lib/runtime/mod.ts";

const everyMs = Number(/^--every-ms=(\d+)$/.exec(Deno.args[0] ?? "")?.[1] ?? 0);
const log = (message: string): void => console.error(message);

/** Counts each peer's messages, and takes the counts along. */
function route(): Route {
  const counts = new Map<string, number>();
  return {
    open: (peer) => void counts.set(peer.id, 0),
    message(peer, message) {
      counts.set(peer.id, counts.get(peer.id)! + 1);
      peer.send(message);
    },
    suspend: (peer) => counts.get(peer.id),
    resume: (peer, count) => void counts.set(peer.id, count as number),
    close: (peer) => void counts.delete(peer.id),
  };
}

function runtime(version: number): InlineRuntime {
  return new InlineRuntime({
    routes: [checkRouteModule({ default: route() }, { file: `version ${version}`, pattern: "/echo" })],
    publish: () => Promise.resolve(),
    log: { warn: log, error: log },
    poisonViews: false,
    deployment: String(version),
  });
}

const first = runtime(1);
const gateway = new Gateway({ options: resolveOptions({}), table: RouteTable.of([first]), hub: new Hub() });
const codeOf = (runtime: InlineRuntime) => ({ name: "bench", make: () => Promise.resolve([runtime]) });
const serving = Deployment.serving(codeOf(first), 0, [first]);
const deployments = new Deployments({ host: gateway, first: serving, log: { warn: log, error: log } });
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 });
console.log(`listens on 127.0.0.1:${listener.addr.port}`);
if (everyMs > 0) {
  let version = 1;
  setInterval(() => deployments.replace(codeOf(runtime(++version))).catch(log), everyMs);
}
for await (const stream of listener) {
  stream.setNoDelay(true);
  gateway.accept(stream, "127.0.0.1");
}
