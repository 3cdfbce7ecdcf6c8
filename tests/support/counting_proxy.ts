/**
 * A TCP proxy that counts what passes: what is on the wire, counted by nobody who takes part.
 *
 * @module
 */

/** Stands before a server until it is disposed of. */
export class CountingProxy implements AsyncDisposable {
  readonly port: number;
  /** Bytes from clients to the server. */
  up = 0;
  /** Bytes from the server to clients. */
  down = 0;
  /** Connections that were made, ever. */
  connections = 0;
  readonly #listener: Deno.Listener;
  readonly #open = new Set<Deno.Conn>();
  readonly #accepting: Promise<void>;
  readonly #targetPort: number;

  /** @param targetPort of the server, on 127.0.0.1. */
  constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.#accepting = this.#accept();
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async #accept(): Promise<void> {
    const passing: Promise<void>[] = [];
    for (;;) {
      try {
        passing.push(this.#pass(await this.#listener.accept()));
      } catch {
        // The listener is closed: the test is over.
        break;
      }
    }
    await Promise.all(passing);
  }

  async #pass(client: Deno.Conn): Promise<void> {
    this.connections++;
    this.#open.add(client);
    try {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#targetPort });
      this.#open.add(server);
      await Promise.all([
        this.#copy(client, server, (length) => this.up += length),
        this.#copy(server, client, (length) => this.down += length),
      ]);
      this.#close(server);
    } catch {
      // The server does not listen, which the client sees as a connection that ends at once.
    }
    this.#close(client);
  }

  /** Copies until either side ends, and then ends the other's direction. */
  async #copy(from: Deno.Conn, to: Deno.Conn, count: (length: number) => void): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const length = await from.read(buffer);
        if (length === null) break;
        count(length);
        for (let at = 0; at < length;) at += await to.write(buffer.subarray(at, length));
      }
      await to.closeWrite();
    } catch {
      // Reset by one side: the other is to see that its partner is gone.
      this.#close(to);
    }
  }

  #close(connection: Deno.Conn): void {
    if (this.#open.delete(connection)) connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of [...this.#open]) this.#close(connection);
    await this.#accepting;
  }
}
