/** PROXY headers of HAProxy, of what speaks for itself, and of strangers; over TLS too; and the Unix socket. @module */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UNIX_ADDRESS } from "../../lib/gateway/forwarded.ts";
import { CERT, CERT_FILE, KEY_FILE } from "../support/certificates.ts";
import { CLIENT_HELLO } from "../support/flood_kinds.ts";
import { startHaproxyPassThrough } from "../support/proxies.ts";
import { requires } from "../support/requires.ts";
import { ServerProcess, type ServerSetting, startServer } from "../support/server_process.ts";
import { until } from "../support/until.ts";

const ROUTE = `
import { defineRoute } from "sockeye";
export default defineRoute("/who", {
  open(peer) { peer.send(peer.remoteAddress); },
});
`;

const LISTED = ["--proxy-protocol", "127.0.0.1"];

async function withRoute(args: readonly string[], use: (setting: ServerSetting, folder: string) => Promise<void>) {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-proxied-" }));
  try {
    await Deno.mkdir(`${folder}/routes`);
    await Deno.writeTextFile(`${folder}/routes/who.ts`, ROUTE);
    const denoFlags = [`--allow-read=.,${folder}`, `--allow-write=${folder}`];
    await use({ args: ["--routes", `${folder}/routes`, ...args], denoFlags }, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const UPGRADE = "GET /who HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/** Opens a WebSocket by hand behind these bytes, and returns the text of its first frame. */
async function whoAmI(stream: Deno.Conn, header: Uint8Array | string = "", fields = ""): Promise<string> {
  const before = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const request = new TextEncoder().encode(`${UPGRADE}${fields}\r\n`);
  await stream.write(Uint8Array.from([...before, ...request]));
  let seen = "";
  const buffer = new Uint8Array(4096);
  while (!/\r\n\r\n..(?=.)/s.test(seen)) {
    const count = await stream.read(buffer);
    if (count === null) throw new Error(`it ended: ${seen}`);
    seen += new TextDecoder("latin1").decode(buffer.subarray(0, count));
    if (!"HTTP/1.1 101".startsWith(seen.slice(0, 12))) throw new Error(seen);
  }
  return seen.slice(seen.indexOf("\r\n\r\n") + 6);
}

const connect = (port: number) => Deno.connect({ hostname: "127.0.0.1", port });

for (const version of ["send-proxy", "send-proxy-v2"] as const) {
  for (const isTls of [false, true]) {
    Deno.test({
      name: `HAProxy with ${version}${isTls ? " passes TLS through, and" : ""} says whose connection it is`,
      ...requires("haproxy"),
      async fn() {
        const secure = isTls ? ["--cert", CERT_FILE, "--key", KEY_FILE] : [];
        await withRoute([...LISTED, ...secure], async (setting) => {
          await using server = await startServer(setting);
          await using proxy = await startHaproxyPassThrough(server.port, version);
          // From an address of loopback that is not the proxy's own.
          using raw = await connectFrom("127.0.0.9", proxy.port, isTls);
          assertEquals(await whoAmI(raw), "127.0.0.9");
          assertEquals(server.output().includes("no valid PROXY header"), false, server.output());
        });
      },
    });
  }
}

/** Node's sockets can choose where they come from. */
async function connectFrom(localAddress: string, port: number, isTls: boolean): Promise<Deno.Conn & Disposable> {
  const { connect: plain } = await import("node:net");
  const { connect: secure } = await import("node:tls");
  // HAProxy says that it is ready before it is.
  const isThere = () => connect(port).then((conn) => (conn.close(), true), () => false);
  while (!await isThere());
  const tcp = plain({ host: "127.0.0.1", port, localAddress });
  const socket = isTls ? secure({ socket: tcp, ca: CERT, servername: "localhost" }) : tcp;
  await new Promise((resolve, reject) => {
    socket.once(isTls ? "secureConnect" : "connect", resolve);
    socket.once("error", reject);
  });
  const waiting: Uint8Array[] = [];
  let wake = () => {};
  socket.on("data", (bytes: Uint8Array) => (waiting.push(bytes), wake()));
  return {
    async read(buffer: Uint8Array) {
      if (waiting.length === 0) await new Promise<void>((resolve) => wake = resolve);
      const bytes = waiting.shift()!;
      buffer.set(bytes);
      return bytes.length;
    },
    write: (bytes: Uint8Array) => new Promise((resolve) => socket.write(bytes, () => resolve(bytes.length))),
    [Symbol.dispose]() {
      socket.destroy();
      tcp.destroy();
    },
  } as unknown as Deno.Conn & Disposable;
}

Deno.test("a listed source without a header is closed and told of once; a stranger's header is no HTTP", async () => {
  await withRoute(LISTED, async (setting) => {
    await using server = await startServer(setting);
    using good = await connect(server.port);
    assertEquals(await whoAmI(good, "PROXY TCP4 192.0.2.7 127.0.0.1 1 2\r\n"), "192.0.2.7");
    using local = await connect(server.port);
    assertEquals(await whoAmI(local, "PROXY UNKNOWN\r\n"), "127.0.0.1");
    for (let count = 0; count < 3; count++) {
      using bad = await connect(server.port);
      await assertRejects(() => whoAmI(bad), Error);
    }
    await server.printed(/warn {2}a load balancer of proxyProtocol sent no valid PROXY header/);
    assertEquals(server.output().match(/no valid PROXY header/g)?.length, 1);
  });
  await withRoute(["--proxy-protocol", "192.0.2.0/24"], async (setting) => {
    await using server = await startServer(setting);
    using stranger = await connect(server.port);
    await assertRejects(() => whoAmI(stranger, "PROXY TCP4 192.0.2.7 127.0.0.1 1 2\r\n"), Error, "400 Bad Request");
    using plain = await connect(server.port);
    assertEquals(await whoAmI(plain), "127.0.0.1");
  });
});

Deno.test("the address of a PROXY header is what limits count, and what trusted proxies are looked up by", async () => {
  await withRoute([...LISTED, "--max-connections-per-ip", "1", "--trusted-proxies", "10.0.0.0/8"], async (setting) => {
    await using server = await startServer(setting);
    const from = (address: string) => `PROXY TCP4 ${address} 127.0.0.1 1 2\r\n`;
    using one = await connect(server.port);
    assertEquals(await whoAmI(one, from("192.0.2.7")), "192.0.2.7");
    using again = await connect(server.port);
    await assertRejects(() => whoAmI(again, from("192.0.2.7")), Error, "503 ");
    using other = await connect(server.port);
    assertEquals(await whoAmI(other, from("192.0.2.8")), "192.0.2.8");
    using behind = await connect(server.port);
    assertEquals(await whoAmI(behind, from("10.0.0.1"), "X-Forwarded-For: 192.0.2.9\r\n"), "192.0.2.9");
  });
});

Deno.test("over TLS an address that comes too often is closed before TLS, by the address of its PROXY header, a /64 as one", async () => {
  const secure = ["--cert", CERT_FILE, "--key", KEY_FILE, "--handshake-rate-per-ip", "1"];
  await withRoute([...LISTED, ...secure], async (setting) => {
    await using server = await startServer(setting);
    /** Whether its greeting is answered. */
    const greets = async (source: string): Promise<boolean> => {
      using conn = await connect(server.port);
      await conn.write(new TextEncoder().encode(`PROXY ${source} 1 2\r\n`));
      await conn.write(CLIENT_HELLO).catch(() => 0); // It may be closed by now.
      const buffer = new Uint8Array(16);
      return (await conn.read(buffer).catch(() => null) ?? 0) > 0;
    };
    const own = (host: number) => `TCP6 2001:db8::${host.toString(16)} ::1`;
    const answers: boolean[] = [];
    for (let host = 1; host <= 40; host++) answers.push(await greets(own(host)));
    // Two a second, and eighteen at once.
    const letIn = answers.filter((isAnswered) => isAnswered).length;
    assert(answers.slice(0, 18).every((isAnswered) => isAnswered) && letIn < 40, `${answers}`);
    assertEquals([await greets("TCP6 2001:db8:0:1::1 ::1"), await greets("TCP4 192.0.2.1 127.0.0.1")], [true, true]);
  });
});

Deno.test({
  name: "--socket listens on a Unix socket, believes forwarded fields there, and removes it at the end",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withRoute([], async (setting, folder) => {
      const path = `${folder}/sockeye.sock`;
      const args = [...setting.args ?? [], "--socket", path];
      await using server = new ServerProcess({ ...setting, args });
      await server.printed(/listens on the Unix socket /);
      using one = await Deno.connect({ transport: "unix", path });
      assertEquals(await whoAmI(one), UNIX_ADDRESS);
      using forwarded = await Deno.connect({ transport: "unix", path });
      assertEquals(await whoAmI(forwarded, "", "X-Forwarded-For: 192.0.2.9\r\n"), "192.0.2.9");
      await using second = new ServerProcess({ ...setting, args });
      assertEquals((await second.exited()).code, 1);
      assertStringIncludes(second.output(), `--socket ${path} is in use`);
      // A crash leaves the file, and the next one takes it over.
      server.kill("SIGKILL");
      await server.exited();
      await using next = new ServerProcess({ ...setting, args });
      await next.printed(/listens on the Unix socket /);
      next.kill("SIGTERM");
      assertEquals((await next.exited()).code, 0);
      await until(() => ![...Deno.readDirSync(folder)].some(({ name }) => name === "sockeye.sock"), "it is removed");
    });
  },
});
