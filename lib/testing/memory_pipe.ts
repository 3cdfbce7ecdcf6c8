/**
 * One direction of a connection in memory: a bounded buffer between a writer and a reader, as a kernel keeps one.
 *
 * @module
 */

/** What one direction may be made to do. */
export interface PipeSetting {
  /** Bytes that fit between writer and reader; a write beyond that waits for the reader. */
  readonly capacityBytes: number;
  /** Most bytes one write takes: less than given makes it a partial write. */
  maxWriteBytes: number;
  /** Most bytes one read returns. */
  maxReadBytes: number;
  /** Called after every byte or end that moved. */
  readonly onActivity: () => void;
}

/** What a broken pipe tells its two ends. */
export interface PipeFailure {
  readonly forReader: Error;
  readonly forWriter: Error;
}

interface PendingRead {
  readonly buffer: Uint8Array;
  readonly resolve: (count: number | null) => void;
  readonly reject: (error: Error) => void;
}

interface PendingWrite {
  readonly bytes: Uint8Array;
  readonly resolve: (count: number) => void;
  readonly reject: (error: Error) => void;
}

/** Bytes on their way from one end to the other. At most one read and one write may be pending, as with a socket. */
export class MemoryPipe {
  readonly #setting: PipeSetting;
  #buffered: Uint8Array[] = [];
  #bufferedBytes = 0;
  #isEnded = false;
  #isStalled = false;
  #failure: PipeFailure | undefined;
  #read: PendingRead | undefined;
  #write: PendingWrite | undefined;

  constructor(setting: PipeSetting) {
    this.#setting = setting;
  }

  /** Bytes written and not yet read. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** True while a write waits for room. */
  get isWriting(): boolean {
    return this.#write !== undefined;
  }

  /** True while a read waits for bytes. */
  get isReading(): boolean {
    return this.#read !== undefined;
  }

  /** While true no write makes progress. */
  set isStalled(isStalled: boolean) {
    this.#isStalled = isStalled;
    this.#move();
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#read !== undefined) return Promise.reject(new Deno.errors.Busy("a read is pending already"));
    return new Promise((resolve, reject) => {
      this.#read = { buffer, resolve, reject };
      this.#move();
    });
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.#write !== undefined) return Promise.reject(new Deno.errors.Busy("a write is pending already"));
    return new Promise((resolve, reject) => {
      this.#write = { bytes, resolve, reject };
      this.#move();
    });
  }

  /** The writer is done: the reader gets what is buffered, then `null`. */
  end(): void {
    this.#isEnded = true;
    this.#move();
  }

  /** Nothing moves any more: what is buffered is lost, and reads and writes reject, the pending ones too. */
  fail(failure: PipeFailure): void {
    this.#failure ??= failure;
    this.#buffered = [];
    this.#bufferedBytes = 0;
    this.#move();
  }

  #move(): void {
    if (this.#failure !== undefined) return this.#rejectAll(this.#failure);
    // A read that makes room may let a write through, and that may satisfy the next read: two steps are enough, for
    // the next read or write is a call of its own.
    this.#takeWrite();
    this.#giveRead();
    this.#takeWrite();
  }

  #takeWrite(): void {
    const write = this.#write;
    if (write === undefined || this.#isStalled) return;
    if (this.#isEnded) {
      this.#write = undefined;
      return write.reject(new Deno.errors.BrokenPipe("the stream was closed for writing"));
    }
    const room = this.#setting.capacityBytes - this.#bufferedBytes;
    const count = Math.min(write.bytes.length, room, this.#setting.maxWriteBytes);
    if (count === 0 && write.bytes.length > 0) return;
    this.#write = undefined;
    if (count > 0) this.#buffered.push(write.bytes.slice(0, count));
    this.#bufferedBytes += count;
    this.#setting.onActivity();
    write.resolve(count);
    this.#giveRead();
  }

  #giveRead(): void {
    const read = this.#read;
    if (read === undefined) return;
    if (this.#bufferedBytes === 0) {
      if (!this.#isEnded) return;
      this.#read = undefined;
      this.#setting.onActivity();
      return read.resolve(null);
    }
    this.#read = undefined;
    const count = this.#copyTo(read.buffer.subarray(0, this.#setting.maxReadBytes));
    this.#setting.onActivity();
    read.resolve(count);
  }

  #copyTo(buffer: Uint8Array): number {
    let count = 0;
    while (count < buffer.length && this.#buffered.length > 0) {
      const first = this.#buffered[0]!;
      const part = first.subarray(0, buffer.length - count);
      buffer.set(part, count);
      count += part.length;
      if (part.length === first.length) this.#buffered.shift();
      else this.#buffered[0] = first.subarray(part.length);
    }
    this.#bufferedBytes -= count;
    return count;
  }

  #rejectAll({ forReader, forWriter }: PipeFailure): void {
    const { reject: rejectRead } = this.#read ?? {};
    const { reject: rejectWrite } = this.#write ?? {};
    this.#read = this.#write = undefined;
    if (rejectRead !== undefined || rejectWrite !== undefined) this.#setting.onActivity();
    rejectRead?.(forReader);
    rejectWrite?.(forWriter);
  }
}
