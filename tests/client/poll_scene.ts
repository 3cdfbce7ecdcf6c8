/**
 * A socket that polls, its server, and what its listeners saw.
 *
 * @module
 */
import type { SocketLike } from "../../lib/client/mod.ts";
import { type PollOptions, pollSocket } from "../../lib/client/poll_socket.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { pass, PollServer, settled } from "../support/poll_server.ts";

/** All of it. */
export class PollScene {
  readonly clock = new FakeClock();
  readonly server = new PollServer(this.clock);
  readonly socket: SocketLike;
  /** Events as they happened: `["message", data]`, `["close", code, reason, wasClean]` and so on. */
  readonly events: unknown[][] = [];

  constructor(options: Partial<PollOptions> = {}, protocols: string[] = [], url = "wss://example.com/chat?room=é") {
    const { clock, server } = this;
    const Socket = pollSocket({ transport: "long-poll", fetch: server.fetch, clock, random: () => 0.5, ...options });
    this.socket = new Socket(url, protocols);
    this.socket.binaryType = "arraybuffer";
    const on = (type: string, read: (event: never) => unknown[]) =>
      this.socket.addEventListener(type, (event) => this.events.push([type, ...read(event as never)]));
    on("open", () => []);
    on("message", ({ data }: MessageEvent) => [data instanceof ArrayBuffer ? [...new Uint8Array(data)] : data]);
    on("error", ({ error }: ErrorEvent) => [error.message]);
    on("close", ({ code, reason, wasClean }: CloseEvent) => [code, reason, wasClean]);
  }

  /** The session has begun. */
  static async open(options: Partial<PollOptions> = {}): Promise<PollScene> {
    const scene = new PollScene(options);
    await settled();
    scene.events.length = 0;
    return scene;
  }

  pass(ms: number): Promise<void> {
    return pass(this.clock, ms);
  }

  /** The latest requests of one kind. */
  requests(method: "GET" | "POST" | "DELETE") {
    return this.server.requests.filter((request) => request.method === method);
  }

  /** Messages that the server has got, as text. */
  texts(): string[] {
    return this.server.frames().filter(([opcode]) => opcode <= 2).map(([, payload]) =>
      new TextDecoder().decode(payload)
    );
  }
}
