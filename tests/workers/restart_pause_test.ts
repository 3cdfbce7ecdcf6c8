import { assertEquals } from "@std/assert";
import { RestartPause, STEADY_MS } from "../../lib/workers/restart_pause.ts";

Deno.test("RestartPause doubles from 100 ms up to 10 s, and begins anew with a worker that was steady", () => {
  const pause = new RestartPause();
  const pauses = Array.from({ length: 9 }, () => pause.next(50));
  assertEquals(pauses, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  assertEquals(pause.endsInARow, 9);
  assertEquals([pause.next(STEADY_MS), pause.endsInARow], [0, 1]);
  assertEquals([pause.next(STEADY_MS - 1), pause.endsInARow], [200, 2]);
});
