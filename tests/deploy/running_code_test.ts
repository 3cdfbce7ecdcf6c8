import { assertEquals } from "@std/assert";
import { runningCode } from "../../lib/deploy/running_code.ts";

const READY = { peers: 0, readyAt: "2026-01-01T00:00:00.000Z", state: "active" } as const;
const STATUS = { kind: "process", state: "up", restarts: 0, unsettledBytes: 0 } as const;

Deno.test("runningCode: a route's code is its deployment's; a plug-in is there once, and is nobody's", () => {
  const [board, hooks] = [{ ...STATUS, patterns: ["/board"] }, { ...STATUS, patterns: ["/hooks"], isPlugin: true }];
  const all = [
    { ...READY, name: "two", places: [board, hooks] },
    { ...READY, name: "one", places: [board, hooks] },
    { ...READY, name: "local" },
  ];
  assertEquals(runningCode(all).map(({ owner, status }) => [owner, ...status.patterns]), [
    ["two", "/board"],
    ["plug-in", "/hooks"],
    ["one", "/board"],
  ]);
});
