/**
 * The client of `lib/terminal` as tests want it: on 127.0.0.1, with a known key and mask, and with a deadline.
 *
 * @module
 */
import { applyMask, type Frame, readMaskKey } from "../../lib/frame/mod.ts";
import * as crafted from "../../lib/terminal/crafted_frame.ts";
import { type OpeningRequest, openingText } from "../../lib/terminal/opening.ts";
import { latin1Bytes, RawClient as TerminalClient } from "../../lib/terminal/raw_client.ts";
import { CERT, IS_TLS } from "./certificates.ts";

export type { Incoming } from "../../lib/terminal/raw_client.ts";

/** How to connect. */
export interface ConnectSetting {
  readonly port: number;
  /** Default: `/echo`. */
  readonly path?: string;
  /** Header lines added to those of the handshake. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes that go out in one piece with the handshake request. */
  readonly early?: Uint8Array;
  /** Over TLS, with the certificate of the tests. Default: where the environment has servers speak it. */
  readonly isTls?: boolean;
}

const MASK_KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

/** So long a server may take to send what is waited for. */
const DEADLINE_MS = 30_000;

/** The head of a valid opening handshake. RFC 6455 §1.3. */
export function handshakeRequest(
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return latin1Bytes(openingText(requestOf(path, headers)));
}

/** A masked frame, as a client must send it. RFC 6455 §5.1. */
export function maskedFrame(
  opcode: number,
  payload: string | Uint8Array,
  rest: Partial<Frame> = {},
): Uint8Array<ArrayBuffer> {
  return crafted.maskedFrame(opcode, payload, { maskKey: MASK_KEY, ...rest });
}

/** The header of a masked frame that only claims to have this many bytes: no payload follows. */
export function maskedHeader(opcode: number, payloadBytes: bigint): Uint8Array<ArrayBuffer> {
  return crafted.maskedHeader(opcode, payloadBytes, MASK_KEY);
}

/** Masks a part of a payload that began `sent` bytes earlier, for frames that are sent in pieces. */
export function maskPart(bytes: Uint8Array<ArrayBuffer>, sent: number): Uint8Array<ArrayBuffer> {
  const turned = Uint8Array.from(MASK_KEY, (_byte, index) => MASK_KEY[(index + sent) & 3]!);
  applyMask(bytes, 0, bytes.length, readMaskKey(turned, 0));
  return bytes;
}

/**
 * One connection after its handshake.
 *
 * @example
 * ```ts ignore
 * import { RawClient } from "./raw_client.ts";
 *
 * using client = await RawClient.connect({ port: 4000, path: "/echo" });
 * await client.sendText("hello");
 * const answer = await client.next(); // { kind: "text", text: "hello" }
 * ```
 */
export class RawClient extends TerminalClient {
  // Over TLS it has less: who asks for that knows.
  declare readonly conn: Deno.TcpConn;

  /**
   * Connects and shakes hands.
   *
   * @throws {Error} with the status line and the body, when it is not a 101.
   */
  static async connect(
    { port, path = "/echo", headers = {}, early, isTls = IS_TLS }: ConnectSetting,
  ): Promise<RawClient> {
    const conn = await dial(port, isTls);
    const options = { early, maskKey: MASK_KEY, answerTimeoutMs: DEADLINE_MS };
    return await this.open(conn, requestOf(path, headers), options) as RawClient;
  }
}

/** A connection before its handshake; over TLS, one that sends what it is given at once, too. */
export async function dial(port: number, isTls: boolean = IS_TLS): Promise<Deno.TcpConn> {
  const to = { hostname: "127.0.0.1", port };
  if (!isTls) {
    const conn = await Deno.connect(to);
    conn.setNoDelay(true);
    return conn;
  }
  return await Deno.connectTls({ ...to, caCerts: [CERT] }) as Deno.Conn as Deno.TcpConn;
}

function requestOf(target: string, headers: Readonly<Record<string, string>>): OpeningRequest {
  const fields = {
    host: "127.0.0.1",
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
    ...headers,
  };
  return { target, fields: Object.entries(fields) };
}
