/** Peers that talk, and deployments that pass through under them. Elsewhere than inline the crowd is in tests/long. @module */
import { swapLoadSuite } from "../suites/swap_load_suite.ts";

swapLoadSuite("inline", { peers: 1_000, swaps: 100, canaries: 20 });
for (const kind of ["worker", "process"] as const) swapLoadSuite(kind, { peers: 200, swaps: 20, canaries: 6 });
