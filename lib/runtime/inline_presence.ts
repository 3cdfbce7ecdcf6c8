/**
 * `peer.presence` as an inline handler sees it: checks what it is asked for and passes it to the connection.
 *
 * @module
 */
import { utf8Bytes } from "../frame/mod.ts";
import type { JoinOptions, Member, PeerPresence } from "../route/mod.ts";
import type { TopicCommands } from "../route/table.ts";
import { DONE, refused, unheard } from "./pending.ts";
import { kindOf } from "./sendable.ts";
import { checkTopicName } from "./topic_name.ts";

/** Longest key of a member, in UTF-16 code units. */
export const MAX_KEY_LENGTH = 256;

/** The most that a member's state may take, as JSON. */
export const MAX_STATE_BYTES = 1024;

/** Presence of one peer. */
export class InlinePresence implements PeerPresence {
  readonly #commands: () => TopicCommands;

  /** @param commands says whose they are now: the peer may have been lost to other code. */
  constructor(commands: () => TopicCommands) {
    this.#commands = commands;
  }

  join(topic: string, options?: JoinOptions): Promise<void> {
    const name = checkTopicName("presence.join", topic);
    const { key, state } = checkJoin(options);
    return done(() => this.#commands().join(name, key, state));
  }

  leave(topic: string): void {
    this.#commands().leave(checkTopicName("presence.leave", topic));
  }

  list(topic: string): Promise<readonly Member[]> {
    const name = checkTopicName("presence.list", topic);
    try {
      const members = this.#commands().members(name);
      return members instanceof Promise ? unheard(members) : Promise.resolve(members);
    } catch (error) {
      return refused(error);
    }
  }

  watch(topic: string): Promise<void> {
    const name = checkTopicName("presence.watch", topic);
    return done(() => this.#commands().watch(name));
  }

  unwatch(topic: string): void {
    this.#commands().unwatch(checkTopicName("presence.unwatch", topic));
  }
}

function done(ask: () => void | Promise<void>): Promise<void> {
  try {
    const pending = ask();
    return pending === undefined ? DONE : unheard(pending);
  } catch (error) {
    return refused(error);
  }
}

/** @throws {TypeError} */
function checkJoin(options: unknown): { readonly key: string; readonly state: string } {
  if (options !== undefined && (typeof options !== "object" || options === null)) {
    throw new TypeError(`peer.presence.join takes { key, state } as options, not ${kindOf(options)}`);
  }
  const { key, state = null } = (options ?? {}) as JoinOptions;
  return { key: key === undefined ? "" : checkKey(key), state: jsonOf(state) };
}

function checkKey(key: unknown): string {
  if (typeof key !== "string") {
    throw new TypeError(`peer.presence.join takes a string as "key", not ${kindOf(key)}`);
  }
  if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
    throw new TypeError(`peer.presence.join takes a "key" of 1 to ${MAX_KEY_LENGTH} characters, not ${key.length}`);
  }
  // It is written in UTF-8, which has no lone surrogates.
  if (!key.isWellFormed()) throw new TypeError('peer.presence.join takes a "key" without lone surrogates');
  return key;
}

function jsonOf(state: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(state);
  } catch (cause) {
    throw notJson(state, cause);
  }
  if (json === undefined) throw notJson(state);
  const bytes = utf8Bytes(json);
  if (bytes <= MAX_STATE_BYTES) return json;
  throw new TypeError(
    `peer.presence.join takes a "state" of at most ${MAX_STATE_BYTES} bytes of JSON, and this takes ${bytes}`,
  );
}

function notJson(state: unknown, cause?: unknown): TypeError {
  return new TypeError(`peer.presence.join takes what JSON can say as "state", not ${kindOf(state)}`, { cause });
}
