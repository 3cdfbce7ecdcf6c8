/** Which table is in force for whom. @module */
import { assert, assertEquals } from "@std/assert";
import { tableFor, tablesOf, webSocketEntry } from "../../lib/gateway/routing.ts";
import { isInShare } from "../../lib/gateway/share.ts";
import { type RouteRuntime, RouteTable } from "../../lib/route/table.ts";

function tableOf(isWebSocket: boolean): RouteTable {
  const descriptor = { pattern: "/", file: "index.ts", isWebSocket, hasUpgrade: false, methods: [], options: {} };
  return RouteTable.of([{ descriptors: [descriptor] } as unknown as RouteRuntime]);
}

Deno.test("tableFor is the canary's for its share, and the other for everybody else", () => {
  const [table, other] = [tableOf(true), tableOf(true)];
  const routing = { table, canary: { table: other, share: 0.3 } };
  const names = Array.from({ length: 100 }, (_, at) => `peer-${at}`);
  for (const name of names) assert(tableFor(routing, name) === (isInShare(name, 0.3) ? other : table));
  assert(names.some((name) => tableFor(routing, name) === other));
  assertEquals(tablesOf(routing).map((one) => [table, other].indexOf(one)), [0, 1]);
});

Deno.test("tableFor without a canary is the same for everybody", () => {
  const table = tableOf(true);
  assert(tableFor({ table }, "a") === table && tableFor({ table, canary: undefined }, "b") === table);
  assertEquals(tablesOf({ table }).length, 1);
});

Deno.test("webSocketEntry finds a route by its pattern, if it takes WebSockets", () => {
  const table = tableOf(true);
  assert(webSocketEntry(table, "/") === table.entries[0]);
  assertEquals([webSocketEntry(table, "/other"), webSocketEntry(tableOf(false), "/")], [undefined, undefined]);
});
