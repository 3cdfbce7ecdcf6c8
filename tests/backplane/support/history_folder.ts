/**
 * A folder of histories, gone after the test; and the threads that had it open, without threads.
 *
 * @module
 */
import { HistoryThread } from "../../../lib/backplane/history_thread.ts";
import type { HistoryOrder } from "../../../lib/backplane/history_file.ts";
import { type Answer, packQuestions, type Question } from "../../../lib/backplane/history_questions.ts";
import type { Envelope, HistoryRule, Replay } from "../../../lib/pubsub/mod.ts";
import type { Position, SubscribeOptions } from "../../../lib/subprotocol/mod.ts";

/** 1 January 2026, UTC. */
export const START_MS = Date.UTC(2026, 0, 1);

/** Keeps much, for long. */
export const RULE: HistoryRule = { limit: 100, ttlMs: 300_000 };

/** What a server would ask for, but that nothing is bounded narrowly. */
export const ORDER: Omit<HistoryOrder, "folder"> = {
  bootedAt: undefined,
  maxBytes: 1_000_000,
  maxEmptyTopics: 1_000,
  maxReplayBytes: 100_000,
};

/** An open history, and its time. */
export class OpenHistory {
  readonly folder: string;
  /** What was told of how it was opened, and since. */
  readonly notes: string[] = [];
  now: number;
  readonly #thread = new HistoryThread();

  /** @throws {Error} with what the thread says. */
  constructor(order: HistoryOrder, now: number) {
    this.folder = order.folder;
    this.now = now;
    const reply = this.#thread.reply({ kind: "open", order, now });
    if (reply.kind !== "opened") throw new Error(reply.kind === "failed" ? reply.message : reply.kind);
    this.notes.push(...reply.notes);
  }

  ask(...questions: Question[]): readonly Answer[] {
    const reply = this.#thread.reply({ kind: "ask", batch: packQuestions(questions, this.now) });
    if (reply.kind !== "answered") throw new Error(reply.kind === "failed" ? reply.message : reply.kind);
    this.notes.push(...reply.notes);
    return reply.answers;
  }

  /** @returns the offset, or why there is none. */
  append(topic: string, payload: Envelope["payload"] = "x", rule = RULE): number {
    return this.ask({ kind: "append", topic, rule, envelope: { payload, from: "p" } })[0] as number;
  }

  read(topic: string, request: SubscribeOptions = { last: 1_000 }): Replay {
    const [answer] = this.ask({ kind: "read", topic, request });
    if (typeof answer !== "object") throw new Error(String(answer));
    return answer;
  }

  /** The payloads of the last publications. */
  payloads(topic: string, last = 1_000): readonly unknown[] {
    return this.read(topic, { last }).envelopes.map(({ payload }) => payload);
  }

  /** Whether who is there can go on. */
  isRecovered(topic: string, since: Position): boolean {
    return this.read(topic, { since }).isRecovered;
  }

  /** Where a topic is. */
  position(topic = "a"): Position {
    return this.read(topic, {}).position;
  }

  /** @returns in how many milliseconds there is more to be cleared away. */
  sweep(): number {
    return this.ask({ kind: "sweep" })[0] as number;
  }

  close(): void {
    const reply = this.#thread.reply({ kind: "close" });
    if (reply.kind === "failed") throw new Error(reply.message);
  }
}

/** The folder. */
export class HistoryFolder implements Disposable {
  readonly root: string;
  readonly #opened: OpenHistory[] = [];
  #copies = 0;

  constructor() {
    this.root = Deno.makeTempDirSync({ prefix: "sockeye-history-" });
  }

  get path(): string {
    return `${this.root}/histories`;
  }

  get file(): string {
    return `${this.path}/history.db`;
  }

  /** Opens it, or a copy of it. */
  open(order: Partial<HistoryOrder> = {}, now = START_MS): OpenHistory {
    const history = new OpenHistory({ ...ORDER, folder: this.path, ...order }, now);
    this.#opened.push(history);
    return history;
  }

  /** The files as they are at this moment: what is found when the server is killed now. */
  copy(from = this.path): string {
    const folder = `${this.root}/copy-${this.#copies++}`;
    Deno.mkdirSync(folder);
    for (const ending of ["", "-wal"]) {
      try {
        Deno.copyFileSync(`${from}/history.db${ending}`, `${folder}/history.db${ending}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return folder;
  }

  /** Names of what is in it. */
  names(): readonly string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    for (const history of this.#opened) {
      try {
        history.close();
      } catch {
        // Its file was damaged on purpose.
      }
    }
    Deno.removeSync(this.root, { recursive: true });
  }
}
