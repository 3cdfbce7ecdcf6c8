/**
 * Histories that survive the server: in an SQLite file, which a thread of its own writes.
 *
 * @module
 */
import type { Envelope, HistoryRule, HistoryStore, Replay } from "../pubsub/mod.ts";
import type { SubscribeOptions } from "../subprotocol/mod.ts";
import { HistoryError } from "./history_error.ts";
import { type Answer, packQuestions, type Question } from "./history_questions.ts";
import type { ThreadReply, ThreadRequest } from "./history_thread.ts";

/** The time, and an alarm. */
export interface HistoryClock {
  /** Milliseconds since 1970. */
  wallNow(): number;
  /** Calls once after `delayMs`; the function it returns cancels that. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** What may be left to the defaults. */
export const SQLITE_HISTORY_DEFAULTS = {
  /** Beyond so many bytes of all topics the oldest publications are dropped. */
  maxBytes: 64 * 1024 * 1024,
  /** A replay that would be larger is not given: its subscriber is told that it has missed something. */
  maxReplayBytes: 16 * 1024 * 1024,
  /** Beyond so many questions that wait for the disk, further ones are refused. */
  maxWaiting: 65_536,
  /** The same for the bytes of their payloads; a character counts as two. */
  maxWaitingBytes: 64 * 1024 * 1024,
} as const;

type Limits = Readonly<Record<keyof typeof SQLITE_HISTORY_DEFAULTS, number>>;

/** Where histories are kept, and what bounds them. */
export interface SqliteHistoryOptions extends Partial<Limits> {
  /** The folder, which is made where there is none. */
  readonly folder: string;
  readonly clock: HistoryClock;
  /** The module of the thread. Default: beside this one, as it is in the sources. */
  readonly worker?: URL;
  /**
   * When the machine started, in milliseconds since 1970. With it, a power cut is told from the end of a process, after
   * which nothing is missing; without it, every end is taken for that.
   */
  readonly bootedAt?: number | undefined;
  /** What somebody who runs the server should know: a file that was damaged, publications that may be missing. */
  warn(message: string): void;
}

/** Most questions, and bytes of payloads, that the thread is given at once. */
const MAX_BATCH = { questions: 4_096, bytes: 8 * 1024 * 1024 };

/** The first look for what is over, after the start. */
const FIRST_SWEEP_MS = 1_000;

/** A topic whose publications are all gone takes up to this. */
const BYTES_PER_EMPTY_TOPIC = 1_024;
const MAX_EMPTY_TOPICS = 100_000;

/** A question whose answer is waited for. */
interface Asked {
  readonly question: Question;
  readonly bytes: number;
  resolve(answer: Exclude<Answer, string>): void;
  reject(error: Error): void;
}

/** A store whose questions go to its thread in batches: one is under way, and what is asked meanwhile is the next. */
export class SqliteHistory implements HistoryStore {
  readonly #options: SqliteHistoryOptions & Limits;
  readonly #worker: Worker;
  /** Not sent yet. */
  #queue: Asked[] = [];
  #underWay: Asked[] = [];
  #waitingBytes = 0;
  #isScheduled = false;
  /** Who waits for the reply to something other than questions. */
  #requested: ((reply: ThreadReply) => void) | undefined;
  /** Why nothing can be asked any more. */
  #end: HistoryError | undefined;
  #closed: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;
  #cancelSweep = () => {};

  private constructor(options: SqliteHistoryOptions) {
    this.#options = { ...SQLITE_HISTORY_DEFAULTS, ...options };
    const entry = options.worker ?? new URL("./sqlite_history_worker.ts", import.meta.url);
    this.#worker = new Worker(entry, { type: "module", name: "sockeye histories" });
    this.#worker.onmessage = ({ data }: MessageEvent<ThreadReply>) => this.#take(data);
    this.#worker.onerror = (event) => {
      // Else it would be an error of the whole process.
      event.preventDefault();
      this.#take({ kind: "failed", message: `the thread of the histories has ended: ${event.message}` });
    };
  }

  /**
   * Opens the histories of a folder.
   *
   * @throws {HistoryError} for a folder that cannot be used, also because another server uses it.
   */
  static async open(options: SqliteHistoryOptions): Promise<SqliteHistory> {
    const history = new SqliteHistory(options);
    const { folder, bootedAt, clock, maxBytes, maxReplayBytes } = history.#options;
    const maxEmptyTopics = Math.min(MAX_EMPTY_TOPICS, Math.ceil(maxBytes / BYTES_PER_EMPTY_TOPIC));
    const order = { folder, bootedAt, maxBytes, maxReplayBytes, maxEmptyTopics };
    const reply = await history.#request({ kind: "open", order, now: clock.wallNow() });
    if (reply.kind !== "opened") throw history.#endWith(reply);
    for (const note of reply.notes) options.warn(note);
    history.#sweepIn(FIRST_SWEEP_MS);
    return history;
  }

  /** @throws {HistoryError} when it is not stored, or when too many wait for that. */
  append(topic: string, rule: HistoryRule, envelope: Envelope): Promise<number> {
    const { payload } = envelope;
    const bytes = typeof payload === "string" ? payload.length * 2 : payload.length;
    return this.#ask<number>({ kind: "append", topic, rule, envelope }, bytes);
  }

