/**
 * What the server has been asked and has not answered yet, by id.
 *
 * @module
 */
import type { ServerMessage } from "./wire.ts";

/** Gets the answer; undefined: the connection ended before it came. */
export type OnAnswer = (answer: ServerMessage | undefined) => void;

/** More at a time end the connection. docs/PROTOCOL.md §From the client. */
export const MAX_UNANSWERED = 1_024;

/** The questions of one connection after the other. */
export interface Unanswered {
  /** True while nothing more may be asked. */
  isFull(): boolean;
  /** @returns the id to ask with. */
  begin(onAnswer: OnAnswer): number;
  /** An answer has come. */
  answer(id: number, answer: ServerMessage): void;
  /** No more answers will come. */
  endAll(): void;
}

/** For one client. */
export function createUnanswered(): Unanswered {
  const asked = new Map<number, OnAnswer>();
  let id = 0;
  return {
    isFull: () => asked.size >= MAX_UNANSWERED,
    begin(onAnswer) {
      while (asked.has(id)) id = id + 1 >>> 0;
      asked.set(id, onAnswer);
      return id;
    },
    answer(id, answer) {
      const onAnswer = asked.get(id);
      asked.delete(id);
      onAnswer?.(answer);
    },
    endAll() {
      const all = [...asked.values()];
      asked.clear();
      for (const onAnswer of all) onAnswer(undefined);
    },
  };
}
