/**
 * An echo whose code runs inline, in a worker or in a process: `--runtime=worker`.
 *
 * @module
 */
import { Gateway, resolveOptions } from "../../lib/gateway/mod.ts";
import { Hub } from "../../lib/pubsub/mod.ts";
import { RouteTable, type RuntimeKind } from "../../lib/route/table.ts";
import { routeSource, runtimeOf } from "../support/remote_code.ts";

const kind = (/^--runtime=(inline|worker|process)$/.exec(Deno.args[0] ?? "")?.[1] ?? "inline") as RuntimeKind;
const log = (message: string, fields: unknown): void => console.error(message, fields);
const source = routeSource("message(peer, message) { peer.send(message); }", { pattern: "/echo" });
const runtime = await runtimeOf(kind, source, { warn: log, error: log });
await runtime.start();
const gateway = new Gateway({ options: resolveOptions({}), table: RouteTable.of([runtime]), hub: new Hub() });
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 });
console.log(`listens on 127.0.0.1:${listener.addr.port}`);
for await (const stream of listener) {
  stream.setNoDelay(true);
  gateway.accept(stream, "127.0.0.1");
}
