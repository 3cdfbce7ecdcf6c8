/**
 * Small changes to bytes: what a fuzzer does to an input that works.
 *
 * @module
 */
import { concat } from "../frame/recorder.ts";
import type { Random } from "./random.ts";

/** Inputs do not grow beyond this many bytes. */
const MAX_INPUT_BYTES = 4096;

/** Bytes at which frames, UTF-8 and HTTP change their minds. */
const INTERESTING = [
  0,
  1,
  0x0a,
  0x0d,
  0x20,
  0x30,
  0x3a,
  0x7d,
  0x7e,
  0x7f,
  0x80,
  0x88,
  0x89,
  0xbf,
  0xc2,
  0xed,
  0xf4,
  0xff,
];

type Mutation = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    return changed(bytes, random, (byte) => byte ^ (1 << random.below(8)));
  },
  function setByte(bytes, random) {
    return changed(bytes, random, () => random.below(256));
  },
  function setInteresting(bytes, random) {
    return changed(bytes, random, () => random.pick(INTERESTING));
  },
  function insert(bytes, random) {
    const at = random.below(bytes.length + 1);
    const inserted = Uint8Array.from({ length: 1 + random.below(4) }, () => random.pick(INTERESTING));
    return concat(bytes.subarray(0, at), inserted, bytes.subarray(at));
  },
  function remove(bytes, random) {
    const at = random.below(bytes.length + 1);
    return concat(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8)));
  },
  function repeat(bytes, random) {
    const at = random.below(bytes.length + 1);
    const part = bytes.subarray(at, at + 1 + random.below(32));
    return concat(
      bytes.subarray(0, at),
      ...Array.from({ length: 1 + random.below(4) }, () => part),
      bytes.subarray(at),
    );
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length + 1));
  },
  function splice(bytes, random, others) {
    const other = random.pick(others);
    return concat(bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1)));
  },
  function append(bytes, random, others) {
    return concat(bytes, random.pick(others));
  },
];

/** A copy of `bytes` with one to five changes; `others` are what it may be joined with. */
export function mutate(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let result = bytes;
  for (let left = 1 + random.below(5); left > 0; left--) result = random.pick(MUTATIONS)(result, random, others);
  return new Uint8Array(result.subarray(0, MAX_INPUT_BYTES));
}

function changed(bytes: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array {
  const result = new Uint8Array(bytes);
  const at = random.below(bytes.length);
  if (bytes.length > 0) result[at] = change(result[at]!);
  return result;
}
