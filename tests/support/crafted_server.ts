/**
 * A WebSocket server that does what a test says, right or wrong: it answers the handshake, and then hands over bytes.
 *
 * @module
 */
import { acceptKey } from "../../lib/handshake/mod.ts";

/** One connection after its 101. */
export interface CraftedConnection {
  readonly conn: Deno.Conn;
  /** The request head, with the empty line. */
  readonly request: string;
  /** Writes hexadecimal digits as bytes. */
  send(hex: string): Promise<void>;
  /** What comes next, as hexadecimal; "" at the end. */
  receive(): Promise<string>;
}

/** What may differ. */
export interface CraftedSetting {
  /** The whole answer to a request, or header lines to add to the 101. */
  readonly answer?: ((request: string) => string) | undefined;
  readonly fields?: string | undefined;
  /** Bytes that go out in one piece with the 101, as hexadecimal. */
  readonly behind?: string | undefined;
  /** Default: waits for the end of the connection. */
  readonly talk?: (connection: CraftedConnection) => Promise<void>;
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Listens on a free port of 127.0.0.1, for one connection after the other. */
export class CraftedServer implements AsyncDisposable {
  readonly #listener: Deno.Listener<Deno.Conn>;
  readonly #setting: CraftedSetting;
  readonly #serving: Promise<void>;
  readonly #open = new Set<Deno.Conn>();
  /** The request heads that came. */
  readonly requests: string[] = [];

  constructor(setting: CraftedSetting = {}) {
    this.#setting = setting;
    const place = { hostname: "127.0.0.1", port: 0 };
    this.#listener = setting.tls === undefined ? Deno.listen(place) : Deno.listenTls({ ...place, ...setting.tls });
    this.#serving = this.#serve();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#open) close(conn);
    await this.#serving;
  }

  async #serve(): Promise<void> {
    for (;;) {
      let conn: Deno.Conn;
      try {
        conn = await this.#listener.accept();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) return;
        continue; // A TLS handshake that the client gave up.
      }
      this.#open.add(conn);
      try {
        await this.#talk(conn);
      } catch {
        // The client has gone, or the test is over.
      }
      this.#open.delete(conn);
      close(conn);
    }
  }

  async #talk(conn: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const receive = async (): Promise<string> => {
      const count = await conn.read(buffer);
      return count === null ? "" : buffer.subarray(0, count).toHex();
    };
    let request = "";
    while (!request.includes("\r\n\r\n")) {
      const hex = await receive();
      if (hex === "") return;
      request += new TextDecoder().decode(Uint8Array.fromHex(hex));
    }
    this.requests.push(request);
    const { answer = this.#accept, behind = "", talk = untilEnd } = this.#setting;
    const head = new TextEncoder().encode(answer(request));
    await conn.write(Uint8Array.of(...head, ...Uint8Array.fromHex(behind)));
    const send = async (hex: string): Promise<void> => void await conn.write(Uint8Array.fromHex(hex));
    await talk({ conn, request, send, receive });
  }

  readonly #accept = (request: string): string => {
    const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1] ?? "";
    const { fields = "" } = this.#setting;
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${acceptKey(key)}\r\n${fields}\r\n`;
  };
}

async function untilEnd({ receive }: CraftedConnection): Promise<void> {
  while (await receive() !== "");
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It was closed before.
  }
}
