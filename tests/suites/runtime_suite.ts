/**
 * What every runtime must do, whatever the place its code runs in.
 *
 * @module
 */
import type { RouteRuntime } from "../../lib/route/table.ts";
import { RuntimeBench, type RuntimeMaking, type RuntimeTest } from "./runtime_bench.ts";
import { describeHandlers, describePeer } from "./runtime_connection_suite.ts";
import { describeFailures, describeSchema } from "./runtime_failure_suite.ts";
import { describeMoves } from "./runtime_move_suite.ts";
import { describeQuestions, describeRequests } from "./runtime_question_suite.ts";
import { describeExchange, describeStart, describeUpgrade } from "./runtime_request_suite.ts";
import { describeTopics } from "./runtime_topic_suite.ts";

/**
 * Runs the suite against one kind of runtime, in production and in development.
 *
 * @param make gives a runtime that is not started; the suite stops it.
 */
export function runtimeSuite(
  name: string,
  make: (making: RuntimeMaking) => Promise<RouteRuntime>,
  isDevelopment: readonly boolean[] = [false, true],
): void {
  const test: RuntimeTest = (title, run, folder = "runtime_routes/") => {
    for (const poisonViews of isDevelopment) {
      Deno.test(`${name}${poisonViews ? " in development" : ""}: ${title}`, async () => {
        const bench = new RuntimeBench(poisonViews);
        bench.runtime = await make({
          routes: new URL(folder, import.meta.url),
          publish: bench.publish,
          log: bench,
          poisonViews,
          deployment: "d-1",
        });
        try {
          await run(bench);
        } finally {
          await bench.runtime.stop();
        }
      });
    }
  };
  describeHandlers(test);
  describePeer(test);
  describeTopics(test);
  describeRequests(test);
  describeQuestions(test);
  describeFailures(test);
  describeSchema(test);
  describeUpgrade(test);
  describeExchange(test);
  describeStart(test);
  describeMoves(test);
}
