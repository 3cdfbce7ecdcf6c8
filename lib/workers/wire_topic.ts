/**
 * Topics as records carry them: UTF-8, which has no half of a surrogate pair; a topic may have one.
 *
 * @module
 */

/** Begins a topic that is written as JSON, which escapes what UTF-8 cannot say. No character: Unicode gives it to nobody. */
const ESCAPED = "\ufdd0";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text that stands for a topic. */
export function wireTopic(topic: string): string {
  return topic.isWellFormed() && !topic.startsWith(ESCAPED) ? topic : ESCAPED + JSON.stringify(topic);
}

/** The topic whose text is `bytes[start, end)`. */
export function readTopic(bytes: Uint8Array, start: number, end: number): string {
  const text = decoder.decode(bytes.subarray(start, end));
  return text.startsWith(ESCAPED) ? JSON.parse(text.slice(ESCAPED.length)) : text;
}
