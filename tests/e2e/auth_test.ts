/** The routes of examples/auth, as a server of its own serves them, and clients that bring tokens in each way. @module */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { SockeyeSocket } from "../../lib/client/mod.ts";
import { base64url, OTHER_SECRET, seconds, SECRET, signed, type Signer, signer } from "../auth/support/tokens.ts";
import { RawClient } from "../support/raw_client.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";
import { until } from "../support/until.ts";

const ed = await signer("EdDSA");

/** A server with the routes of the examples, and what it is told. */
function serve(env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  return startServer({
    routes: "examples/auth",
    env: { SOCKEYE_JWT_SECRET: SECRET, SOCKEYE_JWT_PUBLIC_KEY: ed.pem, LOG_LEVEL: "debug", ...env },
  });
}

/** What a client with this header hears when it says `hi`, or how it ends. */
async function heard(server: ServerProcess, path: string, headers: Readonly<Record<string, string>>) {
  using client = await RawClient.connect({ port: server.port, path, headers });
  await client.sendText("hi");
  return await client.nextButPings();
}

/** Of a token that the server lets be for two or three seconds more: it allows five for clocks that are off. */
const soon = (): number => seconds(-2);

/** Nothing of these tokens is in what the server has printed, at the level that prints most. */
function assertUntold(server: ServerProcess, tokens: readonly string[]): void {
  const output = server.output();
  for (const token of tokens) {
    for (const text of [token, base64url(token)]) {
      assertFalse(output.includes(text.slice(-24)), output);
      assertFalse(output.includes(text.slice(0, 60)), output);
    }
  }
  for (const secret of [SECRET, base64url(SECRET)]) assertFalse(output.includes(secret));
}

for (const LOG_FORMAT of ["text", "json"]) {
  Deno.test(`each example lets in who brings a good token in its way, and nobody else; the log, as ${LOG_FORMAT}, tells no token`, () =>
    letsIn({ LOG_FORMAT }));
}

async function letsIn(env: Readonly<Record<string, string>>): Promise<void> {
  await using server = await serve(env);
  const [good, bad] = [await signed({ name: "Ada" }), await signed({ name: "Eve" }, OTHER_SECRET)];
  const [goodEd, badEd] = [await ed.sign(), await (await signer("EdDSA")).sign()];
  const ada = { kind: "text", text: "Ada: hi" } as const;
  assertEquals(await heard(server, "/message", { authorization: `Bearer ${good}` }), ada);
  assertEquals(await heard(server, "/cookie", { cookie: `session=${good}` }), ada);
  assertEquals(await heard(server, "/header", { authorization: `Bearer ${goodEd}` }), {
    kind: "text",
    text: "ada: hi",
  });
  const carried = (token: string) => ({ "sec-websocket-protocol": `chat, sockeye.token.${base64url(token)}` });
  assertEquals(await heard(server, "/subprotocol", carried(good)), ada);

  const refused = await heard(server, "/message", { authorization: `Bearer ${bad}` });
  assertEquals([refused.kind, (refused as { code?: number }).code], ["close", 4403]);
  for (
    const [path, headers] of [
      ["/cookie", { cookie: `session=${bad}` }],
      ["/header", { authorization: `Bearer ${badEd}` }],
      ["/header", {}],
      ["/subprotocol", carried(bad)],
    ] as const
  ) {
    const response = await heard(server, path, headers).catch(String);
    assert(String(response).includes("401"), `${path}: ${Deno.inspect(response)}`);
  }
  const asked = (token: string) => server.fetch("/header", { headers: { authorization: `Bearer ${token}` } });
  assertEquals(await (await asked(goodEd)).json(), { sub: "ada" });
  const no = await asked(badEd);
  assertEquals([no.status, await no.text()], [401, "the signature of the token is wrong\n"]);
  const query = await heard(server, `/header?token=${bad}`, { origin: "https://elsewhere.example" }).catch(String);
  assert(String(query).includes("403"), Deno.inspect(query));
  await server.printed(/refused.*\b403\b/);
  assertUntold(server, [good, bad, goodEd, badEd]);
}

