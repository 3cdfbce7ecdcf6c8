import { assertEquals } from "@std/assert";
import { ActivationCounts } from "../../lib/deploy/activation_counts.ts";

Deno.test("ActivationCounts adds up what swaps report", () => {
  const counts = new ActivationCounts();
  counts.add({ moved: 3, dismissed: 1, lost: 0 });
  counts.add({ moved: 2, dismissed: 0, lost: 1 });
  counts.failed++;
  assertEquals({ ...counts }, { done: 2, failed: 1, moved: 5, dismissed: 1, lost: 1 });
});
