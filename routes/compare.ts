/**
 * `/compare`: what polling, long-polling and WebSocket cost, measured in the visitor's browser. The page takes its news
 * from here over all three: events (`{"tick":1,"at":…}`), and echoes (`{"echo":"…","at":…}`) of what it sends.
 *
 * @module
 */
import { defineRoute, type StartContext } from "sockeye";
import { pageResponse } from "./_compare/page.ts";
import { requestHeadBytes, switchingProtocolsBytes } from "./_compare/handshake_bytes.ts";

/** Twenty times a second, of which each peer gets as many as it asked for. */
const TICK_INTERVAL_MS = 50;
const TICKS_PER_SECOND = 1_000 / TICK_INTERVAL_MS;

let server: StartContext | undefined;
let timer: ReturnType<typeof setInterval> | undefined;
let ticks = 0;

/** The page. */
export function get(request: Request): Promise<Response> {
  return pageResponse(request);
}

export default defineRoute("/compare", {
  // No extension: what its 101 and its frames weigh is then what RFC 6455 says.
  options: { maxMessageBytes: 1_024, messageRate: 20, perMessageDeflate: false },
  start(context) {
    server = context;
  },
  upgrade(request) {
    const { searchParams } = new URL(request.url);
    // As a proxy answers that knows no WebSocket.
    if (searchParams.has("blocked")) return new Response("Refused, as it was asked to be.\n", { status: 502 });
    return { context: { every: everyOf(searchParams.get("rate")), requestHeadBytes: requestHeadBytes(request) } };
  },
  open(peer) {
    const { requestHeadBytes } = peer.context;
    const heads = { requestHeadBytes, responseHeadBytes: switchingProtocolsBytes };
    peer.send(JSON.stringify({ peer: peer.id, ...heads, at: now() }));
    startTicking();
  },
  resume: startTicking,
  message: (peer, message) => void peer.send(JSON.stringify({ echo: message.text(), at: now() })),
  close() {
    if (server?.peers.size === 0) stopTicking();
  },
  stop() {
    stopTicking();
    server = undefined;
  },
});

/** Every how many ticks a peer gets one, from how many it wants each second. */
function everyOf(rate: string | null): number {
  return TICKS_PER_SECOND / Math.min(TICKS_PER_SECOND, Math.max(1, Math.trunc(Number(rate)) || 4));
}

function tick(): void {
  ticks++;
  const at = now();
  for (const peer of server?.peers.values() ?? []) {
    const { every } = peer.context as { readonly every: number };
    if (ticks % every < 1) peer.send(JSON.stringify({ tick: Math.trunc(ticks / every), at }));
  }
}

/** Milliseconds since 1970, by a clock that nobody sets back. */
function now(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 10) / 10;
}

function startTicking(): void {
  timer ??= setInterval(tick, TICK_INTERVAL_MS);
}

function stopTicking(): void {
  clearInterval(timer);
  timer = undefined;
}
