/**
 * What `peer.subscribe` may be told of where to begin.
 *
 * @module
 */
import type { Position, SubscribeOptions } from "../route/mod.ts";
import { kindOf } from "./sendable.ts";

/**
 * The options, without what is none of them.
 *
 * @throws {TypeError} that says what they may be.
 *
 * @example
 * ```ts
 * import { checkSubscribeOptions } from "./subscribe_options.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(checkSubscribeOptions({ last: 10 }), { last: 10 });
 * assertThrows(() => checkSubscribeOptions({ last: -1 }), TypeError, "a whole number");
 * ```
 */
export function checkSubscribeOptions(options: unknown): SubscribeOptions | undefined {
  if (options === undefined) return undefined;
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`peer.subscribe takes { since, last } as options, not ${kindOf(options)}`);
  }
  const { since, last } = options as Partial<Record<keyof SubscribeOptions, unknown>>;
  if (since !== undefined && !isPosition(since)) {
    throw new TypeError(
      `peer.subscribe takes a position { epoch, offset } as "since", as an earlier subscribe gave it, not ${
        kindOf(since)
      }`,
    );
  }
  if (last !== undefined && !isCount(last)) {
    throw new TypeError(`peer.subscribe takes a whole number from 0 on as "last", not ${kindOf(last)}`);
  }
  if (since === undefined) return last === undefined ? undefined : { last };
  const position = { epoch: since.epoch, offset: since.offset };
  return last === undefined ? { since: position } : { since: position, last };
}

/** Longest epoch; ours are much shorter. */
const MAX_EPOCH_LENGTH = 256;

function isPosition(value: unknown): value is Position {
  const { epoch, offset } = (value ?? {}) as Partial<Position>;
  return typeof epoch === "string" && epoch.length <= MAX_EPOCH_LENGTH && isCount(offset);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
