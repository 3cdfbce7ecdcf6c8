/**
 * A DNS server that knows one name: on port 53 of a loopback address, for which one has to be root.
 *
 * @module
 */

/** Addresses of 127.0.0.0/8 are all this machine's; this one is nobody else's. */
const ADDRESS = "127.0.0.77";

const TYPE_A = 1;

/** A name server. Disposing of it stops it. */
export class NameServer implements AsyncDisposable {
  readonly address = ADDRESS;
  /** Names that were asked for. */
  readonly asked = new Set<string>();
  readonly #name: string;
  readonly #socket = Deno.listenDatagram({ hostname: ADDRESS, port: 53, transport: "udp" });
  readonly #serving: Promise<void>;

  /** Answers that this name is 127.0.0.1. */
  constructor(name: string) {
    this.#name = name;
    this.#serving = this.#serve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    for await (const [query, from] of this.#socket) await this.#socket.send(this.#answer(query), from);
  }

  /** RFC 1035 §4.1: the question comes back, with a record behind it or with none. */
  #answer(query: Uint8Array): Uint8Array<ArrayBuffer> {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at]!; length > 0; length = query[at]!) {
      labels.push(new TextDecoder().decode(query.subarray(at + 1, at + 1 + length)));
      at += length + 1;
    }
    const name = labels.join(".").toLowerCase();
    this.asked.add(name);
    const isKnown = name === this.#name;
    const hasRecord = isKnown && query[at + 2] === TYPE_A;
    const head = query.slice(0, at + 5);
    head[2] = 0x84;
    head[3] = isKnown ? 0 : 3;
    head.fill(0, 6, 12);
    head[7] = hasRecord ? 1 : 0;
    const record = hasRecord ? [0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1] : [];
    return Uint8Array.of(...head, ...record);
  }
}
