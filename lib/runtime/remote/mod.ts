/**
 * Route code outside the gateway's isolate: in a worker, and in a process of its own.
 *
 * @module
 */
export type { BatchWriter } from "./batch_writer.ts";
export { Calls } from "./calls.ts";
export {
  GrantError,
  type Grants,
  type Limits,
  mayUseTopic,
  missingGrants,
  parseGrants,
  parseHibernation,
  parseLimits,
} from "./grants.ts";
export { HibernatingRuntime, HibernationError } from "./hibernating_runtime.ts";
export { loadProcess, loadWorker, type ProcessOrder, type RemoteOrder, type WorkerOrder } from "./remote_places.ts";
export { RemoteRuntime } from "./remote_runtime.ts";
export { findKeeper } from "./sandbox.ts";
export { Outbox } from "./outbox.ts";
export { RecordReader } from "./record_reader.ts";
export { decodeValue } from "./value.ts";
export { type TakeRecord, TEXT_FLAG, WireError } from "./wire.ts";
