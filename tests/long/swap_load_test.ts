/** A thousand peers that talk to code elsewhere, and a hundred deployments that pass through under them. @module */
import { swapLoadSuite } from "../suites/swap_load_suite.ts";

for (const kind of ["worker", "process"] as const) swapLoadSuite(kind, { peers: 1_000, swaps: 100, canaries: 20 });
