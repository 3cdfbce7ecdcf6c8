/**
 * The first steps of a server: its table, and the `start` of its routes. What fails there is a reason not to start.
 *
 * @module
 */
import { messageOf, type RouteRuntime, RouteTable } from "../route/table.ts";

/** A reason not to start, worded for a person. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/**
 * The table of all routes.
 *
 * @throws {StartError} for two routes for the same paths.
 */
export function tableOf(runtimes: readonly RouteRuntime[]): RouteTable {
  try {
    return RouteTable.of(runtimes);
  } catch (error) {
    throw new StartError(messageOf(error));
  }
}

/**
 * Starts all routes.
 *
 * @param listener is closed when one fails.
 * @throws {StartError}
 */
export async function startRoutes(
  runtimes: readonly RouteRuntime[],
  listener?: { close(): void },
): Promise<void> {
  try {
    for (const runtime of runtimes) await runtime.start();
  } catch (error) {
    listener?.close();
    throw new StartError(messageOf(error));
  }
}
