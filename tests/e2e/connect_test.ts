/** `deno task connect` as users run it, in pipes. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { IncomingMessage } from "node:http";
import { WebSocketServer } from "ws";
import denoConfig from "../../deno.json" with { type: "json" };
import { ConnectProcess, runConnect } from "../support/connect_process.ts";
import { type CraftedConnection, CraftedServer } from "../support/crafted_server.ts";
import { PROJECT, startServer } from "../support/server_process.ts";
import { until } from "../support/until.ts";

Deno.test("deno task connect asks for the network and for reading, and for nothing else", () => {
  assertEquals(
    denoConfig.tasks.connect.command,
    "deno run --no-prompt --allow-net --allow-read lib/terminal/connect_command.ts",
  );
});

Deno.test("each line of stdin is a message, and each answer a line of stdout", async () => {
  await using server = await startServer();
  const result = await runConnect([`:${server.port}/echo`], "a\n/ping is no command here\n\nlast");
  assertEquals(result, { code: 0, out: "a\n/ping is no command here\n\nlast\n", err: "" });
});

Deno.test("what deno task says of itself goes to stderr", async () => {
  await using server = await startServer();
  const result = await runConnect([`ws://127.0.0.1:${server.port}/echo`], "a\n", { isLoud: true });
  assertEquals([result.code, result.out], [0, "a\n"]);
  assertMatch(result.err, /^Task connect deno run /);
});

Deno.test("it connects by name, by IPv6 address, and by an address of HTTP", async () => {
  await using server = await startServer({ args: ["--host", "::"] });
  for (
    const url of [
      `localhost:${server.port}/echo`,
      `ws://[::1]:${server.port}/echo`,
      `http://127.0.0.1:${server.port}/echo`,
    ]
  ) {
    assertEquals(await runConnect(["--count", "1", url], "a\n"), { code: 0, out: "a\n", err: "" }, url);
  }
});

Deno.test("bytes go in as hexadecimal, and come out as that or as they are", async () => {
  await using server = await startServer();
  const address = `:${server.port}/echo`;
  assertEquals(await runConnect(["-x", address], "48 69\n0x00,0xff\n"), { code: 0, out: "4869\n00ff\n", err: "" });
  assertEquals(await runConnect(["-x", "--raw", address], "48690a\n48\n"), { code: 0, out: "Hi\nH", err: "" });
});

Deno.test("a server that chooses none of the subprotocols is talked to, with a word on stderr", async () => {
  await using server = await startServer();
  const result = await runConnect(["-s", "chat.v9", "--count", "1", `:${server.port}/echo`], "a\n");
  assertEquals(result, { code: 0, out: "a\n", err: "the server chose none of the subprotocols: chat.v9\n" });
});

Deno.test("-v shows the handshake, the accept key step by step, and each frame, all on stderr", async () => {
  await using server = await startServer();
  const { code, out, err } = await runConnect(["-v", "--no-compress", `:${server.port}/echo`], "hello\n");
  assertEquals([code, out], [0, "hello\n"]);
  const time = String.raw`\d\d:\d\d:\d\d\.\d{3}`;
  const mask = "mask [0-9a-f]{8}";
  const expected = [
    String.raw`\* TCP to 127\.0\.0\.1:${server.port}`,
    "> GET /echo HTTP/1\\.1",
    "> Sec-WebSocket-Key: \\S{22}==",
    "< HTTP/1\\.1 101 Switching Protocols",
    String.raw`\*   key \+ GUID  \S{22}==258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
    String.raw`\*   SHA-1       [0-9a-f]{40}`,
    String.raw`\*   base64      \S{27}=, as the server answered`,
    `${time} > TEXT         FIN  ${mask}  5 bytes \\(7-bit length\\)  "hello"`,
    `${time} < TEXT         FIN  5 bytes \\(7-bit length\\)  "hello"`,
    `${time} > CLOSE        FIN  ${mask}  2 bytes \\(7-bit length\\)  1000`,
    `${time} < CLOSE        FIN  2 bytes \\(7-bit length\\)  1000`,
    "\\* closed 1000",
  ];
  let at = 0;
  const lines = err.split("\n");
  for (const pattern of expected) {
    const found = lines.findIndex((line, index) => index >= at && new RegExp(`^${pattern}$`).test(line));
    assertEquals(found >= 0, true, `${pattern} behind line ${at} of:\n${err}`);
    at = found + 1;
  }
});

Deno.test("--count ends it after so many messages, without any input", async () => {
  await using server = await startServer();
  const { code, out } = await runConnect(["--count", "2", "--json", `:${server.port}/clock`]);
  assertEquals(code, 0);
  assertMatch(out, /^(\{\n {2}"time": "[^"]+",\n {2}"watching": \d+\n\}\n){2}$/);
});

Deno.test("a refusal is exit code 1, with status and what the server says", async () => {
  await using server = await startServer();
  const { code, out, err } = await runConnect([`:${server.port}/nope`]);
  assertEquals([code, out], [1, ""]);
  assertEquals(
    err,
    'refused: 404 Not Found\nThere is no route at "/nope". A route is a file under the routes folder.\n',
  );
});

Deno.test("nobody there, no WebSocket and no answer in time are exit code 1", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const late = await runConnect(["--timeout", "50ms", `:${port}`]);
  assertEquals(late, {
    code: 1,
    out: "",
    err: `cannot connect to ws://127.0.0.1:${port}/: nothing within 50 ms (--timeout)\n`,
  });
  listener.close();
  const closed = await runConnect([`:${port}`]);
  assertEquals(closed.code, 1);
  assertMatch(closed.err, /refused.*; is the server running there\?\n$/);
  await using server = new CraftedServer({
    answer: () => "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
  });
  const wrong = await runConnect([`:${server.port}`]);
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.err, "Sec-WebSocket-Accept of the answer is missing");
});

Deno.test("wrong arguments, and input that cannot be sent, are exit code 2", async () => {
  const flag = await runConnect(["--verbos", ":1"]);
  assertEquals(flag, { code: 2, out: "", err: "connect: --verbos: unknown flag; did you mean --verbose?\n" });
  await using server = await startServer();
  const address = `:${server.port}/echo`;
  const { code, err } = await runConnect([address], Uint8Array.of(0x61, 0x0a, 0xff, 0x0a));
  assertEquals([code, err], [
    2,
    "line 2 of the input cannot be sent: it is not UTF-8: send it as hexadecimal with --binary\n",
  ]);
  const noFile = await runConnect(["--ca", "/none.pem", address]);
  assertEquals([noFile.code, noFile.err.startsWith("connect: --ca /none.pem: No such file")], [2, true]);
  const hex = await runConnect(["-x", address], "0g\n");
  assertEquals(hex.code, 2);
  assertStringIncludes(hex.err, 'line 1 of the input cannot be sent: "0g" is not hexadecimal');
});

const ENDINGS: ReadonlyArray<readonly [hex: string, code: number, err: string]> = [
  ["880203e8", 0, ""],
  ["880203e9", 0, ""],
  ["8800", 0, ""],
  ["881003f3" + "696e7465726e616c206572726f72", 3, "closed 1011 internal error\n"],
  ["88020fa1", 3, "closed 4001\n"],
  ["", 3, "closed 1006 it ended without a Close frame\n"],
  [
    "8b00",
    3,
    "the server broke a rule: the opcode is a reserved one (§5.2)\nclosed 1002 the opcode is a reserved one\n",
  ],
];

for (const [hex, code, err] of ENDINGS) {
  Deno.test(`a server that ends with ${hex === "" ? "nothing" : hex} makes it exit with ${code}`, async () => {
    // It ends the connection, when it has been answered where there is something to answer.
    const talk = async ({ receive }: CraftedConnection) => void (hex === "" || await receive());
    await using server = new CraftedServer({ behind: hex, talk });
    await using connect = new ConnectProcess([`:${server.port}`]);
    assertEquals(await connect.result(), { code, out: "", err });
  });
}

Deno.test("Ctrl+C closes with 1000 and is exit code 130", async () => {
  await using server = await startServer();
  await using connect = new ConnectProcess(["-v", `:${server.port}/echo`]);
  await connect.says(/connected to/);
  connect.interrupt();
  const { code, err } = await connect.result();
  assertEquals(code, 130);
  assertMatch(err, /> CLOSE .* 1000\n.*< CLOSE .* 1000\n\* closed 1000\n$/);
});

Deno.test("a second Ctrl+C does not wait for the server", async () => {
  let closes = 0;
  await using server = new CraftedServer({
    async talk({ receive }) {
      while (await receive() !== "") closes++;
    },
  });
  await using connect = new ConnectProcess(["-v", `:${server.port}`]);
  await connect.says(/connected to/);
  connect.interrupt();
  await until(() => closes > 0, "the Close frame");
  // One that follows at once is taken for the same: deno task passes the first on.
  const pressing = setInterval(() => connect.interrupt(), 20);
  const { code, err } = await connect.result();
  clearInterval(pressing);
  // Had it waited, it would say how that ended.
  assertEquals([code, err.includes("closed")], [130, false]);
});

for (const [what, flags] of [["its messages", ""], ["anything of it", "-v 2>&1"]] as const) {
  Deno.test(`it closes and ends with 0 when nobody reads ${what} any more`, async () => {
    await using server = await startServer();
    const run = `"$0" task -q connect --wait forever ":$1/clock" ${flags}; echo "code $?" >&3`;
    const { stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", `{ { ${run}; } | head -n 1; } 3>&2`, Deno.execPath(), `${server.port}`],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    assertEquals(new TextDecoder().decode(stdout).split("\n").length, 2);
    assertEquals(new TextDecoder().decode(stderr), "code 0\n");
  });
}

Deno.test("what --insecure says to run leaves the certificate unchecked", async () => {
  const [cert = "", key = ""] = ["cert", "key"].map((name) =>
    Deno.readTextFileSync(new URL(`../support/localhost_${name}.pem`, import.meta.url))
  );
  await using server = new CraftedServer({ tls: { cert, key }, behind: "810161" });
  const url = `wss://localhost:${server.port}/`;
  const strict = await runConnect(["--once", url]);
  assertEquals([strict.code, strict.err.includes("--ca FILE")], [1, true]);
  const { code, err } = await runConnect(["--insecure", "--once", url]);
  assertEquals(code, 2);
  const [, args = ""] = /deno (run \S.* wss:\S+)\. Safer: --ca FILE\n$/.exec(err) ?? [];
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args.split(" "), "--once"],
    cwd: PROJECT,
    stdin: "null",
  });
  const { stdout } = await command.output();
  assertEquals(new TextDecoder().decode(stdout), "a\n");
});

/** What is used of npm ws, which comes without types. */
interface ServerSocket {
  readonly protocol: string;
  on(event: "message", listener: (bytes: Uint8Array, isBinary: boolean) => void): void;
  send(bytes: Uint8Array, options: { readonly binary: boolean }): void;
}

