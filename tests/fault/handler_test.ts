/** Handlers that fail, keep what they must not, or do not come back. @module */
import { assert, assertEquals, assertLess, assertMatch, assertNotEquals } from "@std/assert";
import { OPCODE } from "../../lib/frame/mod.ts";
import { maskedFrame, RawClient } from "../support/raw_client.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";

const ROUTES = { routes: "tests/fault/routes" };

async function openGate(server: ServerProcess): Promise<void> {
  assertEquals(await (await server.fetch("/gate", { method: "POST" })).json(), 1);
}

for (const [how, word] of [["throws", "throw"], ["rejects", "reject"]] as const) {
  Deno.test(`a handler that ${how} ends its peer with 1011 after error ran, is logged, and harms nobody else`, async () => {
    await using server = await startServer(ROUTES);
    using other = await RawClient.connect({ port: server.port, path: "/fragile" });
    using client = await RawClient.connect({ port: server.port, path: "/fragile" });
    await client.sendText(word);
    const [, reason] = await server.printed(
      /fragile\.ts: message failed.* route=\/fragile file=fragile\.ts.*\n.*Error: (.+)/,
    );
    assertMatch(reason ?? "", new RegExp(`^${word}\\w* on purpose$`));
    assertEquals(await client.next(), { kind: "text", text: `error: ${reason}` });
    assertEquals(await client.next(), { kind: "close", code: 1011, reason: "internal error" });
    await other.sendText("still here");
    assertEquals(await other.next(), { kind: "text", text: "still here" });
  });
}

Deno.test("a view that is kept beyond its handler is overwritten in --dev", async () => {
  await using server = await startServer({ args: ["--dev"], ...ROUTES });
  using client = await RawClient.connect({ port: server.port, path: "/kept" });
  const text = "x".repeat(200);
  await client.sendText(text);
  assertEquals(await client.next(), { kind: "binary", bytes: new TextEncoder().encode(text) });
  await client.sendText("?");
  const shown = await client.next();
  assert(shown.kind === "binary");
  // The second message is shorter: behind it stands what the first was overwritten with.
  const poison = new Set(shown.bytes.subarray(100));
  assertEquals(poison.size, 1);
  assertNotEquals([...poison], ["x".charCodeAt(0)]);
});

Deno.test("while a handler is pending, pings and a Close are answered at once, and its signal is aborted", async () => {
  await using server = await startServer(ROUTES);
  using client = await RawClient.connect({ port: server.port, path: "/gate" });
  await client.sendText("one");
  await server.printed(/gate holds one/);
  for (const text of ["a", "b", "c"]) {
    await client.ping(text);
    assertEquals(await client.next(), { kind: "pong", bytes: new TextEncoder().encode(text) });
  }
  await client.close(1000);
  assertEquals(await client.next(), { kind: "close", code: 1000, reason: "" });
  await server.printed(/gate aborted/);
  const from = server.output().length;
  await openGate(server);
  await server.printed(/^gate passed one\ngate closed 1000 clean/m, from);
});

for (
  const [how, leave] of [
    ["a reset", (client: RawClient) => client[Symbol.dispose]()],
    ["a FIN", (client: RawClient) => client.closeWrite()],
  ] as const
) {
  Deno.test(`while a handler is pending, ${how} aborts its signal at once; close comes after it with 1006`, async () => {
    await using server = await startServer(ROUTES);
    using client = await RawClient.connect({ port: server.port, path: "/gate" });
    await client.armReset();
    await client.sendText("one");
    await server.printed(/gate holds one/);
    await leave(client);
    await server.printed(/gate aborted/);
    const from = server.output().length;
    await openGate(server);
    await server.printed(/^gate passed one\ngate closed 1006 unclean/m, from);
  });
}

Deno.test("messages that come while a handler is pending are handled one at a time, in order", async () => {
  await using server = await startServer(ROUTES);
  using client = await RawClient.connect({ port: server.port, path: "/gate" });
  for (const text of ["one", "two", "three"]) await client.sendText(text);
  for (const text of ["one", "two", "three"]) {
    await server.printed(new RegExp(`gate holds ${text}`));
    await openGate(server);
    assertEquals(await client.next(), { kind: "text", text });
  }
  const events = [...server.output().matchAll(/gate (?:holds|passed) \w+/g)].map(([line]) => line);
  assertEquals(events, ["one", "two", "three"].flatMap((text) => [`gate holds ${text}`, `gate passed ${text}`]));
});

Deno.test("a peer that fills the queue of a pending handler is pushed back by TCP, and its pong deadline waits", async () => {
  await using server = await startServer({
    args: ["--ping-interval-ms", "50ms", "--pong-timeout-ms", "1s"],
    ...ROUTES,
  });
  const before = server.rssBytes();
  using client = await RawClient.connect({ port: server.port, path: "/gate" });
  const message = maskedFrame(OPCODE.BINARY, new TextEncoder().encode("m".repeat(16 * 1024)));
  const most = 4096; // 64 MiB
  let sent = 0;
  const sending = (async () => {
    for (; sent < most; sent++) await client.write(message);
  })().catch(() => {}); // Ends with the connection.
  await server.printed(/gate holds/);
  // Another peer is pinged and answers: 60 pings are at least three times what the silent one would have had.
  using other = await RawClient.connect({ port: server.port, path: "/crowd" });
  for (let pings = 0; pings < 60; pings++) {
    const incoming = await other.next();
    assert(incoming.kind === "ping");
    await other.pong(incoming.bytes);
  }
  assertEquals(server.output().includes("gate closed"), false, server.output());
  assertLess(sent, most, "the server should have stopped reading");
  assertLess(server.rssBytes() - before, 32 * 1024 * 1024);
  client[Symbol.dispose]();
  await sending;
});
