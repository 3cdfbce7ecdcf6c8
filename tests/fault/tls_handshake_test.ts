/** What comes to a TLS port and is no client: HTTP in the clear, garbage, slow greetings, floods within TLS, cut ends. @module */
import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "@std/assert";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { byLabel, parseMetrics } from "../soak/metrics_text.ts";
import { CERT, CERT_FILE, KEY_FILE } from "../support/certificates.ts";
import { admin, type DeployServer, Workshop } from "../support/deploy_server.ts";
import { findProgram, requires } from "../support/requires.ts";
import { handshakeRequest, maskedFrame, RawClient } from "../support/raw_client.ts";
import { until } from "../support/until.ts";

const TLS = ["--cert", CERT_FILE, "--key", KEY_FILE];

async function withServer(use: (server: DeployServer) => Promise<void>, args: readonly string[] = []): Promise<void> {
  await using here = await Workshop.open();
  await use(await here.serve("tests/fault/routes", { args: [...TLS, ...args] }));
}

async function refusals(server: DeployServer): Promise<Readonly<Record<string, number>>> {
  return byLabel(parseMetrics((await admin(server, "GET", "/metrics")).answer), "sockeye_refusals_total", "reason");
}

/** Somebody else is served. */
async function serves({ process: { port } }: DeployServer): Promise<void> {
  using client = await RawClient.connect({ port, isTls: true });
  await client.sendText("still there?");
  assertEquals(await client.nextButPings(), { kind: "text", text: "still there?" });
}

const connect = ({ process: { port } }: DeployServer) => Deno.connect({ hostname: "127.0.0.1", port });

/** All that is sent until the end; a reset is one. */
async function answerOf(conn: Deno.Conn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(4096);
  for (;;) {
    const count = await conn.read(buffer).catch(() => null);
    if (count === null) return text;
    text += new TextDecoder("latin1").decode(buffer.subarray(0, count));
  }
}

Deno.test("HTTP in the clear on a TLS port is told to use https, garbage is closed at once, and both are counted", async () => {
  await withServer(async (server) => {
    const response = await fetch(`http://127.0.0.1:${server.process.port}/health`);
    assertEquals([response.status, response.headers.get("connection")], [400, "close"]);
    assertMatch(await response.text(), /^This port speaks TLS: begin the address with https:/);
    const garbage = await Promise.all(Array.from({ length: 50 }, async (_none, at) => {
      using conn = await connect(server);
      await conn.write(Uint8Array.from({ length: 200 }, (_none, index) => index === 0 ? at | 0x80 : at * index & 255));
      return await answerOf(conn);
    }));
    assertEquals(new Set(garbage), new Set([""]));
    await serves(server);
    assertEquals(await refusals(server), { not_tls: 51 });
  });
});

Deno.test("a greeting that comes byte by byte has no longer than handshakeTimeoutMs in all", async () => {
  await withServer(async (server) => {
    const slow = await Promise.all(Array.from({ length: 20 }, () => connect(server)));
    const began = performance.now();
    let sent = 0;
    const record = Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3);
    const dripping = setInterval(() => {
      const byte = Uint8Array.of(record[sent++] ?? 0);
      for (const conn of slow) void conn.write(byte).catch(() => 0);
    }, 50);
    try {
      await Promise.all(slow.map(answerOf));
      const tookMs = performance.now() - began;
      assert(tookMs > 900 && tookMs < 5_000, `${tookMs} ms`);
      assertGreater(sent, 5);
      await serves(server);
    } finally {
      clearInterval(dripping);
      for (const conn of slow) conn.close();
    }
  }, ["--handshake-timeout-ms", "1s"]);
});

