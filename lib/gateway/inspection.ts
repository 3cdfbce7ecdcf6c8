/**
 * What an inspector is told by the gateway. Types only.
 *
 * @module
 */
import type { Connection } from "./connection.ts";
import type { TransportEvents } from "./transport.ts";

/** Whoever keeps an eye on the connections. None of it may throw. */
export interface Inspection {
  /**
   * A connection opens; its 101 is in the output.
   *
   * @returns who is to be told by its transport; undefined for the connection itself.
   */
  opening(connection: Connection): TransportEvents | undefined;
  /** A connection is gone. */
  removed(connection: Connection): void;
}
