/**
 * What the handler queue of a connection needs where messages arrive compressed.
 *
 * @module
 */
import { MessageInflater, type SegmentSource, type ViolationName } from "../frame/mod.ts";
import type { DeflateContract } from "./deflate_contract.ts";
import type { Inflation } from "./handler_queue.ts";
import type { Turn } from "./turn.ts";

/** Inflation as it was agreed on. @param onViolation is told when a message cannot be inflated. */
export function inflationOf(
  { theirs }: DeflateContract,
  { maxMessageBytes }: { readonly maxMessageBytes: number },
  { buffers }: { readonly buffers: SegmentSource },
  turn: Turn,
  onViolation: (violation: ViolationName) => void,
): Inflation {
  const inflater = new MessageInflater({ ...theirs, maxMessageBytes }, buffers);
  return { inflater, onViolation, later: (goOn) => turn.later(goOn) };
}
