/**
 * One connection: from `new WebSocket` over `hello` to its end.
 *
 * @module
 */
import type { ClientHeader } from "../subprotocol/mod.ts";
import { SUBPROTOCOL } from "../subprotocol/v1.ts";
import type { Clock } from "./clock.ts";
import { createHeartbeat, type Heartbeat, type HeartbeatTerms } from "./heartbeat.ts";
import { OPEN } from "./ready_state.ts";
import { type Payload, readServerMessage, type Received, type ServerMessage, withHeader } from "./wire.ts";

/** The part of a `WebSocket` that is used. */
export interface SocketLike {
  /** `arraybuffer` is set. */
  binaryType: string;
  /** 1 while it is open. */
  readonly readyState: number;
  /** Bytes that wait to be sent. */
  readonly bufferedAmount: number;
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /** The extensions that the server chose. */
  readonly extensions: string;
  /** Sends a message. */
  send(data: string | Uint8Array<ArrayBuffer> | Blob): void;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void;
  /** `open`, `message`, `error`, `close`. */
  addEventListener(type: string, listener: (event: object) => void): void;
}

/** A class such as `WebSocket`, or the one that the package `ws` exports. */
export type SocketConstructor = new (url: string, protocols: string[]) => SocketLike;

/** How a connection ended, or an attempt at one. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** Nobody has closed it, or it has not come about. */
export const FAILED: Ending = { code: 1006, reason: "", wasClean: false };

/** How long things may take. */
export interface LinkTerms extends HeartbeatTerms {
  readonly clock: Clock;
}

/** What happens to a connection. `ended` comes once, last, and for certain. */
export interface LinkEvents {
  /** @param peer its id; empty where the server does not speak `sockeye.v1`. */
  hasOpened(peer: string): void;
  message(message: ServerMessage): void;
  error(event: { readonly error?: unknown }): void;
  ended(ending: Ending): void;
}

/** One connection. */
export interface Link {
  /** The socket under it, for what is told of it. */
  readonly socket: SocketLike;
  /** Messages are as they are: the server does not speak `sockeye.v1`. */
  hasNoHeaders(): boolean;
  /** It is open, and nobody has begun to close it. */
  isWritable(): boolean;
  /** Sends a message with this header. */
  send(payload: Payload, header?: ClientHeader): void;
  /** Sends a header without a payload; where the server does not speak `sockeye.v1`, nothing. */
  tell(header: ClientHeader): void;
  /** Asks whether the server is there, and gives up after this time. */
  probe(timeoutMs: number): void;
  /** Ends it without waiting for anybody. */
  cutOff(reason: string): void;
}

/** Follows a socket from its construction on. The token is sent before anything else. */
export function createLink(
  socket: SocketLike,
  terms: LinkTerms,
  token: string | undefined,
  events: LinkEvents,
): Link {
  let heartbeat: Heartbeat | undefined;
  let isOpen = false;
  let isOver = false;
  const hasNoHeaders = () => socket.protocol !== SUBPROTOCOL;
  const tell = (header: ClientHeader) => hasNoHeaders() || socket.send(JSON.stringify(header));
  const isWritable = () => isOpen && socket.readyState === OPEN;
  const end = ({ code, reason, wasClean }: Ending) => {
    isOver = true;
    heartbeat?.stop();
    // Deno says 0 of a handshake that failed.
    events.ended({ code: code || 1006, reason, wasClean });
  };
  const cutOff = (reason: string) => {
    if (!isOver) end({ ...FAILED, reason });
    socket.close();
  };
  const opened = (peer: string) => {
    isOpen = true;
    if (!hasNoHeaders()) heartbeat = createHeartbeat(terms, () => tell(["ping"]), () => cutOff("no answer"));
    events.hasOpened(peer);
  };
  const on = <Kind>(type: string, listener: (event: Kind) => void) =>
    socket.addEventListener(type, (event) => isOver || listener(event as Kind));
  socket.binaryType = "arraybuffer";
  on("open", () => {
    if (hasNoHeaders()) opened("");
    else if (token !== undefined) tell(["auth", token]);
  });
  on("message", ({ data }: MessageEvent<Received>) => {
    if (hasNoHeaders()) return events.message({ header: [], payload: data });
    heartbeat?.heard();
    let message: ServerMessage;
    try {
      message = readServerMessage(data);
    } catch {
      return cutOff("no header");
    }
    const [kind, peer] = message.header;
    if (isOpen) events.message(message);
    else if (kind === "hello") opened(peer);
  });
  on("error", events.error);
  on("close", end);
  return {
    socket,
    hasNoHeaders,
    isWritable,
    send: (payload, header) => socket.send(hasNoHeaders() ? payload : withHeader(payload, header)),
    tell,
    probe: (timeoutMs) => isWritable() && heartbeat?.probe(timeoutMs),
    cutOff,
  };
}
