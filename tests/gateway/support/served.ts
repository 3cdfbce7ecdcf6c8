/**
 * A test server with one route, and small things that tests of connections share.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Route } from "sockeye";
import { createTestServer, type TestPeer, type TestServer, type TestServerOptions } from "../../../lib/testing/mod.ts";

/** A server whose one route is at `/`, as in production. */
export function serve(route: Route, options: TestServerOptions["options"] = {}): Promise<TestServer> {
  return createTestServer({ "/": route }, { options, isDevelopment: false });
}

/** Something to wait for that a test brings about. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** The names of the frames the server has sent. */
export function frameTypes(peer: TestPeer): readonly string[] {
  return peer.frames.map(({ type }) => type);
}

/** Asserts how the connection ended for the client. */
export async function assertClosed(peer: TestPeer, code: number, reason?: string): Promise<void> {
  const closed = await peer.closed;
  assertEquals([closed.code, reason ?? closed.reason], [code, closed.reason]);
}

/** The violations the server logged, in order. */
export function violations(server: TestServer): readonly unknown[] {
  return server.logs.filter(({ message }) => message === "violation").map(({ fields }) => fields.violation);
}
