/** The load generator is built and told what to do, and what it prints is believed only when it is whole. @module */
import { assertEquals, assertGreater, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  buildLoadGenerator,
  deflatedLoad,
  type Load,
  loadArguments,
  LoadError,
  parseLoadResult,
  runLoad,
} from "./wsload.ts";

const LINE = JSON.stringify({
  label: "",
  rate: 1000.5,
  p50_us: 1.5,
  p99_us: 2.5,
  cli_cpu: 0.5,
  srv_cpu: 1,
  srv_us: 10,
  srv_rss_mb: 60,
  kib_per_conn: 0,
  reply_bytes: 66,
  steal: 0.01,
  conn_min: 1,
  conn_max: 2,
  errs: 0,
});

Deno.test("parseLoadResult reads the line of the load generator into numbers with their units", () => {
  assertEquals(parseLoadResult(LINE), {
    rate: 1000.5,
    serverUs: 10,
    serverCores: 1,
    loadCores: 0.5,
    p50Us: 1.5,
    p99Us: 2.5,
    connMin: 1,
    connMax: 2,
    serverMiB: 60,
    connectionKiB: 0,
    replyBytes: 66,
    steal: 0.01,
    errors: 0,
  });
});

for (
  const [what, line, words] of [
    ["something else", "bad response", "bad response"],
    ["a line without a number it needs", LINE.replace("srv_us", "other"), '"srv_us"'],
    ["errors on the connections", LINE.replace('"errs":0', '"errs":3'), "3 errors"],
    ["a server that answered nothing", LINE.replace("1000.5", "0"), "no message"],
  ] as const
) {
  Deno.test(`parseLoadResult refuses ${what}`, () => {
    assertStringIncludes(assertThrows(() => parseLoadResult(line), LoadError).message, words);
  });
}

Deno.test("loadArguments puts every property of the load on the command line", () => {
  const load = { mode: "echo", connections: 100, messageBytes: 64, depth: 8, isText: true } as const;
  const target = { port: 4000, path: "/echo", pid: 7, seconds: 2, warmUpSeconds: 0.5 };
  assertEquals(
    loadArguments(load, target).join(" "),
    "-m echo -c 100 -s 64 -d 8 -p 4000 -u /echo -P 7 -t 2 -w 0.5 -x",
  );
});

for (
  const [mode, isRaw, words] of [
    ["echo", true, ["-m", "raw"]],
    ["fan", false, ["-m", "fan"]],
    ["handshakes", false, ["-m", "hs"]],
    ["idle", false, ["-m", "idle"]],
    ["idle", true, ["-m", "idle", "-R"]],
  ] as const
) {
  Deno.test(`loadArguments says ${words.join(" ")} for ${mode}${isRaw ? " without WebSocket" : ""}`, () => {
    const load = { mode, isRaw, connections: 1, messageBytes: 20, depth: 1, isText: false };
    const all = loadArguments(load, { port: 4000, path: "/", pid: 7, seconds: 1, warmUpSeconds: 0 });
    assertEquals(all.filter((word, at) => word === "-m" || all[at - 1] === "-m" || word === "-R"), [...words]);
  });
}

Deno.test("loadArguments offers compression where the load is compressed", () => {
  const load = { mode: "echo", connections: 1, messageBytes: 1024, depth: 1, isText: false, isDeflated: true } as const;
  const target = { port: 4000, path: "/", pid: 7, seconds: 1, warmUpSeconds: 0 };
  assertEquals(loadArguments(load, target).at(-1), "-z");
});

