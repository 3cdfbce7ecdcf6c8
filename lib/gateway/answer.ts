/**
 * The answer to one request, whatever happens to it on the way.
 *
 * @module
 */
import { HttpError, type RequestHead, wantsKeepAlive } from "../http/mod.ts";
import type { ExchangeHost } from "./exchange_host.ts";
import { encodeRefusal } from "./refusal.ts";
import { type ResponseSink, writeResponse } from "./response_writer.ts";

/** Where an answer goes, and what becomes of the connection. */
export interface AnswerParts extends ResponseSink {
  readonly host: Pick<ExchangeHost, "date" | "failed">;
  readonly head: RequestHead;
  readonly remoteAddress: string;
  /** No further request is taken. */
  readonly isLast: boolean;
  /** Drops the connection at once. */
  destroy(): void;
}

/**
 * Writes it. What cannot be sent becomes a 500, or cuts the connection off where part of it is on its way.
 *
 * @returns true when the connection can be used for another request.
 */
export async function writeAnswer(response: Response, parts: AnswerParts): Promise<boolean> {
  const { host, head, signal } = parts;
  const framing = {
    isHead: head.method === "HEAD",
    version: head.version,
    keepAlive: wantsKeepAlive(head) && !parts.isLast,
    date: host.date,
  };
  let hasBegun = false;
  const write = (bytes: Uint8Array): void => {
    hasBegun = true;
    parts.write(bytes);
  };
  try {
    const isAlive = await writeResponse(response, framing, { write, drained: () => parts.drained(), signal });
    // Only then the next request: whoever pipelines must read, too.
    await parts.drained();
    return isAlive;
  } catch (error) {
    if (signal.aborted) return false;
    host.failed(error, head, parts.remoteAddress);
    if (!hasBegun) {
      parts.write(encodeRefusal(new HttpError(500, "Internal Server Error"), head, !framing.keepAlive, framing.date));
      return framing.keepAlive;
    }
    // A response cut short is all that can tell.
    parts.destroy();
    return false;
  }
}
