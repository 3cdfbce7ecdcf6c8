/**
 * A connection of the official NATS client over Deno's own sockets.
 *
 * The one for Node takes its listeners off before it destroys the socket. What the runtime reports of it after that, a
 * reset say, nobody hears, and the process ends of it: measured with credentials that a server refuses.
 *
 * @module
 */
import type { ConnectionOptions, Server, ServerInfo, Transport } from "@nats-io/nats-core/internal";
import { checkOptions, INFO } from "@nats-io/nats-core/internal";

/** Bytes of one read, at most. */
const READ_BYTES = 64 * 1024;

/** The server's first line is not longer. */
const MAX_INFO_BYTES = 256 * 1024;

/** See the module. One connection; the client makes another for the next. */
export class NatsTransport implements Transport {
  readonly lang = "sockeye";
  readonly version = "1";
  closeError?: Error;
  readonly #closed = Promise.withResolvers<void | Error>();
  readonly #scratch = new Uint8Array(READ_BYTES);
  #conn: Deno.Conn | undefined;
  /** What came with the first line. */
  #head = new Uint8Array();
  #unsent: Uint8Array[] = [];
  #isSending = false;
  #isEncrypted = false;
  #isDone = false;

  get isClosed(): boolean {
    return this.#isDone;
  }

  async connect(server: Server, options: ConnectionOptions): Promise<void> {
    try {
      await this.#connect(server, options);
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    if (this.#head.length > 0) yield this.#head;
    for (let bytes = await this.#next(); bytes !== undefined; bytes = await this.#next()) yield bytes;
  }

  isEncrypted(): boolean {
    return this.#isEncrypted;
  }

  send(frame: Uint8Array): void {
    if (this.#isDone) return;
    this.#unsent.push(frame);
    if (!this.#isSending) this.#sendAll();
  }

  close(error?: Error): Promise<void> {
    this.#end(error);
    return Promise.resolve();
  }

  disconnect(): void {
    this.#end();
  }

  closed(): Promise<void | Error> {
    return this.#closed.promise;
  }

  discard(): void {
    this.#isDone = true;
    this.#unsent = [];
    try {
      this.#conn?.close();
    } catch {
      // It is closed already.
    }
    this.#conn = undefined;
  }

  async #connect({ hostname, port, tlsName }: Server, options: ConnectionOptions): Promise<void> {
    const tcp = await Deno.connect({ hostname, port });
    this.#conn = tcp;
    tcp.setNoDelay(true);
    if (options.tls?.handshakeFirst === true) await this.#encrypt(tcp, tlsName || hostname);
    const server = await this.#readInfo();
    checkOptions(server, options);
    const isWanted = server.tls_required === true || (server.tls_available === true && options.tls !== null);
    if (isWanted && !this.#isEncrypted) await this.#encrypt(tcp, tlsName || hostname);
    // It may have taken too long meanwhile.
    if (this.#isDone) throw new Error("given up while connecting");
  }

  async #encrypt(tcp: Deno.TcpConn, hostname: string): Promise<void> {
    this.#conn = await Deno.startTls(tcp, { hostname });
    this.#isEncrypted = true;
  }

  async #readInfo(): Promise<ServerInfo> {
    while (!this.#head.includes(0x0a)) {
      const more = await this.#next();
      if (more === undefined) throw this.closeError ?? new Error("closed before the server said who it is");
      this.#head = concat([this.#head, more]);
      if (this.#head.length > MAX_INFO_BYTES) break;
    }
    const [, json] = INFO.exec(new TextDecoder().decode(this.#head)) ?? [];
    if (json === undefined) throw new Error("what listens there is no NATS server");
    return JSON.parse(json);
  }

  /** What one read brings, in a buffer of its own: the client keeps views. Undefined at the end. */
  async #next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const count = await this.#conn?.read(this.#scratch);
      if (typeof count === "number") return this.#scratch.slice(0, count);
      this.#end();
    } catch (error) {
      this.#end(error instanceof Error ? error : undefined);
    }
    return undefined;
  }

  /** One write at a time, of all there is. */
  async #sendAll(): Promise<void> {
    this.#isSending = true;
    try {
      while (this.#unsent.length > 0) {
        const bytes = concat(this.#unsent.splice(0));
        for (let at = 0; at < bytes.length && this.#conn !== undefined;) {
          at += await this.#conn.write(bytes.subarray(at));
        }
      }
    } catch (error) {
      this.#end(error instanceof Error ? error : undefined);
    }
    this.#isSending = false;
  }

  #end(error?: Error): void {
    if (this.#isDone) return;
    if (error !== undefined) this.closeError = error;
    this.discard();
    this.#closed.resolve(error);
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
