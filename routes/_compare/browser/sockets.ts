/**
 * A connection over each of the transports, behind one small interface.
 *
 * @module
 */
import type { Direction, Exchange } from "./traffic.ts";

/** What a lane hears of its connection. */
export interface SocketEvents {
  open(): void;
  message(text: string): void;
  /** It has ended, or could not be had: why, in a sentence. */
  close(words: string): void;
  /** A request was answered. */
  exchange(exchange: Exchange): void;
  /** A frame passed that is no message. */
  control(direction: Direction, payloadBytes: number): void;
}

/** A connection. */
export interface Socket {
  /** True where each message is a frame of its own on the wire, false where bodies carry them. */
  readonly isFramed: boolean;
  send(text: string): void;
  /** Nothing is heard of it after that but what it has still put on the wire. */
  close(): void;
}

/** Begins a connection. */
export type OpenSocket = (path: string, events: SocketEvents) => Socket | Promise<Socket>;

/** RFC 6455 §5.5.1: a Close frame carries a code of two bytes, which is echoed. */
const CLOSE_CODE_BYTES = 2;

/** What of a `WebSocket` is used here. */
interface SocketLike {
  readonly readyState: number;
  addEventListener(type: "open", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: string }) => void): void;
  addEventListener(type: "close", listener: (event: Ending) => void): void;
  send(text: string): void;
  close(code?: number): void;
}

/** What `/_sockeye/poll.js` gives: a class like `WebSocket`, whose connection is HTTP requests. */
export interface PollModule {
  pollSocket(terms: {
    readonly transport: "long-poll" | "poll";
    readonly intervalMs?: number;
    readonly onExchange?: (exchange: PolledExchange) => void;
  }): new (url: string, protocols?: string[]) => SocketLike;
}

/** As the module tells of it. */
interface PolledExchange extends Exchange {
  readonly kind: "begin" | "send" | "receive";
}

interface Ending {
  readonly code: number;
  readonly wasClean: boolean;
}

const CONNECTING = 0;
const OPEN = 1;

/** How often the polling lane asks. */
const POLL_INTERVAL_MS = 1_000;

/** A WebSocket of the browser's own. */
export const openWebSocket: OpenSocket = (path, events) => {
  const socket: SocketLike = new WebSocket(
    `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`,
  );
  let isClosing = false;
  let hasOpened = false;
  socket.addEventListener("open", () => {
    hasOpened = true;
    events.open();
  });
  socket.addEventListener("message", ({ data }) => events.message(data));
  socket.addEventListener("close", ({ code, wasClean }) => {
    if (wasClean && isClosing) events.control("down", CLOSE_CODE_BYTES);
    events.close(
      hasOpened ? `lost (${code}); trying again` : "no WebSocket: the server is gone, or something between blocks it",
    );
  });
  return {
    isFramed: true,
    send: (text) => socket.send(text),
    close() {
      isClosing = true;
      const end = () => {
        events.control("up", CLOSE_CODE_BYTES);
        socket.close(1000);
      };
      if (socket.readyState === OPEN) end();
      // A browser warns of one that is given up before it is open.
      else if (socket.readyState === CONNECTING) socket.addEventListener("open", end);
    },
  };
};

/**
 * Polling of one kind or the other.
 *
 * @param load gives the module; it is asked when it is needed, so that a lane without it does not stop the others.
 */
export function openPoll(transport: "long-poll" | "poll", load: () => Promise<PollModule>): OpenSocket {
  return async (path, events) => {
    const { pollSocket } = await load().catch(() => {
      throw new Error("the client for polling could not be loaded: is the server there?");
    });
    const onExchange = (exchange: PolledExchange) => events.exchange(withHead(exchange, heads));
    const heads = new Map<string, number>();
    const PollSocket = pollSocket({ transport, intervalMs: POLL_INTERVAL_MS, onExchange });
    const socket = new PollSocket(new URL(path, location.href).href);
    let hasOpened = false;
    socket.addEventListener("open", () => {
      hasOpened = true;
      events.open();
    });
    socket.addEventListener("message", ({ data }) => events.message(data));
    socket.addEventListener("close", ({ code }) => {
      events.close(hasOpened ? `lost (${code}); trying again` : "no answer: the server is gone, or has refused");
    });
    return { isFramed: false, send: (text) => socket.send(text), close: () => socket.close(1000) };
  };
}

/**
 * An exchange that was given up has brought no word of how long the head of its request was: it had the fields of the
 * one before it of its kind.
 */
function withHead(exchange: PolledExchange, heads: Map<string, number>): Exchange {
  const requestHeadBytes = exchange.requestHeadBytes || (heads.get(exchange.kind) ?? 0);
  heads.set(exchange.kind, requestHeadBytes);
  return { ...exchange, requestHeadBytes };
}
