/** Which table is in force for whom. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../../lib/gateway/option_error.ts";
import { GATEWAY_DEFAULTS } from "../../lib/gateway/option_table.ts";
import { optionsByEntry, tableFor, webSocketEntry } from "../../lib/gateway/routing.ts";
import { isInShare } from "../../lib/gateway/share.ts";
import type { RouteOptions } from "../../lib/route/mod.ts";
import { type RouteRuntime, RouteTable } from "../../lib/route/table.ts";

function tableOf(isWebSocket: boolean, options: RouteOptions = {}): RouteTable {
  const descriptor = { pattern: "/", file: "index.ts", isWebSocket, hasUpgrade: false, methods: [], options };
  return RouteTable.of([{ descriptors: [descriptor] } as unknown as RouteRuntime]);
}

Deno.test("tableFor is the canary's for its share, and the other for everybody else", () => {
  const [table, other] = [tableOf(true), tableOf(true)];
  const routing = { table, canary: { table: other, share: 0.3 } };
  const names = Array.from({ length: 100 }, (_, at) => `peer-${at}`);
  for (const name of names) assert(tableFor(routing, name) === (isInShare(name, 0.3) ? other : table));
  assert(names.some((name) => tableFor(routing, name) === other));
});

Deno.test("tableFor without a canary is the same for everybody", () => {
  const table = tableOf(true);
  assert(tableFor({ table }, "a") === table && tableFor({ table, canary: undefined }, "b") === table);
});

Deno.test("webSocketEntry finds a route by its pattern, if it takes WebSockets", () => {
  const table = tableOf(true);
  assert(webSocketEntry(table, "/") === table.entries[0]);
  assertEquals([webSocketEntry(table, "/other"), webSocketEntry(tableOf(false), "/")], [undefined, undefined]);
});

Deno.test("optionsByEntry has a row for each entry of each table, and refuses wrong options of either", () => {
  const [table, other] = [tableOf(true, { maxFragments: 2 }), tableOf(true, { maxFragments: 3 })];
  const found = optionsByEntry(GATEWAY_DEFAULTS, { table, canary: { table: other, share: 0.5 } });
  assertEquals([table, other].map(({ entries }) => found.get(entries[0]!)?.maxFragments), [2, 3]);
  const wrong = { table, canary: { table: tableOf(true, { maxFragments: 0 }), share: 0.5 } };
  assertThrows(() => optionsByEntry(GATEWAY_DEFAULTS, wrong), OptionError, "index.ts options.maxFragments 0");
});
