/**
 * `/`: the page for a browser; for a WebSocket, somebody who greets and answers.
 *
 * @module
 */
import { defineRoute } from "sockeye";
import { pageResponse } from "./_page/page.ts";

const MAX_QUOTED_CHARACTERS = 80;

/** The page. */
export function get(request: Request): Promise<Response> {
  return pageResponse(new URL(request.url).host);
}

export default defineRoute("/", {
  open(peer) {
    peer.send(`Hello from Sockeye. It is ${new Date().toISOString()}. Send me anything: text or binary.`);
  },
  message(peer, message) {
    const answer = message.isText
      ? answerToText(message.text(), message.byteLength)
      : `Got ${counted(message.byteLength, "byte")} of binary. /echo sends bytes back.`;
    if (!peer.send(answer)) return peer.drained();
  },
});

function answerToText(text: string, byteLength: number): string {
  if (text === "") return "Got an empty message: 0 characters, 0 bytes. That is allowed.";
  const { count, head } = measure(text);
  const quoted = head.length < text.length ? `${head}…` : head;
  return `Got “${quoted}”: ${counted(count, "character")}, ${counted(byteLength, "byte")} in UTF-8.`;
}

/** Number of code points, and the text of the first few of them. */
function measure(text: string): { readonly count: number; readonly head: string } {
  let count = 0;
  let end = 0;
  for (const character of text) {
    if (count < MAX_QUOTED_CHARACTERS) end += character.length;
    count++;
  }
  return { count, head: text.slice(0, end) };
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
