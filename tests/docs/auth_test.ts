/** The examples of docs/AUTH.md let in, refuse and end as is said there. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { SockeyeSocket } from "../../lib/client/mod.ts";
import { createTestServer, UpgradeRefusedError } from "../../lib/testing/mod.ts";
import { TokenError } from "sockeye/auth";
import { seconds, SECRET, signed, signer } from "../auth/support/tokens.ts";
import { PROJECT, startServer } from "../support/server_process.ts";
import { codeBlocks } from "./code_blocks.ts";

const PAGE = await Deno.readTextFile(`${PROJECT}docs/AUTH.md`);
const BLOCKS = codeBlocks(PAGE);

/** The examples that say which file they are, in a folder of their own; gone after the test. */
async function routes() {
  const path = await Deno.makeTempDir({ prefix: "sockeye-auth-" });
  for (const { code } of BLOCKS) {
    const file = /^\/\/ routes\/(\S+)$/m.exec(code)?.[1];
    if (file === undefined) continue;
    await Deno.mkdir(`${path}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${path}/${file}`, code);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

Deno.test("docs/AUTH.md: its routes let in whom they say, and nobody else", async () => {
  Deno.env.set("SOCKEYE_JWT_SECRET", SECRET);
  await using folder = await routes();
  await using server = await createTestServer(folder.path);
  const me = await server.connect("/me", bearer(await signed({ name: "Ada" })));
  me.send("hi");
  assertEquals(await me.receive(), "Ada: hi");

  const token = await signed({ rooms: ["blue"], exp: seconds(60) });
  const [one, two] = [
    await server.connect("/rooms/blue", bearer(token)),
    await server.connect("/rooms/blue", bearer(token)),
  ];
  await server.settled();
  one.send("hello");
  assertEquals(await two.receive(), "hello");
  assertEquals((await (await server.connect("/rooms/red", bearer(token))).closed).code, 4403);
  await server.clock.advance(65_050);
  assertEquals([(await one.closed).code, (await two.closed).code], [4401, 4401]);

  const byCookie = (id: string) => server.connect("/session", { headers: { cookie: `theme=dark; session=${id}` } });
  const session = await byCookie("a3f1");
  assertEquals(await session.receive(), "hello ada");
  assertEquals((await assertRejects(() => byCookie("ffff"), UpgradeRefusedError)).status, 401);
  await server.clock.advance(60_050);
  assertEquals((await session.closed).code, 4401);
});

Deno.test("docs/AUTH.md: the client brings a token again and again", async () => {
  const { code = "" } = BLOCKS.find(({ language }) => language === "js") ?? {};
  await using server = await startServer({
    routes: "examples/auth",
    env: { SOCKEYE_JWT_SECRET: SECRET, SOCKEYE_JWT_PUBLIC_KEY: (await signer("EdDSA")).pem },
  });
  let bring = () => Promise.resolve();
  const setInterval = (callback: () => Promise<void>, ms: number) => {
    assertEquals(ms, 600_000);
    bring = callback;
  };
  const names = ["Ada", "Ada B."];
  const fetchToken = () => signed({ name: names.shift() });
  const body = `${code.replace('"/me"', JSON.stringify(`${server.url}/message`))}\nreturn socket;`;
  const socket = new Function("SockeyeSocket", "setInterval", "fetchToken", body)(
    SockeyeSocket,
    setInterval,
    fetchToken,
  );
  const said = () => new Promise((resolve) => socket.onmessage = ({ data }: MessageEvent) => resolve(data));
  for (const answer of ["Ada: hi", "Ada B.: hi"]) {
    const answered = said();
    socket.send("hi");
    assertEquals(await answered, answer);
    if (answer === "Ada: hi") await bring();
  }
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});

Deno.test("docs/AUTH.md names the examples that there are, and every fault", async () => {
  const there = await Array.fromAsync(Deno.readDir(`${PROJECT}examples/auth`), ({ name }) => `examples/auth/${name}`);
  for (const file of there) assertEquals(PAGE.includes(file), true, file);
  for (const fault of ["malformed", "too-long", "not-yet", "subject", "not-allowed"] as const) {
    assertEquals([PAGE.includes(`\`${fault}\``), new TokenError(fault).fault], [true, fault]);
  }
});