  /** @throws {HistoryError} when it cannot be read, or when too many wait for that. */
  read(topic: string, _rule: HistoryRule, request: SubscribeOptions): Promise<Replay> {
    return this.#ask<Replay>({ kind: "read", topic, request }, 0);
  }

  /** Answers what was asked, and closes the file. Whatever is asked then is refused. */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    if (this.#end !== undefined) return;
    const end = this.#end = new HistoryError("the histories are closed: the server is about to end");
    this.#cancelSweep();
    if (this.#queue.length > 0 || this.#underWay.length > 0) {
      await new Promise<void>((resolve) => this.#whenIdle = resolve);
    }
    // The thread may have ended meanwhile.
    if (this.#end !== end) return;
    const reply = await this.#request({ kind: "close" });
    this.#worker.terminate();
    if (reply.kind === "failed") this.#options.warn(`${this.#options.folder}: ${reply.message}`);
  }

  #ask<Known extends Exclude<Answer, string>>(question: Question, bytes: number): Promise<Known> {
    const refusal = this.#end ?? this.#tooMuch(bytes);
    if (refusal !== undefined) return Promise.reject(refusal);
    const { promise, resolve, reject } = Promise.withResolvers<Known>();
    // The thread answers each kind of question with its kind of answer.
    this.#queue.push({ question, bytes, resolve: resolve as Asked["resolve"], reject });
    this.#waitingBytes += bytes;
    if (!this.#isScheduled && this.#underWay.length === 0) {
      this.#isScheduled = true;
      // What else is asked in this turn goes with it.
      queueMicrotask(() => this.#send());
    }
    return promise;
  }

  #tooMuch(bytes: number): HistoryError | undefined {
    const { maxWaiting, maxWaitingBytes } = this.#options;
    const waiting = this.#queue.length + this.#underWay.length;
    if (waiting < maxWaiting && (this.#waitingBytes === 0 || this.#waitingBytes + bytes <= maxWaitingBytes)) return;
    return new HistoryError(
      `the disk does not keep up: ${waiting} questions and ${this.#waitingBytes} bytes wait for the histories`,
    );
  }

  #send(): void {
    this.#isScheduled = false;
    if (this.#underWay.length > 0 || this.#queue.length === 0) return;
    let count = 0;
    for (let bytes = 0; count < this.#queue.length && count < MAX_BATCH.questions; count++) {
      bytes += this.#queue[count]!.bytes;
      if (bytes > MAX_BATCH.bytes && count > 0) break;
    }
    this.#underWay = count === this.#queue.length ? this.#queue : this.#queue.slice(0, count);
    this.#queue = count === this.#queue.length ? [] : this.#queue.slice(count);
    const batch = packQuestions(this.#underWay.map(({ question }) => question), this.#options.clock.wallNow());
    this.#worker.postMessage({ kind: "ask", batch } satisfies ThreadRequest, [batch.bytes.buffer]);
  }

  #take(reply: ThreadReply): void {
    const requested = this.#requested;
    this.#requested = undefined;
    if (requested !== undefined) requested(reply);
    else if (reply.kind === "answered") this.#answered(reply);
    else this.#options.warn(this.#endWith(reply).message);
  }

  #answered({ answers, notes }: ThreadReply & { readonly kind: "answered" }): void {
    const asked = this.#underWay;
    this.#underWay = [];
    // Those that were not answered keep their place.
    if (answers.length < asked.length) this.#queue = [...asked.slice(answers.length), ...this.#queue];
    for (const note of notes) this.#options.warn(note);
    for (const [at, answer] of answers.entries()) this.#settle(asked[at]!, answer);
    this.#send();
    if (this.#underWay.length === 0) this.#whenIdle?.();
  }

  #settle({ bytes, resolve, reject }: Asked, answer: Answer): void {
    this.#waitingBytes -= bytes;
    if (typeof answer === "string") reject(new HistoryError(`${this.#options.folder}: ${answer}`));
    else resolve(answer);
  }

  #request(request: ThreadRequest): Promise<ThreadReply> {
    const { promise, resolve } = Promise.withResolvers<ThreadReply>();
    this.#requested = resolve;
    this.#worker.postMessage(request);
    return promise;
  }

  /** It is over: whoever waits is told. */
  #endWith(reply: ThreadReply): HistoryError {
    const error = new HistoryError(
      reply.kind === "failed" ? reply.message : `the thread of the histories says "${reply.kind}"`,
    );
    this.#end = error;
    this.#cancelSweep();
    this.#worker.terminate();
    const waiting = [...this.#underWay, ...this.#queue];
    [this.#underWay, this.#queue, this.#waitingBytes] = [[], [], 0];
    for (const { reject } of waiting) reject(error);
    this.#whenIdle?.();
    return error;
  }

  /** Clears away what is over, a little at a time, so that nothing else waits for it long. */
  #sweepIn(delayMs: number): void {
    this.#cancelSweep = this.#options.clock.setTimer(() => {
      this.#ask<number>({ kind: "sweep" }, 0).then((nextMs) => nextMs, () => FIRST_SWEEP_MS).then((nextMs) => {
        if (this.#end === undefined) this.#sweepIn(nextMs);
      });
    }, delayMs);
  }
}
