/**
 * The frames that the page has: so many of the latest, those of them that the filter lets through, and what is paused.
 *
 * @module
 */
import type { WireBatch, WireFrame } from "../wire.ts";
import { opcodeOf, previewOf } from "./frame_view.ts";

/** What is kept at most. */
export const STORE_LIMITS = { frames: 5000, bytes: 16 * 1024 * 1024 } as const;

/** Which frames are shown. */
export interface FrameFilter {
  readonly direction: "" | "in" | "out";
  /** Empty for all. */
  readonly opcode: "" | "text" | "binary" | "continuation" | "close" | "ping" | "pong" | "other";
  /** In what the list shows of it; empty for all. */
  readonly text: string;
}

/** All of them. */
export const NO_FILTER: FrameFilter = { direction: "", opcode: "", text: "" };

const OPCODES: Readonly<Record<string, number>> = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** The frames. */
export class FrameStore {
  /** Frames that the server had no room for. */
  notShown = 0;
  /** Frames that came altogether. */
  total = 0;
  #all: WireFrame[] = [];
  #shown: WireFrame[] = [];
  #bytes = 0;
  #filter = NO_FILTER;
  /** What has come since the pause, to be shown after it. */
  #paused: WireFrame[] | undefined;

  /** Those that the filter lets through, oldest first. */
  get shown(): readonly WireFrame[] {
    return this.#shown;
  }

  /** All that are kept, oldest first. */
  get all(): readonly WireFrame[] {
    return this.#all;
  }

  get isPaused(): boolean {
    return this.#paused !== undefined;
  }

  /** Frames that wait for the end of the pause. */
  get waiting(): number {
    return this.#paused?.length ?? 0;
  }

  get filter(): FrameFilter {
    return this.#filter;
  }

  set filter(filter: FrameFilter) {
    this.#filter = filter;
    this.#shown = this.#all.filter((frame) => passes(frame, filter));
  }

  add({ frames, notShown }: WireBatch): void {
    this.notShown += notShown;
    this.total += frames.length + notShown;
    if (this.#paused === undefined) return this.#append(frames);
    this.#paused.push(...frames);
    if (this.#paused.length > STORE_LIMITS.frames) this.#paused = this.#paused.slice(-STORE_LIMITS.frames);
  }

  pause(): void {
    this.#paused ??= [];
  }

  resume(): void {
    const waiting = this.#paused ?? [];
    this.#paused = undefined;
    this.#append(waiting);
  }

  clear(): void {
    this.#all = [];
    this.#shown = [];
    this.#bytes = this.notShown = this.total = 0;
    if (this.#paused !== undefined) this.#paused = [];
  }

  #append(frames: readonly WireFrame[]): void {
    for (const frame of frames) this.#bytes += sizeOf(frame);
    this.#all.push(...frames);
    this.#shown.push(...frames.filter((frame) => passes(frame, this.#filter)));
    let gone = 0;
    while (
      gone < this.#all.length - 1 &&
      (this.#all.length - gone > STORE_LIMITS.frames || this.#bytes > STORE_LIMITS.bytes)
    ) {
      this.#bytes -= sizeOf(this.#all[gone++]!);
    }
    if (gone === 0) return;
    this.#all = this.#all.slice(gone);
    const oldest = this.#all[0]!.n;
    const at = this.#shown.findIndex(({ n }) => n >= oldest);
    this.#shown = at === -1 ? [] : this.#shown.slice(at);
  }
}

function sizeOf({ p, c }: WireFrame): number {
  return 100 + p.length + (c?.b.length ?? 0);
}

function passes(frame: WireFrame, { direction, opcode, text }: FrameFilter): boolean {
  if (direction !== "" && frame.d !== direction) return false;
  if (opcode === "other") {
    if (Object.values(OPCODES).includes(opcodeOf(frame))) return false;
  } else if (opcode !== "" && opcodeOf(frame) !== OPCODES[opcode]) return false;
  return text === "" || previewOf(frame).toLowerCase().includes(text.toLowerCase());
}
