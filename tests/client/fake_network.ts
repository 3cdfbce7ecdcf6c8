/**
 * What the client meets in its tests: sockets that a test speaks through, a page that it hides, and a clock that it moves.
 *
 * @module
 */
import { type ClientOptions, type Page, type PageSign, type SocketLike, SockeyeSocket } from "../../lib/client/mod.ts";
import { SUBPROTOCOL } from "../../lib/subprotocol/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** One socket, and the server's side of it. */
export class FakeSocket extends EventTarget implements SocketLike {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly sent: (string | Uint8Array | Blob)[] = [];
  /** What it was closed with, by the client. */
  closedWith: readonly [code?: number, reason?: string] | undefined;
  binaryType = "blob";
  bufferedAmount = 0;
  extensions = "";
  protocol = "";
  readyState = 0;

  constructor(url: string, protocols: string[]) {
    super();
    this.url = url;
    this.protocols = protocols;
  }

  send(data: string | Uint8Array<ArrayBuffer> | Blob): void {
    this.sent.push(data);
  }

  close(code?: number, reason?: string): void {
    this.closedWith = [code, reason].filter((part) => part !== undefined) as [number?, string?];
    this.readyState = 2;
  }

  /** The handshake is answered. */
  accept(protocol = SUBPROTOCOL): void {
    this.protocol = protocol;
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  /** The server says something: a header and a payload, or a message as it is. */
  say(header: readonly unknown[] | undefined, payload = ""): void {
    this.receive((header === undefined ? "" : JSON.stringify(header)) + "\n" + payload);
  }

  receive(data: string | ArrayBuffer): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  /** Handshake, then `hello`. */
  hello(peer = "p1"): void {
    this.accept();
    this.say(["hello", peer]);
  }

  /** The connection ends. */
  end(code = 1006, reason = ""): void {
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code, reason, wasClean: code !== 1006 }));
  }

  /** The headers that the client sent. */
  headers(): unknown[][] {
    return this.sent.filter((message) => typeof message === "string")
      .map((message) => JSON.parse(message.split("\n")[0] || "[]"));
  }

  /** The last header of this kind. */
  last(kind: string): readonly [string, number, ...unknown[]] {
    return this.headers().findLast((header) => header[0] === kind) as [string, number, ...unknown[]];
  }
}

/** A page that a test hides and shows. */
export class FakePage implements Page {
  #isAway = false;
  listeners = new Set<(sign: PageSign) => void>();

  isAway(): boolean {
    return this.#isAway;
  }

  watch(listener: (sign: PageSign) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** It is away from now on, or is not. */
  turn(isAway: boolean, sign: PageSign = "change"): void {
    this.#isAway = isAway;
    for (const listener of this.listeners) listener(sign);
  }
}

/** A client among all that. */
export class Scene {
  readonly clock = new FakeClock();
  readonly page = new FakePage();
  readonly sockets: FakeSocket[] = [];
  readonly client: SockeyeSocket;
  /** Types of the events that happened, and what they say. */
  readonly events: unknown[][] = [];

  constructor(
    options: ClientOptions = {},
    url: ConstructorParameters<typeof SockeyeSocket>[0] = "wss://example.com/chat",
  ) {
    const { sockets } = this;
    const WebSocket = class extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    };
    this.client = new SockeyeSocket(url, {
      WebSocket,
      clock: this.clock,
      page: this.page,
      random: () => 0.5,
      transports: ["websocket"],
      ...options,
    });
    this.client.addEventListener("open", ({ isReconnect }) => this.events.push(["open", isReconnect]));
    this.client.addEventListener("away", ({ code, waitMs }) => this.events.push(["away", code, waitMs]));
    this.client.addEventListener("message", ({ data }) => this.events.push(["message", data]));
    this.client.addEventListener("error", ({ error }) => this.events.push(["error", error]));
    this.client.addEventListener("close", ({ code, reason }) => this.events.push(["close", code, reason]));
  }

  /** The latest socket. */
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  /** The first connection is there. */
  static open(options: ClientOptions = {}): Scene {
    const scene = new Scene(options);
    scene.socket.hello();
    return scene;
  }

  /** The connection breaks, and the next one is there. */
  comeBack(code = 1006): void {
    this.socket.end(code);
    this.client.reconnect();
    this.socket.hello();
  }
}

/** When what was promised has been done. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** What a promise is rejected with: its name or code. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    const { name, code } = error as { name: string; code: unknown };
    return typeof code === "string" ? code : name;
  }
  return "";
}
