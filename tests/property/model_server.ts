/**
 * A server of `sockeye.v1` in memory, for what a client may meet: it loses connections between any two messages, begins
 * anew, and forgets its history.
 *
 * @module
 */
import { type ClientHeader, readClientHeader } from "../../lib/subprotocol/mod.ts";
import { FakeSocket } from "../client/fake_network.ts";

/** The one topic there is. */
export const TOPIC = "t";

/** A publication. `owner`: the connection it is not sent to. */
export interface Publication {
  readonly offset: number;
  readonly text: string;
  readonly owner: ModelSocket | undefined;
}

/** One connection, with what is on its way in both directions. */
export class ModelSocket extends FakeSocket {
  readonly #server: ModelServer;
  readonly #up: string[] = [];
  readonly #down: string[] = [];
  isSubscribed = false;
  /** What was published to it. */
  readonly told: (readonly [offset: number, text: string])[] = [];

  constructor(server: ModelServer, url: string, protocols: string[]) {
    super(url, protocols);
    this.#server = server;
  }

  override send(message: string): void {
    if (this.readyState === 1) this.#up.push(message);
  }

  override close(): void {
    this.readyState = 3;
  }

  /** Puts a message on its way to the client. */
  tell(header: readonly unknown[], payload?: string): void {
    this.#down.push(JSON.stringify(header) + (payload === undefined ? "" : `\n${payload}`));
  }

  /** The next message arrives at the server. @returns false when there is none. */
  up(): boolean {
    const message = this.#up.shift();
    if (message === undefined || this.readyState !== 1) return false;
    const at = message.indexOf("\n");
    if (at === 0) this.#server.received.push(message.slice(1));
    else this.#server.take(this, readClientHeader(at < 0 ? message : message.slice(0, at))!);
    return true;
  }

  /** The next message arrives at the client. @returns false when there is none. */
  down(): boolean {
    if (this.readyState === 0) {
      this.accept();
      this.tell(["hello", "p"]);
      return true;
    }
    const message = this.readyState === 1 ? this.#down.shift() : undefined;
    if (message === undefined) return false;
    this.receive(message);
    return true;
  }

  /** What is on its way is lost. */
  cut(): void {
    this.isSubscribed = false;
    if (this.readyState < 3) this.end(1006);
  }
}

/** The server. */
export class ModelServer {
  /** All that was ever published, by epoch. */
  readonly truth = new Map<string, Publication[]>();
  /** Application messages, as they came. */
  readonly received: string[] = [];
  readonly sockets: ModelSocket[] = [];
  #epoch = "e0";
  #head = 0;
  #history: Publication[] = [];

  constructor() {
    this.truth.set(this.#epoch, []);
  }

  get position(): { readonly epoch: string; readonly offset: number } {
    return { epoch: this.#epoch, offset: this.#head };
  }

  get socket(): ModelSocket | undefined {
    return this.sockets.at(-1);
  }

  /** A class of sockets to this server. */
  socketClass(): new (url: string, protocols: string[]) => ModelSocket {
    const { sockets } = this;
    // deno-lint-ignore no-this-alias -- the class inside has one of its own
    const server = this;
    return class extends ModelSocket {
      constructor(url: string, protocols: string[]) {
        super(server, url, protocols);
        sockets.push(this);
      }
    };
  }

  /** Offsets may jump. `owner`: the latest connection publishes, and does not get it. */
  publish(step: number, isOwn: boolean): void {
    const owner = isOwn ? this.socket : undefined;
    const publication = { offset: this.#head += step, text: `${this.#epoch}:${this.#head}`, owner };
    this.#history.push(publication);
    this.truth.get(this.#epoch)!.push(publication);
    for (const socket of this.sockets) if (socket.isSubscribed) this.#send(socket, publication);
  }

  /** The latest are sent again, as a server may that puts history and present together. */
  repeat(count: number): void {
    for (const socket of this.sockets) {
      if (!socket.isSubscribed) continue;
      for (const [offset, text] of socket.told.slice(-count)) socket.tell(["pub", TOPIC, offset], text);
    }
  }

  /** The oldest are forgotten. */
  trim(count: number): void {
    this.#history.splice(0, count);
  }

  /** Publications are lost to who is subscribed. */
  lose(step: number): void {
    const subscribed = this.sockets.filter(({ isSubscribed }) => isSubscribed);
    for (const socket of subscribed) socket.isSubscribed = false;
    this.publish(step, false);
    for (const socket of subscribed) {
      socket.isSubscribed = true;
      socket.tell(["reset", TOPIC, { ...this.position, from: this.#head }]);
    }
  }

  /** It begins anew: nobody is connected, and nothing is known. */
  restart(): void {
    this.#epoch = `e${this.truth.size}`;
    this.#head = 0;
    this.#history = [];
    this.truth.set(this.#epoch, []);
    for (const socket of this.sockets) socket.cut();
  }

  take(socket: ModelSocket, header: ClientHeader): void {
    if (header[0] === "ping") socket.tell(["pong"]);
    if (header[0] === "unsub") {
      socket.isSubscribed = false;
      socket.told.length = 0;
    }
    if (header[0] !== "sub") return;
    const [, id, topic, { since, last = 0 }] = header;
    // All that came after `since` is there when nothing of it has been forgotten.
    const truth = this.truth.get(this.#epoch)!;
    const missed = since === undefined ? [] : truth.filter(({ offset }) => offset > since.offset);
    const recovered = since?.epoch === this.#epoch && since.offset <= this.#head &&
      missed.every((publication) => this.#history.includes(publication));
    const replay = recovered ? missed : last > 0 ? this.#history.slice(-last) : [];
    // For the test alone: after which offset what follows begins.
    const from = replay[0] ? replay[0].offset - 1 : this.#head;
    socket.tell(["subbed", id, topic, { recovered, position: { ...this.position, from } }]);
    socket.isSubscribed = true;
    for (const publication of replay) this.#send(socket, publication);
  }

  #send(socket: ModelSocket, { owner, offset, text }: Publication): void {
    if (owner === socket) socket.tell(["pos", TOPIC, offset]);
    else socket.tell(["pub", TOPIC, offset], text);
    socket.told.push([offset, text]);
  }
}
