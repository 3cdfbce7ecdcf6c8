import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import * as tls from "node:tls";
import { TcpTransport } from "../../../lib/gateway/tcp_transport.ts";
import { type TlsFault, TlsStream } from "../../../lib/gateway/tls/tls_stream.ts";
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
  return { far, near: new TlsStream(stream, { context, tls }) };
}

testTransport("TcpTransport over TLS", async ({ turn, pool }) => {
  const { far, near } = await connected();
  // A write before the server has seen the end of the handshake has no reader; the byte shows that it has.
  await far.write(Uint8Array.of(0));
  await near.read(new Uint8Array(1));
  const transport = new TcpTransport(near, "127.0.0.1", turn, pool);
  return { transport, far: farEnd(far), start: () => transport.start() };
});

/** What never speaks TLS, and what is told of it. */
async function plain() {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [far, stream] = await Promise.all([Deno.connect({ port: listener.addr.port }), listener.accept()]);
  const faults: TlsFault[] = [];
  return { far, faults, near: new TlsStream(stream, { context, tls, failed: (fault) => void faults.push(fault) }) };
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

Deno.test("TlsStream: a client that speaks HTTP in the clear is told so in HTTP, sees it, and ends it with an error", async () => {
  const { far, near, faults } = await plain();
  const reading = near.read(new Uint8Array(16));
  await far.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  let answer = "";
  const buffer = new Uint8Array(1_000);
  for (let count = await far.read(buffer); count !== null; count = await far.read(buffer)) {
    answer += new TextDecoder().decode(buffer.subarray(0, count));
  }
  assertMatch(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assertStringIncludes(answer, "\r\nConnection: close\r\n");
  assertStringIncludes(answer, "\r\n\r\nThis port speaks TLS: begin the address with https:// or wss://.");
  assertEquals([near.heldBytes, faults], [0, ["not_tls"]]);
  far.close();
  await assertRejects(() => reading, Deno.errors.InvalidData);
});

Deno.test("TlsStream: a client in the clear that goes on sending has no longer than its bound, or until it is closed", async () => {
  const { far, near } = await plain();
  const reading = assertRejects(() => near.read(new Uint8Array(16)), Deno.errors.InvalidData);
  await assertRejects(async () => {
    for (;;) await far.write(new TextEncoder().encode("POST ".repeat(2_000)));
  });
  await reading;
  far.close();
  const other = await plain();
  await other.far.write(Uint8Array.of(0x47));
  assert(await other.far.read(new Uint8Array(1_000)) !== null);
  const waiting = assertRejects(() => other.near.read(new Uint8Array(16)), Deno.errors.Interrupted);
  other.near.close();
  await waiting;
  other.far.close();
});

Deno.test("TlsStream: what is neither TLS nor HTTP is closed at once, and told once", async () => {
  for (const first of [0, 0x80, 0x15, 0x61, 255]) {
    const { far, near, faults } = await plain();
    const reading = assertRejects(() => near.read(new Uint8Array(16)), Deno.errors.InvalidData);
    await far.write(Uint8Array.of(first, 3, 1, 0, 5, 1));
    await reading;
    assertEquals(await far.read(new Uint8Array(16)).catch(() => null), null);
    assertEquals(faults, ["not_tls"]);
    far.close();
  }
});

Deno.test("TlsStream: a record that is no greeting ends the handshake, and is told once", async () => {
  const { far, near, faults } = await plain();
  const reading = assertRejects(() => near.read(new Uint8Array(16)));
  await far.write(Uint8Array.of(22, 3, 1, 0, 4, 99, 99, 99, 99));
  await reading;
  assertEquals(faults, ["tls"]);
  far.close();
});

Deno.test("TlsStream: a client that leaves before the handshake ends it, and is no fault; one in the middle is", async () => {
  for (const begun of [false, true]) {
    const { far, near, faults } = await plain();
    const reading = near.read(new Uint8Array(16)).catch(() => null);
    if (begun) await far.write(Uint8Array.of(22, 3, 1, 2, 0, 1));
    await far.closeWrite();
    assertEquals(await reading, null);
    assertEquals(faults, begun ? ["tls"] : []);
    near.close();
    far.close();
  }
});

Deno.test("TlsStream: what is written counts until the system takes it, however little, and no write is long", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const [far, stream] = await Promise.all([
    Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [CERT] }),
    listener.accept(),
  ]);
  let gate: Promise<void> = Promise.resolve();
  let taken = 0;
  const near = new TlsStream(
    {
      read: (buffer) => stream.read(buffer),
      async write(bytes) {
        await gate;
        const count = await stream.write(bytes);
        taken += count;
        return count;
      },
      closeWrite: () => stream.closeWrite(),
      close: () => stream.close(),
    },
    { context, tls },
  );
  await far.write(Uint8Array.of(1));
  await near.read(new Uint8Array(1));
  const open = Promise.withResolvers<void>();
  gate = open.promise;
  taken = 0;
  let written = 0;
  const writing = near.write(new Uint8Array(10)).then((count) => written = count);
  // Whatever is due happens before this does.
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([written, near.heldBytes], [0, 10]);
  open.resolve();
  await writing;
  assertEquals([written, near.heldBytes, taken > 10], [10, 0, true]);
  assertEquals(await near.write(new Uint8Array(1_000_000)), 65_536);
  near.close();
  far.close();
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
    { context, tls },
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
    { context, tls },
  );
  let [told, held] = [0, 0];
  near.onHeld(() => (told++, held = near.heldBytes));
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
  // What it has is what it says it has, but for records that are not whole.
  assert(near.heldBytes > 65_536 && near.heldBytes > taken - 2 * 16_640, `${near.heldBytes} of ${taken}`);
  assertEquals([told > 0, held], [true, near.heldBytes]);
  let read = 0;
  const buffer = new Uint8Array(65_536);
  while (read < 16_000_000) read += await near.read(buffer) ?? 0;
  await sending;
  assertEquals([near.heldBytes, held], [0, 0]);
  near.close();
  far.close();
});
