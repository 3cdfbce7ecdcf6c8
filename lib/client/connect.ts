/**
 * `connect`: a client whose messages are typed by the route.
 *
 * @module
 */
import { SockeyeSocket } from "./client.ts";
import type { ClientOptions, UrlSource } from "./options.ts";

/**
 * What a route takes, from its `schema.message`; `unknown` where it has none.
 *
 * @typeParam Route `typeof import("../routes/chat.ts").default`.
 */
export type RouteMessage<Route> = Route extends { readonly schema?: infer Schema }
  ? NonNullable<Schema> extends { readonly message?: infer MessageSchema }
    ? NonNullable<MessageSchema> extends { readonly "~standard": { readonly types?: infer Types } }
      ? NonNullable<Types> extends { readonly input: infer Input } ? Input : unknown
    : unknown
  : unknown
  : unknown;

/**
 * Connects to a route.
 *
 * @typeParam Route its type: what `sendJson` and `requestJson` take follows from its schema.
 * @example
 * ```ts ignore
 * import { connect } from "sockeye/client";
 *
 * const socket = connect<typeof import("../routes/rooms/[room].ts").default>("/rooms/kitchen");
 * socket.sendJson({ text: "Hello" });
 * ```
 */
export function connect<Route = unknown>(url: UrlSource, options?: ClientOptions): SockeyeSocket<RouteMessage<Route>> {
  return new SockeyeSocket(url, options);
}
