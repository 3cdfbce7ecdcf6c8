/**
 * What an ELF program or library needs to be loaded: read from its headers, as the loader itself would.
 *
 * @module
 */
import { ImageError } from "./image_error.ts";

/** The needs of one file. */
export interface ElfNeeds {
  /** `e_machine`: 62 for x86-64, 183 for AArch64. */
  readonly machine: number;
  /** Path of the loader that starts it; undefined for a library. */
  readonly interpreter: string | undefined;
  /** Names of the libraries it is linked with, in its order. */
  readonly libraries: readonly string[];
}

const MAGIC = 0x7f454c46;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;

/** Kinds of segments. */
const SEGMENT = { LOAD: 1, DYNAMIC: 2, INTERPRETER: 3 } as const;

/** Kinds of entries of the dynamic section. */
const DYNAMIC = { END: 0, NEEDED: 1, STRINGS: 5 } as const;

interface Segment {
  readonly kind: number;
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
}

/**
 * Reads the headers of a 64-bit little-endian ELF file.
 *
 * @param name of the file, for errors.
 * @throws {ImageError} when it is none, or ends too early.
 */
export function elfNeeds(file: Uint8Array<ArrayBuffer>, name: string): ElfNeeds {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  try {
    if (view.getUint32(0) !== MAGIC || view.getUint8(4) !== CLASS_64 || view.getUint8(5) !== LITTLE_ENDIAN) {
      throw new ImageError(`${name} is no 64-bit little-endian ELF file: there is no image for its architecture`);
    }
    const segments = segmentsOf(view);
    const interpreter = segments.find(({ kind }) => kind === SEGMENT.INTERPRETER);
    return {
      machine: view.getUint16(18, true),
      interpreter: interpreter === undefined ? undefined : textAt(file, interpreter.offset, name),
      libraries: librariesOf(file, view, segments, name),
    };
  } catch (error) {
    if (error instanceof RangeError) throw new ImageError(`${name} ends within its ELF headers: fetch it again`);
    throw error;
  }
}

function segmentsOf(view: DataView): readonly Segment[] {
  const table = wordAt(view, 32);
  const entryBytes = view.getUint16(54, true);
  return Array.from({ length: view.getUint16(56, true) }, (_none, index) => {
    const at = table + index * entryBytes;
    return {
      kind: view.getUint32(at, true),
      offset: wordAt(view, at + 8),
      address: wordAt(view, at + 16),
      bytes: wordAt(view, at + 32),
    };
  });
}

function librariesOf(
  file: Uint8Array<ArrayBuffer>,
  view: DataView,
  segments: readonly Segment[],
  name: string,
): readonly string[] {
  const dynamic = segments.find(({ kind }) => kind === SEGMENT.DYNAMIC);
  if (dynamic === undefined) return [];
  const names: number[] = [];
  let strings = 0;
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.bytes; at += 16) {
    const kind = wordAt(view, at);
    if (kind === DYNAMIC.END) break;
    if (kind === DYNAMIC.NEEDED) names.push(wordAt(view, at + 8));
    if (kind === DYNAMIC.STRINGS) strings = wordAt(view, at + 8);
  }
  // The table of strings is given by its address in memory.
  const home = segments.find(({ kind, address, bytes }) =>
    kind === SEGMENT.LOAD && strings >= address && strings < address + bytes
  );
  if (home === undefined) throw new ImageError(`${name} has a dynamic section without strings: fetch it again`);
  return names.map((offset) => textAt(file, strings - home.address + home.offset + offset, name));
}

/** A 64-bit number; files beyond 2^53 bytes there are none. */
function wordAt(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function textAt(file: Uint8Array, start: number, name: string): string {
  const end = file.indexOf(0, start);
  if (end < 0 || start > file.length) throw new ImageError(`${name} ends within a name: fetch it again`);
  return new TextDecoder().decode(file.subarray(start, end));
}
