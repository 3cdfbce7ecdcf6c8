/**
 * What a chunk costs on its whole way in TypeScript: transport, receiver, protocol, queue, route, write buffer, turn.
 *
 * Everything but the operating system and Deno's own operations: the streams are in memory. The difference to
 * `deno task bench:peers` is what those cost.
 *
 * @module
 */
import { defineRoute } from "sockeye";
import { encodeFrame, OPCODE } from "../../lib/frame/mod.ts";
import { type ByteStream, Gateway, resolveOptions } from "../../lib/gateway/mod.ts";
import { RouteTable } from "../../lib/route/table.ts";
import { checkRouteModule, InlineRuntime } from "../../lib/runtime/mod.ts";

const HANDSHAKE = new TextEncoder().encode([
  "GET /echo HTTP/1.1",
  "Host: 127.0.0.1",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "\r\n",
].join("\r\n"));

/** A stream that brings the same chunk again each time it is told to, and takes every write at once. */
class ReplayStream implements ByteStream {
  readonly #chunk: Uint8Array<ArrayBuffer>;
  #source = HANDSHAKE;
  #at = 0;
  #arm: (() => void) | undefined;

  constructor(chunk: Uint8Array<ArrayBuffer>) {
    this.#chunk = chunk;
  }

  replay(): void {
    this.#source = this.#chunk;
    this.#at = 0;
    this.#arm?.();
  }

  read(buffer: Uint8Array): Promise<number> {
    if (this.#at < this.#source.length) return Promise.resolve(this.#take(buffer));
    return new Promise((resolve) => this.#arm = () => resolve(this.#take(buffer)));
  }

  write(bytes: Uint8Array): Promise<number> {
    return Promise.resolve(bytes.length);
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}

  #take(buffer: Uint8Array): number {
    const part = this.#source.subarray(this.#at, this.#at + buffer.length);
    buffer.set(part);
    this.#at += part.length;
    return part.length;
  }
}

const CONNECTIONS = 100;

const route = defineRoute("/echo", {
  message(peer, message) {
    peer.send(message.isText ? message.text() : message.view);
  },
});
const runtime = new InlineRuntime({
  routes: [checkRouteModule({ default: route }, { file: "echo.ts", pattern: "/echo" })],
  publish: () => Promise.resolve(),
  log: console,
  poisonViews: false,
  deployment: "bench",
});
const gateway = new Gateway({ options: resolveOptions({}), table: RouteTable.of([runtime]) });

/** So many connections with the same chunk, after their handshake. */
async function connect(opcode: number, messageBytes: number, messages: number): Promise<readonly ReplayStream[]> {
  const payload = new Uint8Array(messageBytes).fill(0x61);
  const frame = encodeFrame({ opcode, payload, maskKey: new Uint8Array([0x37, 0xfa, 0x21, 0x3d]) });
  const chunk = new Uint8Array(frame.length * messages);
  for (let at = 0; at < chunk.length; at += frame.length) chunk.set(frame, at);
  const streams = Array.from({ length: CONNECTIONS }, () => new ReplayStream(chunk));
  for (const stream of streams) gateway.accept(stream, "127.0.0.1");
  await turn();
  return streams;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

for (
  const [name, opcode, messageBytes, messages] of [
    ["20 B", OPCODE.BINARY, 20, 1],
    ["20 B of text", OPCODE.TEXT, 20, 1],
    ["64 × 64 B", OPCODE.BINARY, 64, 64],
    ["64 × 64 B of text", OPCODE.TEXT, 64, 64],
  ] as const
) {
  const streams = await connect(opcode, messageBytes, messages);
  Deno.bench({
    group: `a chunk on each of ${CONNECTIONS} connections`,
    name,
    async fn() {
      for (const stream of streams) stream.replay();
      await turn();
    },
  });
}
