/**
 * A place for route code where the test itself is the code: it sees each record, and says what it likes.
 *
 * @module
 */
import type { RouteDescriptor } from "../../../../lib/route/table.ts";
import { BatchWriter } from "../../../../lib/runtime/remote/batch_writer.ts";
import type { Channel, ChannelEvents } from "../../../../lib/runtime/remote/channel.ts";
import { walkRecords } from "../../../../lib/runtime/remote/record_reader.ts";
import { DOWN, MAX_RECORD_BYTES, UP } from "../../../../lib/runtime/remote/wire.ts";
import { recordsOf, type SeenRecord, turns, valueOf } from "./records.ts";

/** A route as the scripted code describes it. */
export function descriptor(more: Partial<RouteDescriptor> = {}): RouteDescriptor {
  return {
    pattern: "/",
    file: "code.ts",
    isWebSocket: true,
    hasUpgrade: false,
    canResume: true,
    methods: ["GET", "POST"],
    options: {},
    ...more,
  };
}

/** What is answered to a record; false for what well-behaved code would answer. */
export type Reaction = (record: SeenRecord, life: ScriptedLife) => boolean | void;

/** One life of scripted code. */
export class ScriptedLife implements Channel {
  /** What it was told. */
  readonly seen: SeenRecord[] = [];
  isKilled = false;
  /** While it is set, a batch is under way until it resolves. */
  sending: Promise<void> | undefined;
  readonly #events: ChannelEvents;
  readonly #react: Reaction;
  #isClosed = false;

  constructor(events: ChannelEvents, react: Reaction) {
    this.#events = events;
    this.#react = react;
  }

  send(batch: Uint8Array<ArrayBuffer>): void | Promise<void> {
    for (const record of recordsOf(batch)) {
      this.seen.push(record);
      queueMicrotask(() => {
        if (!this.#isClosed && this.#react(record, this) !== true) this.#behave(record);
      });
    }
    return this.sending;
  }

  kill(): void {
    this.isKilled = true;
    this.end("it was killed");
  }

  /** It ends by itself. */
  end(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.onClosed(reason);
  }

  /** Says some records, in one batch, whose bytes are not the same any more when it is through. */
  say(put: (writer: BatchWriter) => void): void {
    const writer = new BatchWriter();
    put(writer);
    const batch = writer.take();
    walkRecords(batch, batch.length, MAX_RECORD_BYTES, this.#events.take);
    batch.fill(0xee);
  }

  /** The records of one kind that it was told. */
  of(kind: number): SeenRecord[] {
    return this.seen.filter((record) => record.kind === kind);
  }

  #behave(record: SeenRecord): void {
    const { kind, id } = record;
    if (kind === DOWN.BOOT) this.say((writer) => writer.putValue(UP.READY, 0, 0, { descriptors: [descriptor()] }));
    else if (kind === DOWN.START || kind === DOWN.STOP) this.answer(id, undefined);
    else if (kind === DOWN.HALT || kind === DOWN.SUSPEND || kind === DOWN.RESUME || kind === DOWN.CLOSE) {
      this.answer((valueOf(record) as { readonly call: number }).call, undefined);
    } else if (kind === DOWN.PROBE) this.say((writer) => writer.putNumber(UP.ALIVE, 0, id, 1000));
  }

  /** Answers a call. */
  answer(id: number, value: unknown): void {
    this.say((writer) => writer.putValue(UP.ANSWER, 0, id, value));
  }
}

/** Scripted code, as often as it is started. */
export class ScriptedCode {
  readonly lives: ScriptedLife[] = [];
  /** May be changed at any time. */
  react: Reaction;

  constructor(react: Reaction = () => false) {
    this.react = react;
  }

  readonly open = (events: ChannelEvents): Channel => {
    const life = new ScriptedLife(events, (record, one) => this.react(record, one));
    this.lives.push(life);
    return life;
  };

  /** The life that began last. */
  get life(): ScriptedLife {
    return this.lives.at(-1)!;
  }

  /** Resolves when the life that began last was told so many records of a kind. */
  async told(kind: number, count = 1): Promise<SeenRecord> {
    for (let turn = 0; turn < 200 && this.life.of(kind).length < count; turn++) await turns(1);
    const record = this.life.of(kind)[count - 1];
    if (record === undefined) throw new Error(`${count} records of the kind ${kind} were not told`);
    return record;
  }
}

/** Bytes of a publication, as code packs it. */
export function publication(topic: string | Uint8Array, payload: string | Uint8Array, call = 1): Uint8Array {
  const bytes = (part: string | Uint8Array) => typeof part === "string" ? new TextEncoder().encode(part) : part;
  const name = bytes(topic);
  return Uint8Array.from([...numberBytes(call), name.length & 0xff, name.length >> 8, ...name, ...bytes(payload)]);
}

/** A number as a record carries it. */
export function numberBytes(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
