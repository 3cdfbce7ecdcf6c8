/**
 * Histories in Redis.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { HistoryRule, Replay, StoredEnvelope } from "../pubsub/mod.ts";
import { messageOf } from "../route/table.ts";
import type { SubscribeOptions } from "../subprotocol/mod.ts";
import { decodeEnvelope } from "./envelope.ts";
import type { Append, StoreOutcome } from "./held_appends.ts";
import { isDemoted, isNoScript, outcomeOf } from "./redis_errors.ts";
import { type RedisSpace, topicNames } from "./redis_names.ts";
import { APPEND_SCRIPT, READ_SCRIPT } from "./redis_scripts.ts";

/** What histories are kept with. */
export interface RedisHistoryParts {
  /** Sends a command; what it answers comes as bytes. Rejects when the session ends. */
  command(words: ReadonlyArray<string | Buffer>): Promise<unknown>;
  readonly space: RedisSpace;
  /** The server is none to write to. */
  demoted(reason: string): void;
}

/** An append that is made again within this time is stored once. Longer than one may wait. */
const ID_TTL_MS = 120_000;
/** A topic that nobody publishes to or reads keeps its epoch for so many times as long as publications count, and ... */
const PLACE_FACTOR = 12;
/** ... at least so long. */
const MIN_PLACE_MS = 24 * 60 * 60 * 1000;

interface LoadedScript {
  readonly text: string;
  readonly sha: string;
}

/** The histories of one session. */
export class RedisHistory {
  readonly #parts: RedisHistoryParts;
  readonly #append: LoadedScript;
  readonly #read: LoadedScript;

  private constructor(parts: RedisHistoryParts, append: LoadedScript, read: LoadedScript) {
    this.#parts = parts;
    this.#append = append;
    this.#read = read;
  }

  /** Loads the scripts. */
  static async open(parts: RedisHistoryParts): Promise<RedisHistory> {
    const [append, read] = await Promise.all([APPEND_SCRIPT, READ_SCRIPT].map(async (text) => {
      const sha = await parts.command(["SCRIPT", "LOAD", text]);
      return { text, sha: String(sha) };
    }));
    return new RedisHistory(parts, append!, read!);
  }

  async store(topic: string, rule: HistoryRule, batch: readonly Append[]): Promise<readonly StoreOutcome[]> {
    const { space, demoted } = this.#parts;
    const names = topicNames(space, topic);
    const keys = [names.log, names.place, ...batch.map(({ id }) => names.id + id)];
    const values = [
      names.live,
      String(ID_TTL_MS),
      ...batch.map(({ bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
    ];
    try {
      const offsets = await this.#run(this.#append, keys, [...placeValues(rule), ...values]);
      return (offsets as readonly Buffer[]).map(Number);
    } catch (error) {
      if (isDemoted(error)) demoted(messageOf(error));
      return batch.map(() => outcomeOf(error));
    }
  }

  async read(topic: string, rule: HistoryRule, { since, last = 0 }: SubscribeOptions): Promise<Replay> {
    const { log, place } = topicNames(this.#parts.space, topic);
    const asked = [since?.epoch ?? "", String(since?.offset ?? -1), String(Math.min(last, rule.limit))];
    const reply = await this.#run(this.#read, [log, place], [...placeValues(rule), ...asked]);
    const [epoch, offset, isRecovered, ...rest] = reply as readonly Buffer[];
    const envelopes: StoredEnvelope[] = [];
    for (let at = 0; at + 1 < rest.length; at += 2) {
      const envelope = decodeEnvelope(rest[at + 1]!);
      if (envelope !== undefined) envelopes.push({ ...envelope, offset: Number(rest[at]) });
    }
    const position = { epoch: String(epoch), offset: Number(offset) };
    return { isRecovered: String(isRecovered) === "1", envelopes, position };
  }

  async #run({ text, sha }: LoadedScript, keys: readonly string[], values: ReadonlyArray<string | Buffer>) {
    const { command } = this.#parts;
    const rest = [String(keys.length), ...keys, ...values];
    try {
      return await command(["EVALSHA", sha, ...rest]);
    } catch (error) {
      if (!isNoScript(error)) throw error;
      return await command(["EVAL", text, ...rest]);
    }
  }
}

/** What both scripts begin with. The epoch counts only where there is none. */
function placeValues({ limit, ttlMs }: HistoryRule): string[] {
  const placeMs = Math.max(PLACE_FACTOR * ttlMs, MIN_PLACE_MS);
  const epoch = crypto.randomUUID().replaceAll("-", "");
  return [String(limit), String(ttlMs), epoch, String(placeMs)];
}
