/**
 * Floods: what those do who come to keep a server from serving others.
 *
 * @module
 */
import net from "node:net";
import { handshakeRequest, maskedFrame } from "./raw_client.ts";

/** What is flooded with. */
export const FLOODS = {
  /** Connections that say nothing. */
  "connects": (from) => open(from),
  /** Handshakes that ask for a connection, get it or are refused, and come again. */
  "handshakes": (from) => open(from, { says: [handshakeRequest("/echo")], endsAfterAnswer: true }),
  /** Connections that are opened, and kept. */
  "connections": (from) => open(from, { says: [handshakeRequest("/echo")] }),
  /** Requests whose head goes on for ever, a byte at a time. */
  "slow heads": (from) => open(from, { says: [handshakeRequest("/echo").subarray(0, 40)], drips: true }),
  /** What is no HTTP. */
  "garbage": (from) => open(from, { says: [GARBAGE], endsAfterAnswer: true }),
  /** Messages, as fast as they go. */
  "messages": (from) => open(from, { says: [handshakeRequest("/echo"), MESSAGES], repeats: true }),
  /** Sessions of clients that poll, begun and left. */
  "poll sessions": (from) => open(from, { says: [POLL_SESSION], endsAfterAnswer: true }),
  /** Beginnings of TLS handshakes, which cost those who send them nothing; gone when the server has done its part. */
  "TLS handshakes": (from) => open(from, { says: [CLIENT_HELLO], endsAfterAnswer: true }),
} as const satisfies Readonly<Record<string, (from: FloodFrom) => Promise<void>>>;

/** Name of a flood. */
export type FloodKind = keyof typeof FLOODS;

/** Where it comes from, and goes to. */
export interface FloodFrom {
  readonly port: number;
  /** Of this machine: `127.0.0.9`. */
  readonly localAddress: string;
  /** Counts what it does. */
  readonly counts: { opened: number; refused: number; dropped: number };
}

interface Deeds {
  /** In this order, once it is connected. */
  readonly says?: readonly Uint8Array[];
  /** Closes when it has an answer. */
  readonly endsAfterAnswer?: boolean;
  /** Goes on with a byte now and then. */
  readonly drips?: boolean;
  /** Says the last again and again, as fast as it goes. */
  readonly repeats?: boolean;
}

/** With the end of a head in it, for else more of it is waited for. */
const GARBAGE = Uint8Array.from([...Array.from({ length: 512 }, (_, at) => at * 37 & 255), 13, 10, 13, 10]);
const MESSAGES = new Uint8Array(Array.from({ length: 64 }, () => [...maskedFrame(1, "x".repeat(64))]).flat());
const POLL_SESSION = new TextEncoder().encode(
  "POST /_sockeye/poll HTTP/1.1\r\nHost: 127.0.0.1\r\nSockeye-Route: /echo\r\nContent-Length: 0\r\n\r\n",
);
/** What a client of TLS 1.3 and 1.2 said once: whoever floods says the same again and again, and computes nothing. */
export const CLIENT_HELLO = Uint8Array.fromBase64(
  "FgMBAOsBAADnAwMHY1fPScZu8pzkhsfWPBChns1h5nqHZuQu02MWKNOvPSA1n2U8HlllKpYgtvNG/IrWP5H4k+9ixco8e0/aM3aYVwAUEwITARMD" +
    "wCzAK8ypwDDAL8yoAP8BAACKAC0AAgEBABcAAAAFAAUBAAAAAAAzACYAJAAdACAGne+VX+hZtCH0iMrBQ6qWDzSv1lwKsLZVHAZzgOL2IQAAAA4A" +
    "DAAACWxvY2FsaG9zdAANABYAFAUDBAMGAwgHCAYIBQgEBgEFAQQBACsABQQDBAMDACMAAAALAAIBAAAKAAoACAAdABcAGBHs",
);
/** First byte of a record that is part of a handshake. RFC 8446 §5.1. */
const HANDSHAKE_RECORD = 22;
/** So long a flooder stays whom nobody ends. */
const STAY_MS = 3_000;
const DRIP_MS = 50;

/** One connection, until it is over. */
function open({ port, localAddress, counts }: FloodFrom, deeds: Deeds = {}): Promise<void> {
  const { says = [], endsAfterAnswer, drips, repeats } = deeds;
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = net.connect({ port, host: "127.0.0.1", localAddress });
  let [isConnected, hasAnswer] = [false, false];
  // deadline: whom the server keeps waiting goes by itself
  const stay = setTimeout(() => socket.destroy(), STAY_MS);
  const drip = drips === true ? setInterval(() => isConnected && socket.write("x"), DRIP_MS) : undefined;
  const again = (): void => {
    while (!socket.destroyed && socket.write(says.at(-1)!));
  };
  socket.on("connect", () => {
    isConnected = true;
    counts.opened++;
    for (const bytes of says) socket.write(bytes);
    if (repeats === true) again();
  });
  if (repeats === true) socket.on("drain", again);
  socket.on("data", (bytes) => {
    const isTaken = bytes[0] === HANDSHAKE_RECORD || /^HTTP\/1\.1 (?:101|2)/.test(bytes.toString("latin1", 0, 16));
    if (!hasAnswer && !isTaken) counts.refused++;
    hasAnswer = true;
    if (endsAfterAnswer === true) socket.destroy();
  });
  socket.on("error", () => {}); // Told by "close".
  socket.on("close", () => {
    clearTimeout(stay);
    clearInterval(drip);
    if (isConnected && !hasAnswer) counts.dropped++;
    resolve();
  });
  return promise;
}
