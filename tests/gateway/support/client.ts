/**
 * A client that speaks `sockeye.v1` with a server in memory, message by message.
 *
 * @module
 */
import type { Route, TopicOptions } from "sockeye";
import { createTestServer, type TestPeer, type TestServer } from "../../../lib/testing/mod.ts";

/** A message in its parts. The header is empty for an application message. */
export interface Said {
  readonly header: readonly unknown[];
  readonly payload: string | Uint8Array<ArrayBuffer>;
}

/** A message as it travels, a text or bytes. */
export function said(header: readonly unknown[], payload: string | Uint8Array = ""): string | Uint8Array {
  const line = header.length === 0 ? "\n" : `${JSON.stringify(header)}\n`;
  if (typeof payload === "string") return line + payload;
  return Uint8Array.of(...new TextEncoder().encode(line), ...payload);
}

/** One client. */
export class TestClient {
  readonly peer: TestPeer;

  constructor(peer: TestPeer) {
    this.peer = peer;
  }

  send(header: readonly unknown[], payload: string | Uint8Array = ""): void {
    this.peer.send(said(header, payload) as string);
  }

  /** The next message. */
  async receive(): Promise<Said> {
    const message = await this.peer.receive();
    if (typeof message === "string") {
      const at = message.indexOf("\n");
      return { header: at === 0 ? [] : JSON.parse(message.slice(0, at)), payload: message.slice(at + 1) };
    }
    const at = message.indexOf(0x0a);
    const line = new TextDecoder().decode(message.subarray(0, at));
    return { header: line === "" ? [] : JSON.parse(line), payload: message.slice(at + 1) };
  }

  /** The header of the next message. */
  async header(): Promise<readonly unknown[]> {
    return (await this.receive()).header;
  }
}

/** Connects, and has `hello` behind it. */
export async function client(
  server: TestServer,
  path = "/",
  subprotocols: readonly string[] = [],
): Promise<TestClient> {
  const made = new TestClient(await server.connect(path, { subprotocols: ["sockeye.v1", ...subprotocols] }));
  await made.receive();
  return made;
}

/** A server with one route. */
export function serveRoute(route: Route, topics: Readonly<Record<string, TopicOptions>> = {}): Promise<TestServer> {
  return createTestServer({ "/": { topics, ...route } }, { isDevelopment: true });
}
