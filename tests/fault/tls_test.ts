/** TLS by flag: versions, clients, certificates that change under load, and clients that stall. @module */
import { assert, assertEquals, assertGreater, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { connect as tlsConnect } from "node:tls";
import WebSocket from "ws";
import { CERT, CERT_FILE, KEY, KEY_FILE, makeCertificate } from "../support/certificates.ts";
import { requires } from "../support/requires.ts";
import { runServer, type ServerProcess, type ServerSetting, startServer } from "../support/server_process.ts";
import { until } from "../support/until.ts";

const TLS = ["--cert", CERT_FILE, "--key", KEY_FILE];

const ROUTE = `
import { defineRoute } from "sockeye";
export const get = (request: Request) => new Response(request.url);
export default defineRoute("/who", {
  open(peer) { peer.send(peer.url.href + " " + peer.remoteAddress); },
  message(peer, message) { peer.send(message); },
});
`;

/** A route that says what it is asked for. */
async function withRoute<Result>(use: (setting: ServerSetting) => Promise<Result>): Promise<Result> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-tls-" }));
  try {
    await Deno.mkdir(`${folder}/routes`);
    await Deno.writeTextFile(`${folder}/routes/who.ts`, ROUTE);
    return await use({ args: ["--routes", `${folder}/routes`], denoFlags: [`--allow-read=.,${folder}`] });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A request over TLS on a connection of its own. */
async function get(port: number, path: string, certs = [CERT]): Promise<string> {
  using client = Deno.createHttpClient({ caCerts: certs, poolMaxIdlePerHost: 0 });
  const response = await fetch(`https://127.0.0.1:${port}${path}`, { client });
  return await response.text();
}

/** npm's ws, opened. */
async function open(url: string, options: object = { ca: CERT }): Promise<WebSocket> {
  const socket = new WebSocket(url, options);
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  return socket;
}

async function end(socket: WebSocket): Promise<void> {
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.close();
  await closed;
}

Deno.test("with --cert and --key, requests and sockets come by https and wss, and routes see it", async () => {
  await withRoute(async (setting) => {
    await using server = await startServer({ ...setting, args: [...setting.args ?? [], ...TLS] });
    assertStringIncludes(server.output(), `listens on https://127.0.0.1:${server.port} (127.0.0.1)`);
    assertStringIncludes(server.output(), `wss://127.0.0.1:${server.port}/`);
    assertEquals(await get(server.port, "/health"), "ok\n");
    assertEquals(await get(server.port, "/who"), `https://127.0.0.1:${server.port}/who`);
    const first = Promise.withResolvers<string>();
    const socket = new WebSocket(`wss://127.0.0.1:${server.port}/who`, { ca: CERT });
    socket.once("message", (text: unknown) => first.resolve(String(text)));
    assertEquals(await first.promise, `https://127.0.0.1:${server.port}/who 127.0.0.1`);
    await end(socket);
    server.kill("SIGTERM");
    assertEquals((await server.exited()).code, 0);
  });
});

Deno.test("a page of the same host may connect over TLS when it came over TLS", async () => {
  await using server = await startServer({ args: TLS });
  const { port } = server;
  const as = (origin: string) => open(`wss://127.0.0.1:${port}/echo`, { ca: CERT, origin });
  await end(await as(`https://127.0.0.1:${port}`));
  await assertRejects(() => as(`http://127.0.0.1:${port}`), Error, "403");
});

Deno.test("TLS 1.2 and 1.3 are spoken, 1.1 is not, and http/1.1 is chosen of what is offered", async () => {
  await using server = await startServer({ args: TLS });
  const speak = (version: "TLSv1.2" | "TLSv1.3") =>
    new Promise<string>((resolve, reject) => {
      const options = { minVersion: version, maxVersion: version, ca: CERT, ALPNProtocols: ["h2", "http/1.1"] };
      const socket = tlsConnect({ host: "127.0.0.1", port: server.port, ...options }, () => {
        resolve(`${socket.getProtocol()} ${socket.alpnProtocol}`);
        socket.destroy();
      });
      socket.on("error", reject);
    });
  assertEquals(await speak("TLSv1.2"), "TLSv1.2 http/1.1");
  assertEquals(await speak("TLSv1.3"), "TLSv1.3 http/1.1");
});

Deno.test({
  name: "openssl finds TLS 1.2 and 1.3, and nothing older",
  ...requires("openssl"),
  async fn() {
    await using server = await startServer({ args: TLS });
    const speak = async (version: string): Promise<string> => {
      const { stdout } = await new Deno.Command("openssl", {
        args: ["s_client", "-connect", `127.0.0.1:${server.port}`, `-${version}`, "-CAfile", CERT_FILE],
        stdin: "null",
        stderr: "null",
      }).output();
      return /^New, (\S+), Cipher is (?!\(NONE\))/m.exec(new TextDecoder().decode(stdout))?.[1] ?? "refused";
    };
    assertEquals(await Promise.all(["tls1_3", "tls1_2", "tls1_1"].map(speak)), ["TLSv1.3", "TLSv1.2", "refused"]);
  },
});

Deno.test("who says nothing, or half of a greeting, is gone after handshakeTimeoutMs, and others come in meanwhile", async () => {
  const COUNT = 50;
  await using server = await startServer({ args: [...TLS, "--handshake-timeout-ms", "3s"] });
  const began = performance.now();
  const stalled = await Promise.all(
    Array.from({ length: COUNT }, () => Deno.connect({ hostname: "127.0.0.1", port: server.port })),
  );
  // A record that never ends: the first bytes of a handshake.
  for (const stream of stalled.slice(0, COUNT / 2)) await stream.write(Uint8Array.of(0x16, 3, 1, 2, 0, 1));
  const socket = await open(`wss://127.0.0.1:${server.port}/echo`);
  assertEquals(await get(server.port, "/health"), "ok\n");
  assertLess(performance.now() - began, 3_000, "those who stall kept others waiting");
  // The server ends them, not the client: a read says so.
  await Promise.all(stalled.map(async (stream) => assertEquals(await stream.read(new Uint8Array(64)), null)));
  assertGreater(performance.now() - began, 2_900);
  assertLess(performance.now() - began, 8_000);
  for (const stream of stalled) stream.close();
  await end(socket);
});

Deno.test("those who stall have no file once their time is over, though their clients never leave", async () => {
  await using server = await startServer({ args: [...TLS, "--handshake-timeout-ms", "500ms"], maxOpenFiles: 512 });
  const files = () => [...Deno.readDirSync(`/proc/${server.pid}/fd`)].length;
  await get(server.port, "/health");
  const before = files();
  // Three times as many as the server may have open, none of which the client ever closes before the end.
  const all: Deno.TcpConn[] = [];
  for (let round = 0; round < 5; round++) {
    const some = await Promise.all(
      Array.from({ length: 300 }, () => Deno.connect({ hostname: "127.0.0.1", port: server.port })),
    );
    all.push(...some);
    await Promise.all(some.map((stream) => stream.read(new Uint8Array(8)).catch(() => null)));
  }
  await until(() => files() <= before, () => `${files()} files in place of ${before}`);
  assertEquals(await get(server.port, "/health"), "ok\n");
  for (const stream of all) stream.close();
});

Deno.test("those who stall count: beyond the limit of connections and its slack, who comes is closed at once", async () => {
  await using server = await startServer({ args: [...TLS, "--max-connections", "1"] });
  const limit = 1 + 1024;
  let closed = 0;
  const stalled: Deno.TcpConn[] = [];
  for (let count = 0; count < limit + 50; count++) {
    const stream = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    stalled.push(stream);
    stream.read(new Uint8Array(8)).then(() => closed++, () => closed++);
  }
  await until(() => closed >= 50, () => `${closed} are closed`, 8_000);
  assertEquals(closed, 50);
  for (const stream of stalled) stream.close();
  await until(() => closed === limit + 50, "all reads have ended");
});

Deno.test({
  name: "a certificate that changes under load: no socket is lost, no connect is refused, and new ones get the new one",
  ...requires("openssl"),
  async fn() {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-reload-" }));
    const files = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
    const write = async (cert: string, key: string): Promise<void> => {
      await Deno.writeTextFile(files.cert, cert);
      await Deno.writeTextFile(files.key, key);
    };
    await write(CERT, KEY);
    const other = await makeCertificate("other");
    try {
      await using server = await startServer({
        args: ["--cert", files.cert, "--key", files.key],
        denoFlags: [`--allow-read=.,${folder}`],
      });
      await reloadUnderLoad(server, files, other);
      // Half of a file leaves what is there, and says so.
      await Deno.writeTextFile(files.cert, CERT.slice(0, 300));
      await server.printed(/warn {2}the certificate has changed and cannot be used, the old one goes on: --cert/);
      assertEquals(await get(server.port, "/health", [other.cert]), "ok\n");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function reloadUnderLoad(
  server: ServerProcess,
  files: { readonly cert: string; readonly key: string },
  other: { readonly cert: string; readonly key: string },
): Promise<void> {
  const url = `wss://127.0.0.1:${server.port}/echo`;
  const ca = [CERT, other.cert];
  const sockets = await Promise.all(Array.from({ length: 200 }, () => open(url, { ca })));
  let lost = 0;
  let echoes = 0;
  for (const [at, socket] of sockets.entries()) {
    socket.on("close", () => lost++);
    socket.on("message", (text: unknown) => {
      assertEquals(String(text), `from ${at}`);
      echoes++;
      setTimeout(() => socket.readyState === socket.OPEN && socket.send(`from ${at}`), 20);
    });
    socket.send(`from ${at}`);
  }
  // Others come and go all the while.
  let isOver = false;
  let connects = 0;
  const seen = new Set<string>();
  const knocking = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const conn = await Deno.connectTls({ hostname: "127.0.0.1", port: server.port, caCerts: [CERT] })
        .catch((error) => error as Error);
      if (conn instanceof Error) throw conn;
      const isOld = await conn.handshake().then(() => true, (error) => {
        // The new certificate is not among those that this client trusts.
        if (!/UnknownIssuer|certificate/i.test(error.message)) throw error;
        return false;
      });
      seen.add(isOld ? "old" : "new");
      connects++;
      conn.close();
    }
  });
  await until(() => connects > 20, "some have come");
  await Deno.writeTextFile(files.cert, other.cert);
  await Deno.writeTextFile(files.key, other.key);
  await server.printed(/info {2}new connections get the new certificate/);
  const [echoesThen, connectsThen] = [echoes, connects];
  await until(() => seen.has("new") && connects > connectsThen + 20, "the new one is seen");
  await until(() => echoes > echoesThen + 400, "all go on");
  assertEquals([lost, sockets.filter((socket: WebSocket) => socket.readyState !== WebSocket.OPEN).length], [0, 0]);
  isOver = true;
  await Promise.all(knocking);
  await Promise.all(sockets.map(end));
}

Deno.test("files that cannot be used are a reason not to start", async () => {
  const missing = await runServer({ args: ["--cert", `${CERT_FILE}.missing`, "--key", KEY_FILE] });
  assertEquals(missing.code, 1, missing.output);
  assertStringIncludes(missing.output, "sockeye cannot start: --cert ");
  assertStringIncludes(missing.output, "there is no such file");
  const unreadable = await runServer({ args: ["--cert", "/srv/cert.pem", "--key", "/srv/key.pem"] });
  assertStringIncludes(unreadable.output, "--allow-read=.,/srv/cert.pem,/srv/key.pem");
  const alone = await runServer({ args: ["--cert", CERT_FILE] });
  assertEquals(alone.code, 2, alone.output);
  assertStringIncludes(alone.output, "--cert needs --key");
});

Deno.test({
  name: "--check reads certificate and key, tells names and end, and what is wrong with them",
  ...requires("openssl"),
  async fn() {
    const fine = await runServer({ args: [...TLS, "--check"] });
    assertEquals(fine.code, 0, fine.output);
    const { certificate } = JSON.parse(fine.output);
    assertEquals(certificate.names, ["localhost", "127.0.0.1"]);
    assertEquals([certificate.expires, certificate.warnings], ["2126-11-05T00:38:33.000Z", []]);
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-check-" }));
    try {
      const denoFlags = [`--allow-read=.,${folder}`];
      const check = async (cert: string, key: string) => {
        await Deno.writeTextFile(`${folder}/cert.pem`, cert);
        await Deno.writeTextFile(`${folder}/key.pem`, key);
        return await runServer({
          args: ["--cert", `${folder}/cert.pem`, "--key", `${folder}/key.pem`, "--check"],
          denoFlags,
        });
      };
      const soon = await makeCertificate("soon", { days: 3 });
      const other = await check(CERT, soon.key);
      assertEquals(other.code, 1);
      assertStringIncludes(other.output, `sockeye cannot start: --key ${folder}/key.pem does not match`);
      const half = await check(CERT.slice(0, 300), KEY);
      assertEquals(half.code, 1);
      assertStringIncludes(half.output, `--cert ${folder}/cert.pem: its certificate cannot be read`);
      const ending = await check(soon.cert, soon.key);
      assertEquals(ending.code, 0, ending.output);
      assertStringIncludes(ending.output, `warning: --cert ${folder}/cert.pem expires in 2 days (`);
      // The server says it too.
      await using server = await startServer({
        args: ["--cert", `${folder}/cert.pem`, "--key", `${folder}/key.pem`],
        denoFlags,
      });
      await server.printed(/warn {2}--cert \S+ expires in 2 days \(/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    const missing = await runServer({ args: ["--cert", `${CERT_FILE}.missing`, "--key", KEY_FILE, "--check"] });
    assertEquals(missing.code, 1);
    assertStringIncludes(missing.output, "there is no such file");
    const without = await runServer({ args: ["--check"] });
    assertEquals([without.code, "certificate" in JSON.parse(without.output)], [0, false]);
  },
});

Deno.test({
  name: "--transport=epoll says that it cannot do TLS, and Deno's own sockets serve",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using server = await startServer({ args: [...TLS, "--transport", "epoll"] });
    await server.printed(/warn {2}--transport=epoll cannot do TLS \(--cert\); going on with --transport=deno/);
    assertEquals(await get(server.port, "/health"), "ok\n");
  },
});

Deno.test({
  name: "--workers share a port over TLS, and --dev serves over it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using server = await startServer({ args: [...TLS, "--workers", "2"], denoFlags: ["--allow-run"] });
    assertStringIncludes(server.output(), "https://127.0.0.1");
    for (let at = 0; at < 8; at++) assertEquals(await get(server.port, "/health"), "ok\n");
    await end(await open(`wss://127.0.0.1:${server.port}/echo`));
    await using dev = await startServer({ args: [...TLS, "--dev"] });
    assert(dev.output().includes("change it: save a file"), dev.output());
    assertEquals(await get(dev.port, "/health"), "ok\n");
  },
});
