/** A WebSocket client over a bare connection, against a server that does what the test says. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ProtocolError } from "../../lib/frame/mod.ts";
import { DEFLATE_OFFER, OpeningError, openingFields } from "../../lib/terminal/opening.ts";
import { latin1Bytes, RawClient } from "../../lib/terminal/raw_client.ts";
import { SAMPLE_KEY, withCraftedPair } from "../support/crafted_pair.ts";
import { CraftedServer } from "../support/crafted_server.ts";

Deno.test("RawClient tells messages, control frames and the end, in order", async () => {
  await withCraftedPair({ behind: "810161" }, async ({ client, connection }) => {
    assertEquals(await client.next(), { kind: "text", text: "a" });
    await connection.send("820100" + "890170" + "8a0171" + "880403f36f68");
    connection.conn.close();
    const seen = [await client.next(), await client.next(), await client.next(), await client.next()];
    assertEquals(seen, [
      { kind: "binary", bytes: Uint8Array.of(0) },
      { kind: "ping", bytes: Uint8Array.of(0x70) },
      { kind: "pong", bytes: Uint8Array.of(0x71) },
      { kind: "close", code: 1011, reason: "oh" },
    ]);
    assertEquals(await client.next(), { kind: "end" });
    assertEquals(await client.next(), { kind: "end" });
  });
});

Deno.test("RawClient masks what it sends, and sends bytes as they are where it is told to", async () => {
  await withCraftedPair({}, async ({ client, connection }) => {
    await client.sendText("a");
    assertEquals(await connection.receive(), "81810000000061");
    await client.send(0x3, "a", { fin: false, rsv: 7 });
    assertEquals(await connection.receive(), "73810000000061");
    await client.write(Uint8Array.of(1, 2));
    assertEquals(await connection.receive(), "0102");
    await client.close(4000, "x");
    assertEquals(await connection.receive(), "8883000000000fa078");
    await client.closeWrite();
    assertEquals(await connection.receive(), "");
  });
});

Deno.test("RawClient inflates, with the context of messages before, and compresses what becomes shorter", async () => {
  const agreed = { fields: "Sec-WebSocket-Extensions: permessage-deflate\r\n", offer: DEFLATE_OFFER };
  await withCraftedPair(agreed, async ({ client, connection }) => {
    // RFC 7692 §7.2.3.2: the second "Hello" refers to the first.
    await connection.send("c107f248cdc9c90700" + "c105f200110000");
    assertEquals(await client.next(), { kind: "text", text: "Hello" });
    assertEquals(await client.next(), { kind: "text", text: "Hello" });
    await client.sendText("a");
    assertEquals(await connection.receive(), "81810000000061");
    await client.sendText("a".repeat(100));
    assertEquals((await connection.receive()).slice(0, 2), "c1");
  });
});

Deno.test("RawClient fails for what breaks a rule", async () => {
  await withCraftedPair({}, async ({ client, connection }) => {
    await connection.send("818100000000" + "61");
    await assertRejects(() => client.next(), ProtocolError, "MASK_UNEXPECTED");
  });
  await withCraftedPair({}, async ({ client, connection }) => {
    await connection.send("c107f248cdc9c90700");
    await assertRejects(() => client.next(), ProtocolError, "RSV_UNEXPECTED");
  });
});

Deno.test("RawClient shows its tap what passes, from the 101 on", async () => {
  const seen: string[] = [];
  const tap = {
    sent: (bytes: Uint8Array) => void seen.push(`> ${bytes.toHex()}`),
    received: (bytes: Uint8Array) => void seen.push(`< ${bytes.toHex()}`),
  };
  const onOpening = () => void seen.push("101");
  await withCraftedPair({ behind: "810161", clientOptions: { tap, onOpening } }, async ({ client }) => {
    await client.next();
    await client.ping("b");
    assertEquals(seen, ["101", "< 810161", "> 89810000000062"]);
  });
});

Deno.test("RawClient gives up where nothing comes", async () => {
  await withCraftedPair({ clientOptions: { answerTimeoutMs: 20 } }, async ({ client }) => {
    await assertRejects(() => client.next(), Error, "nothing came for 20 ms");
  });
});

Deno.test("RawClient closes its connection where the handshake fails", async () => {
  const answers: ReadonlyArray<readonly [answer: string, name: string]> = [
    ["HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", "RefusedError"],
    ["HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n", "OpeningError"],
    ["HELO\r\n\r\n", "OpeningError"],
  ];
  for (const [answer, name] of answers) {
    await using server = new CraftedServer({ answer: () => answer });
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const opening = RawClient.open(conn, { target: "/", fields: openingFields("h", SAMPLE_KEY) });
    assertEquals((await assertRejects(() => opening, OpeningError)).name, name);
    await assertRejects(() => conn.read(new Uint8Array(1)), Deno.errors.BadResource);
  }
});

Deno.test("latin1Bytes makes one byte of each character", () => {
  assertEquals(latin1Bytes("aé\xff").toHex(), "61e9ff");
});
