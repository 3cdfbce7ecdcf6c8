/** The faults of tests/fault that are a matter of time, with the waits as they ship. @module */
import { assert, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { OPCODE } from "../../lib/frame/mod.ts";
import { maskedFrame, RawClient } from "../support/raw_client.ts";
import { startServer } from "../support/server_process.ts";

const SETTING = { routes: "tests/fault/routes", env: { LOG_LEVEL: "debug" } };
const MIB = 1024 * 1024;

Deno.test("a silent peer is pinged after 25 s and dropped 8 s later", async () => {
  await using server = await startServer(SETTING);
  using client = await RawClient.connect({ port: server.port, path: "/gate" });
  const beganAt = performance.now();
  const ping = await client.readSome(2).then(() => performance.now());
  assertGreaterOrEqual(ping - beganAt, 24_900);
  await server.printed(/violation=PONG_TIMEOUT/);
  assertGreaterOrEqual(performance.now() - ping, 7_900);
  await server.printed(/gate closed 1006 unclean/);
});

Deno.test("a handler pending for a minute sees its peer leave at once, and close comes after it", async () => {
  await using server = await startServer(SETTING);
  using client = await RawClient.connect({ port: server.port, path: "/gate" });
  using reset = await RawClient.connect({ port: server.port, path: "/gate" });
  using clock = await RawClient.connect({ port: server.port, path: "/crowd" });
  for (const held of [client, reset]) await held.sendText("one");
  const beganAt = performance.now();
  while (performance.now() - beganAt < 60_000) {
    const incoming = await clock.next();
    assert(incoming.kind === "ping");
    for (const held of [client, reset]) {
      assertEquals((await held.next()).kind, "ping");
      await held.ping("beat");
      assertEquals((await held.next()).kind, "pong");
    }
    await clock.pong(incoming.bytes);
  }
  await reset.armReset();
  await client.close(1000);
  assertEquals(await client.next(), { kind: "close", code: 1000, reason: "" });
  const from = server.output().length;
  reset[Symbol.dispose]();
  await server.printed(/gate aborted/, from);
  assertEquals(await (await server.fetch("/gate", { method: "POST" })).json(), 2);
  await server.printed(/gate closed 1000 clean/, from);
  await server.printed(/gate closed 1006 unclean/, from);
});

Deno.test("a client that reads one byte a second while /echo answers 1 MiB messages is dropped after 30 s", async () => {
  await using server = await startServer({ ...SETTING, denoFlags: ["--v8-flags=--expose-gc"] });
  using slow = await RawClient.connect({ port: server.port });
  const message = maskedFrame(OPCODE.BINARY, new Uint8Array(MIB).fill(5));
  let sent = 0;
  const sending = (async () => {
    for (; sent < 256; sent++) await slow.write(message);
  })().catch(() => {}); // Ends with the connection.
  let mostBytes = 0;
  const reading = setInterval(() => {
    mostBytes = Math.max(mostBytes, server.rssBytes());
    slow.readSome(1);
  }, 1_000);
  try {
    await server.printed(/violation=WRITE_TIMEOUT/, 0, 90_000);
  } finally {
    clearInterval(reading);
  }
  await sending;
  assertLess(sent, 256, "the server should have stopped reading");
  assertLess(mostBytes, 160 * MIB);
});
