/**
 * What the routes say of topics: which have a history, and how long it is.
 *
 * @module
 */
import type { HistoryRule } from "./backplane.ts";

/** Whoever says only `history: true` keeps this. */
export const DEFAULT_HISTORY: HistoryRule = { limit: 100, ttlMs: 300_000 };

/** What one route says of topics. */
export interface TopicSource {
  /** For errors: where it says so. */
  readonly file: string;
  /** By name, or by the beginning of it and `*`. */
  readonly topics?: Readonly<Record<string, { readonly history?: boolean | Partial<HistoryRule> }>>;
}

/** Two routes say different things of one topic. */
export class TopicRuleError extends Error {
  override readonly name = "TopicRuleError";
}

/** The rules of all routes together. */
export class TopicRules {
  readonly #exact = new Map<string, HistoryRule | undefined>();
  /** The longest beginning first: it says the most. */
  readonly #beginnings: ReadonlyArray<readonly [beginning: string, rule: HistoryRule | undefined]>;

  /**
   * Takes together what the routes say.
   *
   * @param yielding what they say of a topic counts where nobody else says anything of it.
   * @throws {TopicRuleError} that names both files.
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { TopicRules } from "./topic_rules.ts";
   *
   * const rules = new TopicRules([{ file: "chat.ts", topics: { "room:*": { history: { limit: 20 } } } }]);
   * assertEquals(rules.historyOf("room:1"), { limit: 20, ttlMs: 300_000 });
   * assertEquals(rules.historyOf("news"), undefined);
   * ```
   */
  constructor(sources: readonly TopicSource[] = [], yielding: readonly TopicSource[] = []) {
    const said = new Map<string, { readonly file: string; readonly rule: HistoryRule | undefined }>();
    const first = sources.length;
    for (const [at, { file, topics = {} }] of [...sources, ...yielding].entries()) {
      for (const [name, { history }] of Object.entries(topics)) {
        const rule = ruleOf(history);
        const other = said.get(name);
        if (other !== undefined && at >= first) continue;
        if (other !== undefined && !isSameRule(other.rule, rule)) {
          throw new TopicRuleError(
            `${file}: it says of the topic "${name}" what ${other.file} does not: let both say the same of its history`,
          );
        }
        said.set(name, { file, rule });
      }
    }
    const beginnings: [string, HistoryRule | undefined][] = [];
    for (const [name, { rule }] of said) {
      if (name.endsWith("*")) beginnings.push([name.slice(0, -1), rule]);
      else this.#exact.set(name, rule);
    }
    this.#beginnings = beginnings.sort(([a], [b]) => b.length - a.length);
  }

  /** How much of a topic is kept; undefined for none of it. */
  historyOf(topic: string): HistoryRule | undefined {
    if (this.#exact.size > 0 && this.#exact.has(topic)) return this.#exact.get(topic);
    for (const [beginning, rule] of this.#beginnings) if (topic.startsWith(beginning)) return rule;
    return undefined;
  }
}

/** Whether two rules keep the same. */
export function isSameRule(one: HistoryRule | undefined, other: HistoryRule | undefined): boolean {
  return one?.limit === other?.limit && one?.ttlMs === other?.ttlMs;
}

function ruleOf(history: boolean | Partial<HistoryRule> | undefined): HistoryRule | undefined {
  if (history === undefined || history === false) return undefined;
  return history === true ? DEFAULT_HISTORY : { ...DEFAULT_HISTORY, ...history };
}