/** openssl's client, told these lines. @returns what it complained about, when the server ended it, or it did. */
async function openssl(server: DeployServer, args: readonly string[], lines: readonly string[] = []): Promise<string> {
  const child = new Deno.Command(findProgram("openssl")!, {
    args: ["s_client", "-connect", `127.0.0.1:${server.process.port}`, "-CAfile", CERT_FILE, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  let shown = "";
  let complaints = "";
  const reading = Promise.all([
    (async () => {
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) shown += text;
    })(),
    (async () => {
      for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) complaints += text;
    })(),
  ]);
  // A command is taken as one only where nothing else came with it.
  for (const [at, line] of lines.entries()) {
    await until(() => shown.includes("Verify return code") || /error:/.test(complaints), "it is connected");
    if (/error:/.test(complaints)) break;
    await writer.write(new TextEncoder().encode(line)).catch(() => {}); // The server has ended it.
    const seen = () => complaints.split(/^(?:RENEGOTIATING|KEYUPDATE)$/m).length - 1 > at || /error:/.test(complaints);
    await until(seen, () => `line ${at} is taken: ${complaints}`);
  }
  await reading;
  await writer.close().catch(() => {}); // It is gone with the process.
  await child.status;
  return complaints;
}

Deno.test({
  name: "TLS 1.2 does not renegotiate, whoever asks",
  ...requires("openssl"),
  async fn() {
    await withServer(async (server) => {
      assertMatch(await openssl(server, ["-tls1_2"], ["R\n"]), /RENEGOTIATING\n.*no renegotiation/s);
      await serves(server);
    });
  },
});

Deno.test({
  name: "a client that asks for new keys again and again is ended after some tens",
  ...requires("openssl"),
  async fn() {
    await withServer(async (server) => {
      const before = server.process.cpuSeconds();
      const complaints = await openssl(server, ["-tls1_3"], Array.from({ length: 500 }, () => "K\n"));
      const updates = complaints.match(/^KEYUPDATE$/gm)?.length ?? 0;
      assert(updates > 10 && updates < 100, `${updates} updates: ${complaints}`);
      assertLess(server.process.cpuSeconds() - before, 0.5);
      await serves(server);
    });
  },
});

Deno.test({
  name: "a client that speaks h2 alone is refused with an alert that says so (RFC 7301 §3.2), and counted",
  ...requires("openssl"),
  async fn() {
    await withServer(async (server) => {
      assertMatch(await openssl(server, ["-alpn", "h2"]), /alert no application protocol.*SSL alert number 120/s);
      assertMatch(await openssl(server, ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]), /alert|no protocols available/);
      assertGreater((await refusals(server)).tls ?? 0, 0);
      await serves(server);
    });
  },
});

for (const how of ["a FIN without close_notify", "a reset"] as const) {
  Deno.test(`TLS that is cut by ${how} before a Close frame is 1006 and not clean, with what came before`, async () => {
    await withServer(async (server) => {
      const tcp = connectTcp({ host: "127.0.0.1", port: server.process.port });
      await once(tcp, "connect");
      const socket = connectTls({ socket: tcp, ca: CERT, servername: "localhost" });
      await once(socket, "secureConnect");
      socket.on("error", () => {}); // It is cut.
      socket.write(handshakeRequest("/gate"));
      await server.process.printed(/gate opened/);
      socket.write(maskedFrame(1, "last words"));
      await server.process.printed(/gate holds last words/);
      if (how === "a reset") tcp.resetAndDestroy();
      else tcp.destroy();
      await server.process.printed(/gate aborted/);
      await fetchGate(server);
      await server.process.printed(/gate closed 1006 unclean/);
      socket.destroy();
      await serves(server);
    });
  });
}

/** Lets the handler go. */
async function fetchGate({ process: { port } }: DeployServer): Promise<void> {
  using client = Deno.createHttpClient({ caCerts: [CERT], poolMaxIdlePerHost: 0 });
  await (await fetch(`https://127.0.0.1:${port}/gate`, { client, method: "POST" })).text();
}

/** Asks until it is so, or for ten seconds. */
async function asked(ask: () => Promise<number>, isSo: (value: number) => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (let value = await ask(); !isSo(value); value = await ask()) {
    if (performance.now() > deadline) throw new Error(`it is ${value} in the end`);
  }
}

Deno.test("what waits inside of TLS while a handler is pending is bounded, and counted in sockeye_held_bytes", async () => {
  const QUEUED = 64 * 1024;
  await withServer(async (server) => {
    const held = async (): Promise<number> =>
      parseMetrics((await admin(server, "GET", "/metrics")).answer).get("sockeye_held_bytes") ?? NaN;
    const { port } = server.process;
    const client = await RawClient.connect({ port, path: "/gate", isTls: true });
    await client.sendText("first");
    await server.process.printed(/gate holds first/);
    const frame = maskedFrame(2, new Uint8Array(16 * 1024));
    let sent = 0;
    const sending = (async () => {
      for (;; sent += frame.length) await client.write(frame);
    })().catch(() => {}); // It ends with the connection.
    // What is queued, what TLS has taken in, and what a read brought.
    await asked(held, (bytes) => bytes > 2 * QUEUED);
    let [looks, before] = [0, -1];
    await until(() => (looks = sent === before ? looks + 1 : 0, before = sent, looks === 40), "it is pushed back");
    assertLess(await held(), QUEUED + 4 * 64 * 1024, `of ${sent}`);
    client[Symbol.dispose]();
    await sending;
    // Each message of it that is handled is let go, until it is noticed that the client has left.
    await asked(async () => (await fetchGate(server), await held()), (bytes) => bytes === 0);
    await server.process.printed(/gate closed 1006 unclean/);
    await serves(server);
  }, ["--max-queued-bytes", String(QUEUED)]);
});