Deno.test("buildLoadGenerator says what to install when there is no C compiler", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const error = await assertRejects(() => buildLoadGenerator(folder, "no-such-compiler"), LoadError);
    assertStringIncludes(error.message, '"no-such-compiler": install one');
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const hasCompiler = Deno.build.os === "linux" &&
  await new Deno.Command("cc", { args: ["--version"], stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);

const PLAIN: Load = { mode: "echo", connections: 3, messageBytes: 200, depth: 2, isText: false };

type Answer = (received: string | ArrayBuffer) => string | ArrayBuffer;

const sameBack: Answer = (received) => received;

/** What a server in this process answers, and what the load generator must make of it. */
const CONVERSATIONS: readonly {
  readonly name: string;
  readonly load?: Partial<Load>;
  readonly answer?: Answer;
  readonly complaint?: string;
}[] = [
  { name: "counts messages that come back as they were sent" },
  { name: "counts text messages that come back as text", load: { isText: true } },
  { name: "counts handshakes", load: { mode: "handshakes" } },
  { name: "tells the memory of silent connections", load: { mode: "idle" } },
  {
    name: "complains of a reply of another type",
    load: { isText: true },
    answer: (text) => new TextEncoder().encode(String(text)).buffer,
    complaint: "a reply of another type",
  },
  {
    name: "complains of a reply of other bytes",
    answer: (bytes) => new Uint8Array(bytes as ArrayBuffer).map((byte) => byte ^ 1).buffer,
    complaint: "a reply of other bytes",
  },
  {
    name: "complains of a reply that is too short",
    answer: (bytes) => (bytes as ArrayBuffer).slice(0, 199),
    complaint: "a reply of another length",
  },
  {
    name: "complains of a server that does not compress",
    load: { isText: true, isDeflated: true },
    complaint: "no deflate negotiated",
  },
];

Deno.test({
  name: "the load generator believes no server" +
    (hasCompiler ? "" : " (skipped: needs Linux and a C compiler; Debian: apt-get install gcc libc6-dev)"),
  ignore: !hasCompiler,
  async fn(test) {
    const folder = await Deno.makeTempDir();
    try {
      const program = await buildLoadGenerator(folder);
      for (const { name, load, answer = sameBack, complaint } of CONVERSATIONS) {
        await test.step(name, async () => {
          await using server = echoServer(answer);
          const whole = { ...PLAIN, ...load };
          const target = { port: server.addr.port, path: "/", pid: Deno.pid, seconds: 0.1, warmUpSeconds: 0.1 };
          const env = whole.isDeflated ? await deflatedLoad(program, whole.messageBytes, folder) : {};
          const running = runLoad([program], whole, target, undefined, env);
          if (complaint === undefined) assertGreater((await running).rate, 0);
          else assertStringIncludes((await assertRejects(() => running, LoadError)).message, complaint);
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "the load generator takes what an earlier publisher left behind for nothing of its own",
  ignore: !hasCompiler,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const program = await buildLoadGenerator(folder);
      await using server = fanServer();
      // More than are opened at a time: the first hear from the server before the last are there.
      const load: Load = { ...PLAIN, mode: "fan", connections: 300 };
      const target = { port: server.addr.port, path: "/", pid: Deno.pid, seconds: 0.1, warmUpSeconds: 0.1 };
      for (let run = 0; run < 2; run++) assertGreater((await runLoad([program], load, target)).rate, 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Relays to all but the sender, and gives whoever comes what was published last. */
function fanServer() {
  const sockets = new Set<WebSocket>();
  let last: ArrayBuffer | undefined;
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      sockets.add(socket);
      if (last !== undefined) socket.send(last);
    };
    socket.onmessage = ({ data }) => {
      last = data;
      for (const other of sockets) if (other !== socket && other.readyState === WebSocket.OPEN) other.send(data);
    };
    socket.onclose = () => sockets.delete(socket);
    // The load generator ends its connections by a reset.
    socket.onerror = (event) => event.preventDefault();
    return response;
  });
}

/** A server in this process; its connections end with the load generator. */
function echoServer(answer: Answer) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(answer(data));
    };
    // The load generator ends its connections by a reset.
    socket.onerror = (event) => event.preventDefault();
    return response;
  });
}
