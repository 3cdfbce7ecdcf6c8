import { assertEquals, assertThrows } from "@std/assert";
import { ActionRefused, ACTIONS } from "../../../lib/observe/inspector/actions.ts";
import { DeployedGateway } from "../../support/deployed_gateway.ts";

async function serving() {
  const server = await DeployedGateway.serving({ "/": { message() {} } });
  const client = await server.connect();
  return { server, client, connection: server.gateway.peers()[0]! };
}

Deno.test("ACTIONS.send sends text and bytes as the route would", async () => {
  const { server, client, connection } = await serving();
  await using _server = server;
  ACTIONS.send!(connection, { text: "hello" });
  assertEquals(await client.next(), { kind: "text", text: "hello" });
  ACTIONS.send!(connection, { hex: "00 ff" });
  assertEquals(await client.next(), { kind: "binary", bytes: Uint8Array.of(0, 255) });
  for (const order of [{}, { hex: "0" }, { text: 7 }]) assertThrows(() => ACTIONS.send!(connection, order), TypeError);
});

Deno.test("ACTIONS.frame puts bytes onto the wire as they are, between two frames", async () => {
  const { server, client, connection } = await serving();
  await using _server = server;
  connection.send("before");
  ACTIONS.frame!(connection, { hex: "89 01 21" });
  connection.send("after");
  assertEquals((await client.next()).kind, "text");
  assertEquals(await client.next(), { kind: "ping", bytes: Uint8Array.of(0x21) });
  assertEquals(await client.next(), { kind: "text", text: "after" });
  ACTIONS.frame!(connection, { kind: "reservedOpcode" });
  const bytes = new Uint8Array(10);
  assertEquals([await client.conn.read(bytes), bytes.subarray(0, 4).toHex()], [4, "83026869"]);
  for (const kind of ["nothing", "toString"]) assertThrows(() => ACTIONS.frame!(connection, { kind }), TypeError);
});

Deno.test("ACTIONS.close begins the closing handshake, with a code that may be sent; then nothing can be done", async () => {
  const { server, client, connection } = await serving();
  await using _server = server;
  for (const order of [{ code: 1005 }, { code: "1000" }, {}, { code: 1000, reason: "x".repeat(124) }]) {
    assertThrows(() => ACTIONS.close!(connection, order), TypeError);
  }
  ACTIONS.close!(connection, { code: 4000, reason: "enough" });
  assertEquals(await client.next(), { kind: "close", code: 4000, reason: "enough" });
  for (
    const [name, order] of [["send", { text: "" }], ["frame", { hex: "8900" }], ["close", { code: 1000 }]] as const
  ) {
    assertThrows(() => ACTIONS[name]!(connection, order), ActionRefused);
  }
});

Deno.test("ACTIONS.frame adds nothing to what a peer does not read", async () => {
  const { server, connection } = await serving();
  await using _server = server;
  const { transport, options } = connection.ends;
  while (transport.output.byteLength <= options.maxBufferedBytes) connection.send(new Uint8Array(1 << 20));
  assertThrows(() => ACTIONS.frame!(connection, { kind: "rsv1" }), ActionRefused);
});
