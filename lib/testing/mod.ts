/**
 * Unit tests of routes: a whole server in memory, without a port, and with a clock of its own.
 *
 * @example
 * ```ts
 * import { defineRoute } from "sockeye";
 * import { createTestServer } from "sockeye/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const echo = defineRoute("/echo", {
 *   message: (peer, message) => void peer.send(message),
 * });
 *
 * await using server = await createTestServer({ "/echo": echo });
 * const peer = await server.connect("/echo");
 * peer.send("hello");
 * assertEquals(await peer.receive(), "hello");
 * ```
 *
 * @module
 */
export { MemoryStream, type MemoryStreamOptions } from "./memory_stream.ts";
export { TestClock } from "./test_clock.ts";
export { type ClientFrame, encodeClientFrame, type TestFrame, TestPeer, type TestPeerBehaviour } from "./test_peer.ts";
export {
  type ConnectOptions,
  createTestServer,
  type TestLogLine,
  type TestRoutes,
  TestServer,
  type TestServerOptions,
  UpgradeRefusedError,
} from "./test_server.ts";
