import { assert, assertEquals, assertRejects } from "@std/assert";
import * as tls from "node:tls";
import { TcpTransport } from "../../../lib/gateway/tcp_transport.ts";
import { TlsStream } from "../../../lib/gateway/tls/tls_stream.ts";
import { farEnd, testTransport } from "../../suites/transport_suite.ts";
import { CERT, KEY } from "../../support/certificates.ts";
import { until } from "../../support/until.ts";

const context = tls.createSecureContext({ cert: CERT, key: KEY });

/** A connection over loopback: the client's end, which has begun its handshake, and the server's. */
async function connected(): Promise<{ readonly far: Deno.TlsConn; readonly near: TlsStream }> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const [far, stream] = await Promise.all([
    Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [CERT] }),
    listener.accept(),
  ]);
  return { far, near: new TlsStream(stream, context, tls) };
}

testTransport("TcpTransport over TLS", async ({ turn, pool }) => {
  const { far, near } = await connected();
  // A write before the server has seen the end of the handshake has no reader; the byte shows that it has.
  await far.write(Uint8Array.of(0));
  await near.read(new Uint8Array(1));
  const transport = new TcpTransport(near, "127.0.0.1", turn, pool);
  return { transport, far: farEnd(far), start: () => transport.start() };
});

/** What never speaks TLS. */
async function plain(): Promise<{ readonly far: Deno.TcpConn; readonly near: TlsStream }> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [far, stream] = await Promise.all([Deno.connect({ port: listener.addr.port }), listener.accept()]);
  return { far, near: new TlsStream(stream, context, tls) };
}

Deno.test("TlsStream: a client that says nothing is gone at the system's when it is closed", async () => {
  const { far, near } = await plain();
  const reading = near.read(new Uint8Array(16));
  await assertRejects(() => near.write(Uint8Array.of(1)), Deno.errors.NotConnected);
  near.close();
  near.close();
  await assertRejects(() => reading, Deno.errors.Interrupted);
  assertEquals(await far.read(new Uint8Array(16)).catch(() => null), null);
  far.close();
});

Deno.test("TlsStream: a client that speaks HTTP in the clear ends it with an error", async () => {
  const { far, near } = await plain();
  const reading = near.read(new Uint8Array(16));
  await far.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  await assertRejects(() => reading);
  far.close();
});

Deno.test("TlsStream: a client that leaves in the handshake ends it", async () => {
  const { far, near } = await plain();
  const reading = near.read(new Uint8Array(16)).catch(() => null);
  far.close();
  assertEquals(await reading, null);
  near.close();
});

Deno.test("TlsStream: close ends a write that is stuck, and the stream below with it", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const [far, stream] = await Promise.all([
    Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [CERT] }),
    listener.accept(),
  ]);
  let isStuck = false;
  const near = new TlsStream(
    {
      read: (buffer) => stream.read(buffer),
      write: (bytes) => isStuck ? new Promise(() => {}) : stream.write(bytes),
      closeWrite: () => stream.closeWrite(),
      close: () => stream.close(),
    },
    context,
    tls,
  );
  await far.write(Uint8Array.of(1));
  await near.read(new Uint8Array(1));
  isStuck = true;
  const writing = near.write(new Uint8Array(1_000_000));
  const reading = near.read(new Uint8Array(1));
  near.close();
  await assertRejects(() => writing, Deno.errors.Interrupted);
  await assertRejects(() => reading, Deno.errors.Interrupted);
  // No end is announced: the cable is cut.
  await assertRejects(async () => {
    while (await far.read(new Uint8Array(64)) !== null);
  });
  far.close();
});

Deno.test("TlsStream reads what does not fit in one read in several, in order", async () => {
  const { far, near } = await connected();
  await far.write(Uint8Array.from({ length: 10 }, (_, at) => at));
  const seen: number[] = [];
  const buffer = new Uint8Array(3);
  while (seen.length < 10) seen.push(...buffer.subarray(0, await near.read(buffer) ?? 0));
  assertEquals(seen, Array.from({ length: 10 }, (_, at) => at));
  near.close();
  far.close();
});

Deno.test("TlsStream takes no more in than its bound while nobody reads", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const [far, stream] = await Promise.all([
    Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [CERT] }),
    listener.accept(),
  ]);
  let taken = 0;
  const near = new TlsStream(
    {
      read: (buffer) => stream.read(buffer).then((count) => ((taken += count ?? 0), count)),
      write: (bytes) => stream.write(bytes),
      closeWrite: () => stream.closeWrite(),
      close: () => stream.close(),
    },
    context,
    tls,
  );
  const sending = (async () => {
    for (let count = 0; count < 160; count++) {
      for (let at = 0; at < 100_000;) at += await far.write(new Uint8Array(100_000 - at));
    }
  })();
  await until(() => taken > 65_536, "it takes what it may");
  // Each look lets whatever is due happen.
  let [looks, before] = [0, 0];
  await until(() => (looks = taken === before ? looks + 1 : 0, before = taken, looks === 40), "it takes no more");
  assert(taken < 512 * 1024, `${taken} bytes`);
  let read = 0;
  const buffer = new Uint8Array(65_536);
  while (read < 16_000_000) read += await near.read(buffer) ?? 0;
  await sending;
  near.close();
  far.close();
});
