/** The backplane of workers, over links in memory. @module */
import { JoinedWorkers } from "../workers/support/joined_workers.ts";
import { backplaneSuite } from "./backplane_suite.ts";

backplaneSuite({
  name: "WorkersBackplane",
  meet() {
    const workers = new JoinedWorkers({ maxHistoryBytes: 2 ** 28, now: () => performance.now() });
    return Promise.resolve({
      node: () => workers.add(),
      [Symbol.asyncDispose]: () => workers[Symbol.asyncDispose](),
    });
  },
});
