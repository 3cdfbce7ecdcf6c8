/**
 * Checks what a route says of topics.
 *
 * @module
 */
import { checkTopic } from "../pubsub/mod.ts";
import type { HistoryOptions, TopicOptions } from "../route/mod.ts";
import { messageOf, nearestName } from "../route/table.ts";

/** What each number of a history may be. */
const HISTORY = {
  limit: { least: 1, most: 10_000, what: "publications" },
  ttlMs: { least: 1000, most: 2_592_000_000, what: "milliseconds" },
} as const satisfies Readonly<Record<keyof HistoryOptions, unknown>>;

/**
 * Checks the `topics` of a route: names, or beginnings of names and `*`, and what each offers.
 *
 * @throws {TypeError}
 *
 * @example
 * ```ts
 * import { checkTopicOptions } from "./topic_options.ts";
 * import { assertThrows } from "@std/assert";
 *
 * checkTopicOptions({ "room:*": { history: { limit: 50 } } });
 * assertThrows(() => checkTopicOptions({ "room:*": { history: { limit: 0 } } }), TypeError, "from 1 to 10000");
 * ```
 */
export function checkTopicOptions(topics: unknown): Readonly<Record<string, TopicOptions>> {
  if (!isRecord(topics)) {
    throw new TypeError('its "topics" must be an object: topics: { "room:*": { history: true } }');
  }
  for (const [name, options] of Object.entries(topics)) {
    const problem = nameProblem(name) ?? optionsProblem(options);
    if (problem !== undefined) throw new TypeError(`its "topics" say of ${JSON.stringify(name)}: ${problem}`);
  }
  return topics as Readonly<Record<string, TopicOptions>>;
}

function nameProblem(name: string): string | undefined {
  const beginning = name.endsWith("*") ? name.slice(0, -1) : name;
  if (beginning.includes("*")) return 'a "*" may stand at the end only, for whatever follows';
  if (beginning === "" && name === "*") return undefined;
  try {
    checkTopic(beginning);
  } catch (error) {
    return `it is no topic: ${messageOf(error)}`;
  }
}

function optionsProblem(options: unknown): string | undefined {
  if (!isRecord(options)) return "it must be an object, as in { history: true }";
  const unknown = unknownKey(options, ["history"]);
  if (unknown !== undefined) return unknown;
  const { history } = options;
  if (history === undefined || typeof history === "boolean") return undefined;
  if (!isRecord(history)) return "history must be true, false or { limit, ttlMs }";
  return unknownKey(history, Object.keys(HISTORY), "history.") ?? historyProblem(history);
}

function historyProblem(history: Readonly<Record<string, unknown>>): string | undefined {
  for (const [key, { least, most, what }] of Object.entries(HISTORY)) {
    const value = history[key];
    if (value === undefined) continue;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most) continue;
    return `history.${key} must be a whole number of ${what} from ${least} to ${most}, not ${String(value)}`;
  }
}

function unknownKey(given: Readonly<Record<string, unknown>>, keys: readonly string[], where = ""): string | undefined {
  const wrong = Object.keys(given).find((key) => !keys.includes(key));
  if (wrong === undefined) return undefined;
  const nearest = nearestName(wrong, keys);
  const hint = nearest === undefined ? `allowed: ${keys.join(", ")}` : `did you mean "${nearest}"?`;
  return `unknown key "${where}${wrong}"; ${hint}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
