import { assertEquals } from "@std/assert";
import type { ActivationReport, DeploymentStatus } from "../../lib/deploy/mod.ts";
import type { RuntimeStatus } from "../../lib/route/table.ts";
import { mergedLists, mergedReports } from "../../lib/workers/merged_status.ts";

const AT = "2026-11-28T12:00:00.000Z";
const status = (name: string, changes: Partial<DeploymentStatus> = {}): DeploymentStatus => ({
  name,
  state: "active",
  peers: 1,
  readyAt: AT,
  ...changes,
});
const place = (changes: Partial<RuntimeStatus>): RuntimeStatus => ({
  kind: "process",
  patterns: ["/a"],
  state: "up",
  restarts: 1,
  unsettledBytes: 10,
  ...changes,
});

Deno.test("mergedLists lists each deployment once, in the order of the first, with the peers of all", () => {
  const merged = mergedLists([
    [status("two", { peers: 3 }), status("one", { state: "kept", peers: 0 })],
    [status("two", { peers: 4 }), status("one", { state: "kept", peers: 1 }), status("three", { state: "candidate" })],
  ]);
  assertEquals(merged.map(({ name, peers }) => [name, peers]), [["two", 7], ["one", 1], ["three", 1]]);
});

Deno.test("mergedLists tells what failed in one worker as failed, with the reason", () => {
  const [merged] = mergedLists([
    [status("two", { state: "candidate" })],
    [status("two", { state: "failed", reason: "no feed" })],
  ]);
  assertEquals([merged?.state, merged?.reason, merged?.peers], ["failed", "no feed", 2]);
});

Deno.test("mergedLists: of the places of one route the worst state is told, and numbers add up", () => {
  const [merged] = mergedLists([
    [status("one", { places: [place({ memoryBytes: 5 }), place({ patterns: ["/b"], restarts: 0 })] })],
    [status("one", { places: [place({ state: "quarantined", memoryBytes: 6 })] })],
  ]);
  assertEquals(merged?.places, [
    place({ state: "quarantined", restarts: 2, unsettledBytes: 20, memoryBytes: 11 }),
    place({ patterns: ["/b"], restarts: 0 }),
  ]);
});

Deno.test("mergedReports adds up whom an activation moved, and keeps a warning", () => {
  const report = (moved: number, changes: Partial<ActivationReport> = {}): ActivationReport => ({
    moved,
    dismissed: 1,
    lost: 0,
    deployment: status("two", { peers: moved }),
    ...changes,
  });
  assertEquals(mergedReports([report(2), report(3, { warning: "the disk is full" })]), {
    moved: 5,
    dismissed: 2,
    lost: 0,
    deployment: status("two", { peers: 5 }),
    warning: "the disk is full",
  });
});
