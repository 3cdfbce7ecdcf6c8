/**
 * A log that can be waited at.
 *
 * @module
 */
import type { RuntimeLog } from "../../lib/runtime/mod.ts";

/** A line that has not come by then comes no more: what did come says why. */
const DEADLINE_MS = 60_000;

/** Keeps every line, with what its fields say. */
export class LogLines implements RuntimeLog {
  readonly lines: string[] = [];
  #waiting: Array<{ readonly isMeant: (line: string) => boolean; readonly found: (line: string) => void }> = [];

  warn(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#add("warn", message, fields);
  }

  error(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#add("error", message, fields);
  }

  /** The first line that has one of these in it, as soon as there is one. */
  until(...parts: readonly string[]): Promise<string> {
    const isMeant = (line: string): boolean => parts.some((part) => line.includes(part));
    const found = this.lines.find(isMeant);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const told = this.lines.map((line) => `\n  ${line}`).join("") || " nothing";
        reject(
          new Error(`no line with ${parts.map((part) => JSON.stringify(part)).join(" or ")}; the log has:${told}`),
        );
      }, DEADLINE_MS);
      this.#waiting.push({
        isMeant,
        found(line) {
          clearTimeout(timer);
          resolve(line);
        },
      });
    });
  }

  #add(level: string, message: string, fields: Readonly<Record<string, unknown>>): void {
    const told = Object.entries(fields).sort().map(([name, value]) =>
      ` ${name}=${value instanceof Error ? value.message : value}`
    );
    const line = `${level} ${message}${told.join("")}`;
    this.lines.push(line);
    this.#waiting = this.#waiting.filter(({ isMeant, found }) => {
      if (!isMeant(line)) return true;
      found(line);
      return false;
    });
  }
}
