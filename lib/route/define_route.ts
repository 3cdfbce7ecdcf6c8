/**
 * `defineRoute`: gives a route its types and remembers the path it was written for.
 *
 * @module
 */
import type { Route, RouteParams, StandardSchema } from "./contract.ts";

/** A route that knows which path it was written for. */
export type RouteAt<Path extends string, Context, MessageSchema extends StandardSchema> =
  & Route<RouteParams<Path>, Context, MessageSchema>
  & { readonly path: Path };

/**
 * Defines the route of a file under `routes/`. What comes back is what went in, plus `path`.
 *
 * - The path types `peer.params`. It is checked at start against the file's place; a mismatch is an error that names
 *   both.
 * - `schema.message` types `message.value`.
 * - What `upgrade` returns as `context` types `peer.context`; write `upgrade` above the hooks that read it. Without
 *   `upgrade`, name the type: `defineRoute<"/rooms/[room]", { name: string }>("/rooms/[room]", …)`.
 *
 * @example
 * ```ts
 * import { defineRoute } from "sockeye";
 * import { assertEquals } from "@std/assert";
 *
 * const route = defineRoute("/rooms/[room]", {
 *   upgrade(request) {
 *     return { context: { agent: request.headers.get("user-agent") ?? "unknown" } };
 *   },
 *   open(peer) {
 *     peer.send(`welcome to ${peer.params.room}, ${peer.context.agent}`);
 *   },
 *   message(peer, message) {
 *     peer.send(message.text());
 *   },
 * });
 *
 * assertEquals(route.path, "/rooms/[room]");
 * ```
 */
export function defineRoute<
  const Path extends string,
  Context = unknown,
  MessageSchema extends StandardSchema = StandardSchema,
>(
  path: Path,
  route: Route<RouteParams<Path>, Context, MessageSchema>,
): RouteAt<Path, Context, MessageSchema>;
/**
 * Defines a route without naming its path: `peer.params` is then a record of strings.
 *
 * @example
 * ```ts
 * import { defineRoute } from "sockeye";
 *
 * export default defineRoute({
 *   message(peer, message) {
 *     peer.send(message);
 *   },
 * });
 * ```
 */
export function defineRoute<Context = unknown, MessageSchema extends StandardSchema = StandardSchema>(
  route: Route<Readonly<Record<string, string>>, Context, MessageSchema>,
): Route<Readonly<Record<string, string>>, Context, MessageSchema>;
export function defineRoute(pathOrRoute: string | Route, route?: Route): Route & { readonly path?: string } {
  if (typeof pathOrRoute !== "string") return pathOrRoute;
  return { ...route, path: pathOrRoute };
}
