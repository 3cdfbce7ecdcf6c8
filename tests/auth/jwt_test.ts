/** `jwt`: every kind of token by every way that it may come, how long it lets in, and what follows it. @module */
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { defineRoute, type Route } from "sockeye";
import { jwt, type JwtOptions, KeySetError, TokenError } from "sockeye/auth";
import { createTestServer, type TestPeer, type TestServer, UpgradeRefusedError } from "../../lib/testing/mod.ts";
import { said } from "../gateway/support/client.ts";
import { badTokens, base64url, OPTIONS, OTHER_SECRET, seconds, SECRET, signed, signer } from "./support/tokens.ts";

/** A route that says who came, with these of the hooks. */
function me(options: Partial<JwtOptions>, hooks: ReadonlyArray<"upgrade" | "authenticate">, more: Partial<Route> = {}) {
  const auth = jwt({ ...OPTIONS, ...options });
  return {
    ...Object.fromEntries(hooks.map((hook) => [hook, auth[hook]])),
    open: (peer) => void peer.send(`hello ${(peer.context as { claims: { sub: string } }).claims.sub}`),
    ...more,
  } as Route;
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const cookie = (token: string) => ({ headers: { cookie: `theme=dark; session=${token}` } });
const subprotocol = (token: string) => ({ subprotocols: [`sockeye.token.${base64url(token)}`] });
const ours = (token: string) => ({ subprotocols: ["sockeye.v1", `sockeye.token.${base64url(token)}`] });

/** What a handshake brings along. */
type Offer = (token: string) => NonNullable<Parameters<TestServer["connect"]>[1]>;

interface Source {
  readonly name: string;
  readonly hooks: ReadonlyArray<"upgrade" | "authenticate">;
  /** How the token is handed over. */
  readonly offer: Offer | "first message";
  /** What a refusal is: a status, or a close code. */
  readonly refusal: number;
}

const SOURCES: readonly Source[] = [
  { name: "Authorization, by authenticate", hooks: ["authenticate"], offer: bearer, refusal: 4403 },
  { name: "Authorization, by upgrade", hooks: ["upgrade"], offer: bearer, refusal: 401 },
  { name: "Authorization, by both", hooks: ["upgrade", "authenticate"], offer: bearer, refusal: 4403 },
  { name: "a cookie", hooks: ["upgrade"], offer: cookie, refusal: 401 },
  { name: "a cookie, by both", hooks: ["upgrade", "authenticate"], offer: cookie, refusal: 401 },
  {
    name: "a cookie, of our client",
    hooks: ["upgrade", "authenticate"],
    offer: (token) => ({ ...cookie(token), subprotocols: ["sockeye.v1"] }),
    refusal: 4401,
  },
  { name: "a subprotocol, by authenticate", hooks: ["authenticate"], offer: subprotocol, refusal: 4403 },
  { name: "a subprotocol, by upgrade", hooks: ["upgrade"], offer: subprotocol, refusal: 401 },
  { name: "a subprotocol of our client, by upgrade", hooks: ["upgrade"], offer: ours, refusal: 4401 },
  { name: "the first message", hooks: ["upgrade", "authenticate"], offer: "first message", refusal: 4403 },
];

/** Connects, and hands a token over. */
async function connect(server: TestServer, { offer }: Source, token: string): Promise<TestPeer> {
  if (offer !== "first message") return await server.connect("/me", offer(token));
  const peer = await server.connect("/me", { subprotocols: ["sockeye.v1"] });
  peer.send(said(["auth", token]) as string);
  return peer;
}

/** A status, a close code, or what the route said. */
async function outcome(connecting: Promise<TestPeer>): Promise<number | string> {
  try {
    const peer = await connecting;
    for (;;) {
      const next = await Promise.race([peer.closed.then(({ code }) => code), peer.receive().catch(() => undefined)]);
      if (typeof next === "number") return next;
      if (typeof next === "string" && next.endsWith("hello ada")) return "hello ada";
    }
  } catch (error) {
    if (error instanceof UpgradeRefusedError) return error.status;
    throw error;
  }
}

const BAD = await badTokens();

for (const source of SOURCES) {
  const { name, hooks, refusal } = source;
  Deno.test(`a token in ${name}: a good one lets in, and no other`, async () => {
    const faults: string[] = [];
    const options = { cookie: "session", onRefusal: ({ fault }: TokenError) => void faults.push(fault) };
    await using server = await createTestServer({ "/me": me(options, hooks) });
    assertEquals(await outcome(connect(server, source, await signed())), "hello ada");
    for (const [what, token, fault] of BAD) {
      faults.length = 0;
      assertEquals(await outcome(connect(server, source, token)), refusal, what);
      assertEquals(faults, [fault], what);
    }
    await server.settled();
    // Nobody reads a token, or a part of one, in a log.
    const log = JSON.stringify(server.logs);
    for (const [, token] of BAD) assertFalse(token.length > 20 && log.includes(token.slice(-20)));
    assertFalse(log.includes(SECRET));
  });
}

Deno.test("verify says of every bad token what is wrong with it, and quotes nothing", async () => {
  const { verify } = jwt(OPTIONS);
  assertEquals((await verify(await signed({ role: "cook" }))).role, "cook");
  for (const [what, token, fault] of BAD) {
    const error = await assertRejects(() => verify(token), TokenError, undefined, what);
    assertEquals(error.fault, fault, what);
    const said = Deno.inspect(error, { depth: 100 });
    for (const part of token.split(".").filter(({ length }) => length > 4)) assertFalse(said.includes(part), what);
    assertFalse(said.includes(SECRET));
  }
});

Deno.test("nothing that prints what jwt made shows a secret", () => {
  const auth = jwt(OPTIONS);
  for (const shown of [Deno.inspect(auth, { depth: 100, showHidden: true }), JSON.stringify(auth), String(auth)]) {
    assertFalse(shown.includes(SECRET));
    assertFalse(shown.includes("115, 119, 111")); // its first bytes
  }
});

Deno.test("who brings no token is refused where upgrade alone is asked, and told how to bring one", async () => {
  await using server = await createTestServer({ "/me": me({ cookie: "session" }, ["upgrade"]) });
  const { status, headers, body } = await assertRejects(() => server.connect("/me"), UpgradeRefusedError);
  assertEquals([status, headers.get("www-authenticate"), body], [401, "Bearer", "a token is needed\n"]);
  const bad = await assertRejects(() => server.connect("/me", bearer("a.b.c")), UpgradeRefusedError);
  assertEquals(
    bad.headers.get("www-authenticate"),
    'Bearer error="invalid_token", error_description="the token is not a signed JWT"',
  );
});

Deno.test("who brings no token gets no further where authenticate follows", async () => {
  await using server = await createTestServer({ "/me": me({}, ["upgrade", "authenticate"]) });
  assertEquals((await (await server.connect("/me")).closed).code, 4401);
  const silent = await server.connect("/me", { subprotocols: ["sockeye.v1"] });
  await server.clock.advance(10_050);
  assertEquals((await silent.closed).code, 4401);
});

Deno.test("a cookie counts only where it is named, and only under its name", async () => {
  await using server = await createTestServer({
    "/me": me({}, ["upgrade"]),
    "/named": me({ cookie: "sess" }, ["upgrade"]),
  });
  const token = await signed();
  for (const path of ["/me", "/named"]) assertEquals(await outcome(server.connect(path, cookie(token))), 401);
});

Deno.test("a token that was brought on purpose goes before the cookie, for better or worse", async () => {
  const [good, bad] = [await signed(), await signed({}, OTHER_SECRET)];
  for (const [hooks, refusal] of [[["upgrade"], 401], [["upgrade", "authenticate"], 4403]] as const) {
    await using server = await createTestServer({ "/me": me({ cookie: "session" }, hooks) });
    const both = (presented: string, kept: string) => ({
      headers: { authorization: `Bearer ${presented}`, cookie: `session=${kept}` },
    });
    assertEquals(await outcome(server.connect("/me", both(good, bad))), "hello ada");
    assertEquals(await outcome(server.connect("/me", both(bad, good))), refusal);
  }
});

for (const source of SOURCES) {
  const { name, hooks } = source;
  Deno.test(`a token in ${name}: its end closes with 4401, and not before`, async () => {
    await using server = await createTestServer({ "/me": me({ cookie: "session", clockToleranceMs: 2_000 }, hooks) });
    const token = await signed({ exp: seconds(60) });
    const peer = await connect(server, source, token);
    await server.settled();
    // Within the second that has begun, and two of tolerance.
    await server.clock.advance(60_900);
    assertEquals(server.connectionCount, 1);
    await server.clock.advance(1_150);
    assertEquals(await peer.closed, { code: 4401, reason: "the token has expired", wasClean: true });
  });
}

Deno.test("a tolerance lets in who is late by less, or early, and nobody else", async () => {
  const { verify } = jwt({ ...OPTIONS, clockToleranceMs: 30_000 });
  for (const late of [{ exp: seconds(-28) }, { nbf: seconds(28) }]) await verify(await signed(late));
  for (const late of [{ exp: seconds(-31) }, { nbf: seconds(32) }]) {
    await assertRejects(() => signed(late).then(verify), TokenError);
  }
});

Deno.test("a token that never expires is taken where that is said, and lasts", async () => {
  await using server = await createTestServer({ "/me": me({ mayNeverExpire: true }, ["authenticate"]) });
  const peer = await server.connect("/me", bearer(await signed({ exp: undefined })));
  assertEquals(await peer.receive(), "hello ada");
  await server.clock.advance(3_600_000);
  assertEquals(server.connectionCount, 1);
});

Deno.test("required claims are required, and exp beside them", async () => {
  const { verify } = jwt({ ...OPTIONS, requiredClaims: ["room"] });
  assertEquals((await verify(await signed({ room: "blue" }))).room, "blue");
  for (const lacking of [{}, { room: "blue", exp: undefined }]) {
    await assertRejects(() => signed(lacking).then(verify), TokenError, "lacks a claim");
  }
});

Deno.test("issuers and audiences may be several; a token for somebody is refused by who is nobody (RFC 7519 §4.1.3)", async () => {
  const several = jwt({ ...OPTIONS, issuer: ["https://a.test", "https://b.test"], audience: ["one", "two"] });
  await several.verify(await signed({ iss: "https://b.test", aud: ["three", "two"] }));
  await assertRejects(() => signed({ iss: "https://b.test", aud: ["three"] }).then(several.verify), TokenError);
  const { audience: _, issuer: __, ...open } = OPTIONS;
  await jwt(open).verify(await signed({ iss: undefined, aud: undefined }));
  await assertRejects(() => signed().then(jwt(open).verify), TokenError, "is not for this server");
});

/** A client of ours that is in, and what it brings then. */
async function entered(server: TestServer, token: string, path = "/me") {
  const peer = await server.connect(path, ours(token));
  await peer.receive();
  await peer.receive();
  const bring = (next: string) => peer.send(said(["auth", next]) as string);
  return { peer, bring };
}

Deno.test("another token moves the end, in both directions, and its claims take the place of those before", async () => {
  const route = me({}, ["authenticate"], {
    message: (peer) => void peer.send(JSON.stringify(peer.context)),
    open: (peer) => {
      peer.context = { ...peer.context as object, kept: true };
      peer.send("in");
    },
  });
  await using server = await createTestServer({ "/me": route });
  const { peer, bring } = await entered(server, await signed({ exp: seconds(60) }));
  await server.clock.advance(50_000);
  bring(await signed({ exp: seconds(600), role: "cook" }));
  await server.settled();
  await server.clock.advance(500_000);
  peer.send(said([], "?") as string);
  const { claims, kept } = JSON.parse((await peer.receive() as string).slice(1));
  assertEquals([claims.role, kept], ["cook", true]);
  bring(await signed({ exp: seconds(10) }));
  await server.settled();
  await server.clock.advance(10_050);
  assertEquals((await peer.closed).code, 4401);
});

Deno.test("a token of another subject, or issuer, or one that is no good, ends it with 4403", async () => {
  const faults: string[] = [];
  const options = {
    issuer: ["https://login.example.com", "https://b.test"],
    onRefusal: ({ fault }: TokenError) => void faults.push(fault),
  };
  await using server = await createTestServer({
    "/me": me({ ...options, cookie: "session" }, ["upgrade", "authenticate"]),
  });
  const others = [
    await signed({ sub: "eve" }),
    await signed({ sub: undefined }),
    await signed({ iss: "https://b.test" }),
    await signed({ exp: seconds(-1) }),
  ];
  for (const other of others) {
    const { peer, bring } = await entered(server, await signed());
    bring(other);
    assertEquals((await peer.closed).code, 4403);
    // Who came by a cookie is nobody else either.
    const byCookie = await server.connect("/me", { ...cookie(await signed()), subprotocols: ["sockeye.v1"] });
    byCookie.send(said(["auth", other]) as string);
    assertEquals((await byCookie.closed).code, 4403);
  }
  const each = ["subject", "subject", "subject", "expired"];
  assertEquals(faults, each.flatMap((fault) => [fault, fault]));
});

Deno.test("the end, and who it is, stay what they are when other code takes the peer over", async () => {
  const route = () => me({}, ["authenticate"], { resume() {}, message: (peer) => void peer.send("still in") });
  await using server = await createTestServer({ "/me": route() });
  const { peer, bring } = await entered(server, await signed({ exp: seconds(60) }));
  const late = await entered(server, await signed({ exp: seconds(60) }));
  const eve = await entered(server, await signed({ exp: seconds(60) }));
  await server.swap({ "/me": route() });
  bring(await signed({ exp: seconds(600) }));
  eve.bring(await signed({ sub: "eve" }));
  assertEquals((await eve.peer.closed).code, 4403);
  await server.clock.advance(60_050);
  assertEquals((await late.peer.closed).code, 4401);
  peer.send(said([], "?") as string);
  assertEquals(await peer.receive(), "\nstill in");
});

Deno.test("who may come in is asked last, with the claims: 403 by upgrade, 4403 by authenticate", async () => {
  const asked: unknown[] = [];
  const allows: JwtOptions["allows"] = async ({ sub, role }) => {
    asked.push(sub);
    await Promise.resolve();
    return role === "cook";
  };
  await using server = await createTestServer({
    "/upgrade": me({ allows }, ["upgrade"]),
    "/authenticate": me({ allows }, ["authenticate"]),
  });
  const [cook, guest, forged] = [await signed({ role: "cook" }), await signed(), await signed({}, OTHER_SECRET)];
  assertEquals(await outcome(server.connect("/upgrade", bearer(cook))), "hello ada");
  assertEquals(await outcome(server.connect("/upgrade", bearer(guest))), 403);
  assertEquals(await outcome(server.connect("/authenticate", bearer(guest))), 4403);
  assertEquals(await outcome(server.connect("/authenticate", bearer(forged))), 4403);
  assertEquals(asked, ["ada", "ada", "ada"]);
});

Deno.test("keys that cannot be had are a failure of the server, which the log tells, and nobody's token", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const keySet = `http://127.0.0.1:${listener.addr.port}/keys`;
  listener.close();
  const keys = { algorithms: ["RS256"], keySet } as const;
  const auth = jwt(keys);
  const token = await (await signer("RS256", "one")).sign();
  await assertRejects(() => auth.verify(token), KeySetError, `the keys at ${keySet} cannot be fetched`);
  const open: Route["open"] = () => {};
  await using server = await createTestServer({
    "/upgrade": { upgrade: auth.upgrade, open },
    "/authenticate": { authenticate: auth.authenticate as NonNullable<Route["authenticate"]>, open },
  });
  assertEquals(await outcome(server.connect("/upgrade", bearer(token))), 500);
  assertEquals(await outcome(server.connect("/authenticate", bearer(token))), 1011);
  const errors = server.logs.filter(({ level }) => level === "error");
  assertEquals(errors.map(({ fields }) => fields.hook), ["upgrade", "authenticate"]);
  assert(errors.every(({ fields }) => Deno.inspect(fields).includes("cannot be fetched")));
  assertFalse(Deno.inspect(server.logs, { depth: 9 }).includes(token.slice(-40)));
});

Deno.test("claims type the peer's context, beside a path, and an upgrade of one's own", () => {
  const auth = jwt<{ name: string }>(OPTIONS);
  defineRoute("/rooms/[room]", {
    authenticate: auth.authenticate,
    open(peer) {
      const name: string = peer.context.claims.name;
      const sub: string | undefined = peer.context.claims.sub;
      const room: string = peer.params.room;
      // @ts-expect-error: the context has no such thing.
      peer.send(name + sub + room + peer.context.nick);
    },
  });
  defineRoute("/me", {
    async upgrade(request, context) {
      const answer = await auth.upgrade(request, context);
      if (answer instanceof Response || answer === undefined) throw answer ?? new Response(null, { status: 401 });
      return { ...answer, context: { ...answer.context!, joinedAt: 0 } };
    },
    authenticate: auth.authenticate,
    open: (peer) => void peer.send(peer.context.claims.name),
  });
});
