/**
 * One stretch of memory that TypeScript and the SIMD kernel share: what lies in it is unmasked and copied several times
 * as fast as elsewhere.
 *
 * Reads and writes go straight to and from it, like to any `Uint8Array`. It is reserved once, since growing would detach
 * every array made of it; a page costs memory when it is first touched, and stays.
 *
 * @module
 */
import { KERNEL_BINARY } from "./kernel_binary.ts";

/** The functions of `kernel.wat`; addresses count from the beginning of the arena. */
export interface Kernel {
  /** XORs `[at, end)` with the key. Returns 0x80 when a resulting byte is above 0x7F, otherwise 0. */
  readonly mask: (at: number, end: number, key: number) => number;
  /**
   * Writes an unmasked frame of at most 65 535 bytes, `first` being FIN, RSV and opcode. The payload is copied, to a place
   * that it does not overlap. Returns its length.
   */
  readonly frame: (to: number, first: number, from: number, length: number) => number;
  /**
   * Unmasks the plain frames that lie whole in `[at, end)` and writes {@linkcode PLAIN_FRAME_WORDS} words for each to
   * the table. Returns their number; stops before the first frame that is anything else.
   */
  readonly walk: (
    at: number,
    end: number,
    maxLength: number,
    rsv: number,
    table: number,
    limit: number,
  ) => number;
}

/** Words of one entry of the walk's table: where the payload begins, and its length and form. */
export const PLAIN_FRAME_WORDS = 2;

/** The second word is `length << PLAIN_FRAME_SHIFT | form`: see message_form.ts. */
export const PLAIN_FRAME_SHIFT = 3;

/** Enough for the buffers of thousands of busy connections; who comes later makes do with ordinary arrays. */
const ARENA_BYTES = 64 * 1024 * 1024;

/** The unit of WebAssembly's memory. The first page is the kernel's table. */
const PAGE_BYTES = 64 * 1024;

/** Entries of the table in the first page. */
export const TABLE_LIMIT = 1024;

interface Span {
  start: number;
  end: number;
}

/** The memory, its kernel, and which parts of it are free. */
export class Arena {
  readonly buffer: ArrayBuffer;
  readonly kernel: Kernel;
  /** The table that {@linkcode Kernel.walk} writes at address 0. */
  readonly table: Int32Array<ArrayBuffer>;
  /** In ascending order, none touching the next. */
  readonly #free: Span[];

  /** @throws {Error} where the engine has no SIMD, or no memory to reserve. */
  constructor(byteLength: number = ARENA_BYTES) {
    const pages = Math.ceil(byteLength / PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const module = new WebAssembly.Module(Uint8Array.fromBase64(KERNEL_BINARY));
    // Only a memory that is made to be shared has a `SharedArrayBuffer`.
    this.buffer = memory.buffer as ArrayBuffer;
    const { mask, frame, walk } = new WebAssembly.Instance(module, { arena: { memory } })
      .exports as unknown as Kernel;
    // An object of its own: a property of `exports` is looked up by its name with every call.
    this.kernel = { mask, frame, walk };
    this.table = new Int32Array(this.buffer, 0, TABLE_LIMIT * PLAIN_FRAME_WORDS);
    this.#free = [{ start: PAGE_BYTES, end: pages * PAGE_BYTES }];
  }

  /** Bytes that nobody has. */
  get freeBytes(): number {
    return this.#free.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** A part that nobody else has, or `undefined` when none is left. Its content is undefined. */
  take(byteLength: number): Uint8Array<ArrayBuffer> | undefined {
    const index = this.#free.findIndex(({ start, end }) => end - start >= byteLength);
    const span = this.#free[index];
    if (span === undefined) return undefined;
    const { start } = span;
    span.start += byteLength;
    if (span.start === span.end) this.#free.splice(index, 1);
    return new Uint8Array(this.buffer, start, byteLength);
  }

  /** Takes back, once, what {@linkcode take} gave. */
  give(part: Uint8Array<ArrayBuffer>): void {
    const start = part.byteOffset;
    const end = start + part.length;
    const free = this.#free;
    let low = 0;
    for (let high = free.length; low < high;) {
      const middle = (low + high) >> 1;
      if (free[middle]!.start < start) low = middle + 1;
      else high = middle;
    }
    const before = free[low - 1];
    const after = free[low];
    const joinsBefore = before !== undefined && before.end === start;
    const joinsAfter = after !== undefined && after.start === end;
    if (joinsBefore && joinsAfter) {
      before.end = after.end;
      free.splice(low, 1);
    } else if (joinsBefore) before.end = end;
    else if (joinsAfter) after.start = start;
    else free.splice(low, 0, { start, end });
  }

  /** True for an array that lies in this memory. */
  holds(bytes: Uint8Array): boolean {
    return bytes.buffer === this.buffer;
  }
}

let shared: Arena | undefined;
let isTried = false;

/** The arena of this isolate, made when it is first asked for; `undefined` where it cannot be had. */
export function sharedArena(): Arena | undefined {
  if (isTried) return shared;
  isTried = true;
  try {
    shared = new Arena();
  } catch {
    // Without SIMD, or with address space that is limited: everything works as well, and slower.
  }
  return shared;
}

// The accessor `buffer` alone costs 15 ns, half of what 64 bytes do: the array looked at last is remembered.
let lastArray: Uint8Array | undefined;
let lastPlace = -1;

/** Where an array begins in the shared arena; -1 when it lies elsewhere. */
export function placeOf(bytes: Uint8Array): number {
  if (bytes === lastArray) return lastPlace;
  lastArray = bytes;
  return lastPlace = shared !== undefined && shared.holds(bytes) ? bytes.byteOffset : -1;
}

let lastView: Uint8Array | undefined;
let lastViewPlace = -1;

/** A view of `bytes[start, end)`, remembered by {@linkcode placeOfView}: it is the likeliest to be sent. */
export function viewOfPart(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): Uint8Array<ArrayBuffer> {
  const place = placeOf(bytes);
  if (place === -1) return bytes.subarray(start, end);
  // A `subarray` takes half as long again.
  const view = new Uint8Array(shared!.buffer, place + start, end - start);
  lastView = view;
  lastViewPlace = place + start;
  return view;
}

/** Where a view begins in the shared arena if {@linkcode viewOfPart} made it last; -1 when that is not known. */
export function placeOfView(view: Uint8Array): number {
  return view === lastView ? lastViewPlace : -1;
}
