/**
 * A log that can be waited at.
 *
 * @module
 */
import type { RuntimeLog } from "../../lib/runtime/mod.ts";

/** Keeps every line, with what its fields say. */
export class LogLines implements RuntimeLog {
  readonly lines: string[] = [];
  #waiting: Array<{ readonly part: string; readonly resolve: (line: string) => void }> = [];

  warn(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#add("warn", message, fields);
  }

  error(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#add("error", message, fields);
  }

  /** The first line that has this in it, as soon as there is one. */
  until(part: string): Promise<string> {
    const found = this.lines.find((line) => line.includes(part));
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.#waiting.push({ part, resolve }));
  }

  #add(level: string, message: string, fields: Readonly<Record<string, unknown>>): void {
    const told = Object.entries(fields).sort().map(([name, value]) =>
      ` ${name}=${value instanceof Error ? value.message : value}`
    );
    const line = `${level} ${message}${told.join("")}`;
    this.lines.push(line);
    this.#waiting = this.#waiting.filter(({ part, resolve }) => {
      if (!line.includes(part)) return true;
      resolve(line);
      return false;
    });
  }
}
