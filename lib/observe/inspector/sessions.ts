/**
 * Who is logged in to the inspector, and how often somebody may try.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../gateway/mod.ts";

/** What the sessions are made of. */
export interface SessionsParts {
  readonly token: string;
  readonly clock: Pick<Clock, "now">;
  /** Gives 32 random bytes. */
  random(): Uint8Array;
}

/** A login ends after this time, however much is done in it. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

/** Of these the oldest ends when another begins. */
const MAX_SESSIONS = 16;

/** So many wrong tokens within a minute, and then none is looked at until the minute is over. */
const MAX_WRONG = 10;
const WRONG_WINDOW_MS = 60_000;

/** The logins of one server. They end with it. */
export class Sessions {
  readonly #parts: SessionsParts;
  /** Digests of the ids, by which nobody can log in. */
  readonly #endsAt = new Map<string, number>();
  #wrong = 0;
  #wrongSince = -Infinity;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** @returns the id of a session; `"wrong"` for another token; `"too often"` after too many of those. */
  logIn(token: string): { readonly id: string } | "wrong" | "too often" {
    const now = this.#parts.clock.now();
    if (now - this.#wrongSince >= WRONG_WINDOW_MS) this.#wrong = 0;
    if (this.#wrong >= MAX_WRONG) return "too often";
    if (!isSame(token, this.#parts.token)) {
      if (this.#wrong++ === 0) this.#wrongSince = now;
      return "wrong";
    }
    const id = this.#parts.random().toBase64({ alphabet: "base64url", omitPadding: true });
    this.#endsAt.set(digest(id).toHex(), now + SESSION_MS);
    for (const oldest of this.#endsAt.keys()) {
      if (this.#endsAt.size <= MAX_SESSIONS) break;
      this.#endsAt.delete(oldest);
    }
    return { id };
  }

  /** Whether this is the id of a session that goes on. */
  has(id: string): boolean {
    const key = digest(id).toHex();
    const endsAt = this.#endsAt.get(key);
    if (endsAt === undefined) return false;
    if (this.#parts.clock.now() < endsAt) return true;
    this.#endsAt.delete(key);
    return false;
  }

  /** Ends a session. */
  logOut(id: string): void {
    this.#endsAt.delete(digest(id).toHex());
  }
}

/** Takes the same time whatever differs: digests have one length. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(text).digest());
}
