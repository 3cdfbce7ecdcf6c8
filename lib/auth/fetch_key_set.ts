/**
 * Fetches a key set, within a time and a length.
 *
 * @module
 */
import type { JSONWebKeySet } from "jose";

/** A key set has some keys of some hundred bytes each. */
export const MAX_KEY_SET_BYTES = 256 * 1024;

/**
 * Fetches it. Redirects are not followed: where keys come from is what was configured.
 *
 * @throws {Error} with what is wrong, within `timeoutMs`.
 */
export async function fetchKeySet(url: URL, timeoutMs: number): Promise<JSONWebKeySet> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    const response = await fetch(url, {
      headers: { accept: "application/jwk-set+json, application/json" },
      redirect: "manual",
      signal: abort.signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the answer has the status ${response.status}`);
    }
    return keySetOf(await textOf(response));
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    // Leaving the loop cancels the body.
    if (text.length > MAX_KEY_SET_BYTES) throw new Error(`the answer is longer than ${MAX_KEY_SET_BYTES} bytes`);
  }
  return text + decoder.decode();
}

function keySetOf(text: string): JSONWebKeySet {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("the answer is not JSON");
  }
  const { keys } = (value ?? {}) as Partial<JSONWebKeySet>;
  if (!Array.isArray(keys)) throw new Error('the answer is no key set: it has no list "keys"');
  return { keys: keys.filter((key) => typeof key === "object" && key !== null) };
}
