/**
 * What gateway and runtimes need of this folder: patterns, the route table, suggestions for mistyped names, what they do
 * alike with work and errors of route code, and the border between the two.
 *
 * `mod.ts` is the face for route files; this is the face for the server.
 *
 * @module
 */
export { limited, type TimeLimit, TimeLimitError } from "./limited.ts";
export { messageOf } from "./message_of.ts";
export { nearestName } from "./nearest_name.ts";
export { parsePattern, type Pattern, patternOfFile, type Segment } from "./pattern.ts";
export { isMalformedPath, type RouteMatch, Router, type RouterEntry } from "./router.ts";
export { requestOf, urlOf } from "./request_record.ts";
export { type RouteEntry, RouteTable } from "./route_table.ts";
export type {
  GivenBack,
  PeerCommands,
  PeerEvents,
  RequestRecord,
  RouteDescriptor,
  RouteRuntime,
  RuntimeKind,
  RuntimeStatus,
  TopicCommands,
  UpgradeDecision,
  UpgradeQuestion,
} from "./runtime_contract.ts";
