/**
 * A plug-in: what a peer says is POSTed to one URL, and what comes back is sent to the peer.
 *
 * The URL stands in `WEBHOOK_URL`; its host is the one host that the plug-in can connect to. Messages of a peer are posted
 * one after the other, in order; a text as `text/plain`, bytes as `application/octet-stream`, with the peer's id in
 * `x-peer-id`. An answer of 2xx with a body is sent back as what its type says; 204, or one without a body, is not. Any
 * other answer, or none within ten seconds, ends the peer with 1013: it may come again.
 *
 * @module
 */
import { defineRoute, type Peer } from "sockeye";

/** What the plug-in asks for. The host is the server's choice: `start` says when it was not granted. */
export const manifest = {
  name: "webhook",
  version: "1.0.0",
  permissions: { env: ["WEBHOOK_URL"] },
};

const TIMEOUT_MS = 10_000;
/** Longer answers are of no use to a peer. */
const MAX_ANSWER_BYTES = 256 * 1024;

let url = new URL("http://localhost");

export default defineRoute({
  async start() {
    url = new URL(Deno.env.get("WEBHOOK_URL") ?? "");
    const host = url.port === "" ? `${url.hostname}:${url.protocol === "https:" ? 443 : 80}` : url.host;
    const { state } = await Deno.permissions.query({ name: "net", host });
    if (state !== "granted") {
      throw new Error(`WEBHOOK_URL leads to ${host}; grant it: permissions: { net: ["${host}"] }`);
    }
  },

  /** There is nothing to carry over: peers stay open when the plug-in ends and is started again. */
  resume() {},

  async message(peer, message) {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": message.isText ? "text/plain" : "application/octet-stream", "x-peer-id": peer.id },
        body: message.isText ? message.text() : message.bytes(),
        redirect: "error",
        signal: AbortSignal.any([peer.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await answer(peer, response);
    } catch (error) {
      if (peer.signal.aborted) return;
      console.error(`webhook: ${error instanceof Error ? error.message : error}`);
      peer.close(1013, "the webhook cannot be reached");
    }
  },
});

async function answer(peer: Peer, response: Response): Promise<void> {
  if (!response.ok) {
    await response.body?.cancel();
    return peer.close(1013, `the webhook answered ${response.status}`);
  }
  const bytes = await bodyOf(response);
  if (bytes.length === 0) return;
  const type = response.headers.get("content-type") ?? "";
  peer.send(/^(?:text\/|application\/json)/.test(type) ? new TextDecoder().decode(bytes) : bytes);
}

/** @throws {Error} when it is too long: it is not read to its end then. */
async function bodyOf(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
