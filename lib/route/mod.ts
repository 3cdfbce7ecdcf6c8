/**
 * What `import … from "sockeye"` gives a route: `defineRoute`, `SchemaError`, and the types of the contract.
 *
 * What the server needs of this folder stands in `table.ts`.
 *
 * @example A whole route
 * ```ts
 * import { defineRoute } from "sockeye";
 *
 * export default defineRoute({
 *   open(peer) {
 *     peer.send("hello");
 *   },
 *   message(peer, message) {
 *     peer.send(message.text());
 *   },
 * });
 * ```
 *
 * @module
 */
export { defineRoute, type RouteAt } from "./define_route.ts";
export { SchemaError } from "./schema_error.ts";
export type {
  Admission,
  Awaitable,
  CloseInfo,
  Handled,
  HistoryOptions,
  HttpContext,
  HttpHandler,
  JoinOptions,
  Member,
  Message,
  Peer,
  PeerPresence,
  PerMessageDeflateOptions,
  Position,
  PresenceEvent,
  Publish,
  ResumeReason,
  Route,
  RouteModule,
  RouteOptions,
  RouteParams,
  RouteSchema,
  SchemaIssue,
  SchemaOutput,
  SchemaResult,
  SegmentParams,
  Sendable,
  StandardSchema,
  StartContext,
  Subscribed,
  SubscribeOptions,
  TopicOptions,
  TransportName,
  UpgradeAcceptance,
  UpgradeContext,
} from "./contract.ts";
