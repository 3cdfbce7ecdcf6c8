/**
 * What a runtime says to the log. Types only.
 *
 * @module
 */

/** Where a runtime reports what went wrong in route code. */
export interface RuntimeLog {
  error(message: string, fields: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields: Readonly<Record<string, unknown>>): void;
}