for (const transport of ["websocket", "long-poll"] as const) {
  Deno.test(`${transport}: a client whose token expires is closed with 4401, gets another one, and goes on`, async () => {
    await using server = await serve();
    const tokens: string[] = [];
    const asked: boolean[] = [];
    const events: unknown[][] = [];
    const socket = new SockeyeSocket(`${server.url}/message`, {
      transports: [transport],
      token: async ({ isRefused }) => {
        asked.push(isRefused);
        tokens.push(await signed({ name: "Ada", ...(isRefused ? {} : { exp: soon() }) }));
        return tokens.at(-1)!;
      },
    });
    socket.addEventListener("open", ({ isReconnect }) => events.push(["open", isReconnect]));
    socket.addEventListener("away", ({ code, reason }) => events.push(["away", code, reason]));
    const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
    await until(() => events.length === 3, () => Deno.inspect(events));
    assertEquals(events, [["open", false], ["away", 4401, "the token has expired"], ["open", true]]);
    assertEquals(asked, [false, true]);
    const answer = new Promise((resolve) => socket.onmessage = ({ data }) => resolve(data));
    socket.send("still here");
    assertEquals(await answer, "Ada: still here");
    assertUntold(server, tokens);
    socket.close();
    await closed;
  });
}

Deno.test("a client that brings another token in time stays; one that does not, and one with that of another, go", async () => {
  await using server = await serve();
  const shortLived = await signed({ name: "Ada", exp: soon() });
  const open = (path: string) => {
    const ends: number[] = [];
    let isRefused = false;
    const socket = new SockeyeSocket(`${server.url}${path}`, {
      token: (request) => {
        isRefused ||= request.isRefused;
        if (isRefused) throw new Error("none left");
        return shortLived;
      },
      transports: ["websocket"],
    });
    socket.addEventListener("away", ({ code }) => ends.push(code));
    return {
      socket,
      ends,
      opened: new Promise((resolve) => socket.addEventListener("open", resolve)),
      closed: new Promise((resolve) => socket.addEventListener("close", resolve)),
    };
  };
  const [stays, goes, changes] = [open("/message"), open("/message"), open("/cookie")];
  await Promise.all([stays.opened, goes.opened, changes.opened]);
  const [longer, other] = [await signed({ name: "Ada B." }), await signed({ name: "Eve", sub: "eve" })];
  stays.socket.auth(longer);
  changes.socket.auth(other);
  await until(() => changes.ends[0] === 4403, () => `4403, and not ${changes.ends}`);
  await until(() => goes.ends[0] === 4401, () => `4401, and not ${goes.ends}`);
  assertEquals([stays.ends, stays.socket.readyState], [[], 1]);
  const answer = new Promise((resolve) => stays.socket.onmessage = ({ data }) => resolve(data));
  stays.socket.send("hi");
  assertEquals(await answer, "Ada B.: hi");
  assertUntold(server, [shortLived, longer, other]);
  for (const { socket, closed } of [stays, goes, changes]) {
    socket.close();
    await closed;
  }
});

/** A login service: its keys, and how often it was asked for them. */
class Issuer implements AsyncDisposable {
  asked = 0;
  answer: () => Response | Promise<Response> = () => Response.json({ keys: [] });
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    this.asked++;
    return this.answer();
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/jwks.json`;
  }

  publish(...signers: readonly Signer[]): void {
    this.answer = () => Response.json({ keys: signers.map(({ jwk }) => jwk) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

Deno.test("keys of a login service: fetched once for many, kept through an outage, and not asked for by strangers", async () => {
  await using issuer = new Issuer();
  const [one, stranger] = [await signer("RS256", "one"), await signer("RS256", "made up")];
  issuer.publish(one);
  await using server = await serve({ SOCKEYE_JWT_KEYS: issuer.url });
  const ask = async (token: string) => await heard(server, "/key_set", { authorization: `Bearer ${token}` });
  const [member, guest] = [await one.sign({ roles: ["member"] }), await one.sign()];
  const welcome = { kind: "text", text: "ada: hi" };
  assertEquals(await Promise.all(Array.from({ length: 20 }, () => ask(member))), Array(20).fill(welcome));
  assertEquals(issuer.asked, 1);
  const codeOf = async (token: string) => (await ask(token) as { readonly code?: number }).code;
  assertEquals(await codeOf(guest), 4403);
  issuer.answer = () => new Response("away", { status: 503 });
  const unknown = await Promise.all(Array.from({ length: 50 }, async (_, at) => {
    const made = await (at % 2 === 0 ? stranger : await signer("EdDSA", `kid ${at}`)).sign();
    return await codeOf(made);
  }));
  assertEquals(unknown, Array(50).fill(4403));
  assertEquals([await ask(member), issuer.asked], [welcome, 1]);
  assertUntold(server, [member, guest]);
});