Deno.test("it talks to npm ws: subprotocol, headers, compression in both directions with its context", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: { threshold: 0 } });
  await new Promise((resolve) => server.once("listening", resolve));
  const heard: unknown[] = [];
  server.on("connection", (socket: ServerSocket, request: IncomingMessage) => {
    heard.push(request.headers["x-who"], request.headers.authorization, socket.protocol);
    socket.on("message", (bytes: Uint8Array, isBinary: boolean) => socket.send(bytes, { binary: isBinary }));
  });
  try {
    const { port } = server.address() as { port: number };
    const args = ["-v", "-s", "chat.v2", "-H", "X-Who: me", "--token", "secret", `:${port}`];
    const line = "sockeye ".repeat(30);
    const { code, out, err } = await runConnect(args, `${line}\n${line}\nshort\n`);
    assertEquals([code, out], [0, `${line}\n${line}\nshort\n`], err);
    assertEquals(heard, ["me", "Bearer secret", "chat.v2"]);
    assertMatch(err, /> TEXT {9}FIN RSV1 .*deflated/);
    const answers = [...err.matchAll(/< TEXT {9}FIN RSV1 {2}(\d+) bytes/g)].map(([, count]) => Number(count));
    // The second refers to the first.
    assertEquals(answers.length >= 2 && answers[1]! < answers[0]!, true, err);
  } finally {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
});

Deno.test("--help and --version go to stdout", async () => {
  const help = await runConnect(["--help"]);
  assertEquals([help.code, help.err], [0, ""]);
  for (const word of ["Usage: deno task connect", "--subprotocol", "/fragment", "130  Ctrl+C"]) {
    assertStringIncludes(help.out, word);
  }
  const version = await runConnect(["--version"]);
  assertEquals(version.out, `sockeye connect ${denoConfig.version} (deno ${Deno.version.deno})\n`);
});
