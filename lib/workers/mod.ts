/**
 * Several processes on one port, as one server.
 *
 * @module
 */
export { BackplaneHost, type BackplaneHostParts } from "./backplane_host.ts";
export { Lead, type LeadParts } from "./lead.ts";
export { ParentGone, Seat } from "./seat.ts";
export { checkWorkers, countOf, seatOf, WorkersUnavailableError } from "./worker_command.ts";
export { UnfitError } from "./worker_life.ts";
export { workerStarter } from "./worker_process.ts";
export type { WorkerReady } from "./wire.ts";
export { WorkersBackplane } from "./workers_backplane.ts";
