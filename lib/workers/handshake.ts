/**
 * How a worker finds its parent: by a port of loopback and a secret, which come through its standard input.
 *
 * Whoever is on this machine may connect to that port; without the secret, nothing is said to them.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";

/** Bytes of the port and of the secret. */
const PORT_BYTES = 2;
const SECRET_BYTES = 32;
export const TICKET_BYTES = PORT_BYTES + SECRET_BYTES;

/** A stranger who says nothing is not waited for. */
const SECRET_TIMEOUT_MS = 5_000;

/** So long after an accept that failed the next one is tried. */
const REST_MS = 10;

/** Waits for one worker. */
export class LinkDoor {
  readonly #listener: Deno.TcpListener;
  readonly #secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  #isClosed = false;

  /** @throws when this process may not listen on 127.0.0.1. */
  constructor() {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  }

  /** What the worker is to be sent. */
  get ticket(): Uint8Array<ArrayBuffer> {
    const ticket = new Uint8Array(TICKET_BYTES);
    new DataView(ticket.buffer).setUint16(0, this.#listener.addr.port);
    ticket.set(this.#secret, PORT_BYTES);
    return ticket;
  }

  /** The worker's connection; undefined when the door was closed before it came. */
  async admit(): Promise<Deno.TcpConn | undefined> {
    const { promise, resolve } = Promise.withResolvers<Deno.TcpConn | undefined>();
    void this.#accept(resolve);
    const stream = await promise;
    this.close();
    return stream;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.close();
  }

  async #accept(admitted: (stream: Deno.TcpConn | undefined) => void): Promise<void> {
    while (!this.#isClosed) {
      try {
        const stream = await this.#listener.accept();
        void this.#check(stream, admitted);
      } catch {
        // It was closed, somebody hung up before they came in, or there are too many files at the moment.
        if (!this.#isClosed) await new Promise((resolve) => setTimeout(resolve, REST_MS));
      }
    }
    admitted(undefined);
  }

  async #check(stream: Deno.TcpConn, admitted: (stream: Deno.TcpConn) => void): Promise<void> {
    const timer = setTimeout(() => stream.close(), SECRET_TIMEOUT_MS);
    try {
      const said = await readWhole(stream, new Uint8Array(SECRET_BYTES));
      clearTimeout(timer);
      if (!this.#isClosed && said !== undefined && timingSafeEqual(said, this.#secret)) {
        stream.setNoDelay(true);
        return admitted(stream);
      }
    } catch {
      // Whoever it was has gone.
    }
    clearTimeout(timer);
    closeQuietly(stream);
  }
}

/** The worker's side: connects to whoever has written the ticket. */
export async function enter(ticket: Uint8Array): Promise<Deno.TcpConn> {
  const port = new DataView(ticket.buffer, ticket.byteOffset).getUint16(0);
  const stream = await Deno.connect({ hostname: "127.0.0.1", port });
  stream.setNoDelay(true);
  const secret = ticket.subarray(PORT_BYTES);
  for (let at = 0; at < secret.length;) at += await stream.write(secret.subarray(at));
  return stream;
}

/** Fills the buffer; undefined when the input ends before that. */
export async function readWhole(
  input: { read(buffer: Uint8Array): Promise<number | null> },
  buffer: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  for (let at = 0; at < buffer.length;) {
    const count = await input.read(buffer.subarray(at));
    if (count === null) return undefined;
    at += count;
  }
  return buffer;
}

function closeQuietly(stream: Deno.TcpConn): void {
  try {
    stream.close();
  } catch {
    // The timer has closed it.
  }
}
