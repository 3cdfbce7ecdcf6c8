/**
 * A server of one page: says what its script says to what it is told.
 *
 * @module
 */

/** What it answers: to the beginning of a connection (undefined), and to each piece that comes. */
export type Script = (said: string | undefined, connection: Deno.Conn) => string | undefined;

/** Listens on a free port of 127.0.0.1. Disposing of it ends it, and its connections. */
export class ScriptedServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #script: Script;
  readonly #connections = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;
  /** All that it was told, in order. */
  heard = "";

  constructor(script: Script) {
    this.#script = script;
    this.#serving = this.#serve();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.hangUp();
    await this.#serving;
  }

  /** Ends all connections. */
  hangUp(): void {
    for (const connection of this.#connections) close(connection);
  }

  async #serve(): Promise<void> {
    const talks: Promise<void>[] = [];
    try {
      for await (const connection of this.#listener) talks.push(this.#talk(connection));
    } catch {
      // It was told to end.
    }
    await Promise.all(talks);
  }

  async #talk(connection: Deno.Conn): Promise<void> {
    this.#connections.add(connection);
    const buffer = new Uint8Array(65_536);
    try {
      let said: string | undefined;
      for (;;) {
        const answer = this.#script(said, connection);
        if (answer !== undefined) await connection.write(new TextEncoder().encode(answer));
        const count = await connection.read(buffer);
        if (count === null) break;
        said = new TextDecoder().decode(buffer.subarray(0, count));
        this.heard += said;
      }
    } catch {
      // The other side has ended it, or we have.
    }
    this.#connections.delete(connection);
    close(connection);
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
