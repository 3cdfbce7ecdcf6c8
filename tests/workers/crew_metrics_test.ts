/** The metrics of all workers. @module */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RequestError } from "../../lib/deploy/mod.ts";
import { CrewMetrics, METRICS_TIMEOUT_MS } from "../../lib/workers/crew_metrics.ts";
import { DOWN } from "../../lib/workers/wire.ts";
import { FakeClock } from "../support/fake_clock.ts";

function crewOf(...texts: (() => Promise<unknown>)[]) {
  const clock = new FakeClock();
  const asked: unknown[] = [];
  const up = texts.map((text, at) => ({
    number: at + 1,
    pid: 100 + at,
    call: (kind: number) => {
      asked.push(kind);
      return text();
    },
  }));
  const own = () => [{ name: "sockeye_workers", help: "Ours.", type: "gauge", samples: [{ value: 2 }] } as const];
  return { clock, asked, metrics: new CrewMetrics({ crew: { up }, clock, own }) };
}

const saying = (value: number) => () => Promise.resolve(`# TYPE a_total counter\na_total ${value}\n`);

Deno.test("CrewMetrics asks each worker, and adds up, the parent's own first", async () => {
  const { metrics, asked } = crewOf(saying(1), saying(2));
  assertEquals(
    await metrics.text(),
    "# HELP sockeye_workers Ours.\n# TYPE sockeye_workers gauge\nsockeye_workers 2\n" +
      "# HELP a_total \n# TYPE a_total counter\na_total 3\n",
  );
  assertEquals(asked, [DOWN.METRICS, DOWN.METRICS]);
});

Deno.test("CrewMetrics: without one of them there is no sum, and the reason names it", async () => {
  const ended = crewOf(saying(1), () => Promise.reject(new Error("it has ended")));
  const { status, message } = await assertRejects(() => ended.metrics.text(), RequestError);
  assertEquals([status, message], [503, "worker 2: it has ended"]);
  assertEquals((await assertRejects(() => crewOf().metrics.text(), RequestError)).status, 503);
});

Deno.test("CrewMetrics waits for a worker that is busy as long as a monitor would", async () => {
  const { metrics, clock } = crewOf(() => new Promise(() => {}));
  const text = assertRejects(() => metrics.text(), RequestError);
  clock.advance(METRICS_TIMEOUT_MS);
  assertStringIncludes((await text).message, "worker 1: ");
});
