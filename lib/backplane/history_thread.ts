/**
 * What the thread does that has the histories: each message is answered by one.
 *
 * @module
 */
import { messageOf } from "../route/table.ts";
import { HistoryError, isCorruption } from "./history_error.ts";
import { HistoryFile, type HistoryOrder } from "./history_file.ts";
import { type Answer, type QuestionBatch, unpackQuestions } from "./history_questions.ts";

/** To the thread. The first is `open`, the last is `close`. */
export type ThreadRequest =
  | { readonly kind: "open"; readonly order: HistoryOrder; readonly now: number }
  | { readonly kind: "ask"; readonly batch: QuestionBatch }
  | { readonly kind: "close" };

/** From it. */
export type ThreadReply =
  /** Notes: what somebody who runs the server should know. */
  | { readonly kind: "opened"; readonly notes: readonly string[] }
  /** To the first questions, at least one; the others are to be asked again. */
  | { readonly kind: "answered"; readonly answers: readonly Answer[]; readonly notes: readonly string[] }
  | { readonly kind: "closed" }
  | { readonly kind: "failed"; readonly message: string };

/** The thread. */
export class HistoryThread {
  /** Undefined before it is opened, and after it is closed. */
  #file: HistoryFile | undefined;

  /** Answers one message. */
  reply(request: ThreadRequest): ThreadReply {
    try {
      if (request.kind === "ask") return this.#ask(request.batch);
      if (request.kind === "open") return this.#open(request.order, request.now);
      this.#close();
      return { kind: "closed" };
    } catch (error) {
      return { kind: "failed", message: messageOf(error) };
    }
  }

  #open(order: HistoryOrder, now: number): ThreadReply {
    this.#file = HistoryFile.open(order, now);
    return { kind: "opened", notes: this.#file.notes };
  }

  #ask(batch: QuestionBatch): ThreadReply {
    if (this.#file === undefined) {
      throw new HistoryError("the file of the histories is not open: start the server anew");
    }
    const questions = unpackQuestions(batch);
    try {
      return { kind: "answered", answers: this.#file.tables.answer(questions, batch.now), notes: [] };
    } catch (error) {
      const notes = isCorruption(error) ? this.#renew(this.#file, error, batch.now) : [];
      const failure = `the publication was not stored: ${messageOf(error)}`;
      return { kind: "answered", answers: this.#file.tables.answerReads(questions, batch.now, failure), notes };
    }
  }

  #renew(file: HistoryFile, reason: unknown, now: number): readonly string[] {
    this.#file = undefined;
    this.#file = file.renew(reason, now);
    return this.#file.notes;
  }

  #close(): void {
    const file = this.#file;
    this.#file = undefined;
    file?.close();
  }
}
