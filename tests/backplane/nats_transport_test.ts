import { assertEquals, assertRejects } from "@std/assert";
import { NatsTransport } from "../../lib/backplane/nats_transport.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import type { ConnectionOptions, Server } from "@nats-io/nats-core/internal";

const INFO = 'INFO {"proto":1,"headers":true,"max_payload":1048576}\r\n';

function at(port: number): Server {
  return { hostname: "127.0.0.1", port, listen: "", src: "", tlsName: "" } as Server;
}

async function connected(server: ScriptedServer, options: ConnectionOptions = {}): Promise<NatsTransport> {
  const transport = new NatsTransport();
  await transport.connect(at(server.port), options);
  return transport;
}

Deno.test("what the server says comes in order, from its first line on", async () => {
  await using server = new ScriptedServer((said) => said === undefined ? `${INFO}PING\r\n` : "PONG\r\n");
  const transport = await connected(server);
  transport.send(new TextEncoder().encode("PING\r\n"));
  let text = "";
  for await (const bytes of transport) {
    text += new TextDecoder().decode(bytes);
    if (text.endsWith("PONG\r\n")) break;
  }
  assertEquals(text, `${INFO}PING\r\nPONG\r\n`);
  await transport.close();
  assertEquals([transport.isClosed, await transport.closed()], [true, undefined]);
});

Deno.test("what is sent goes out in order, and nothing after the end", async () => {
  await using server = new ScriptedServer((said) =>
    said === undefined ? INFO : said.includes("last") ? "+OK\r\n" : undefined
  );
  const transport = await connected(server);
  const words = Array.from({ length: 1_000 }, (_, index) => `${index} `);
  for (const word of [...words, "last"]) transport.send(new TextEncoder().encode(word));
  for await (const bytes of transport) if (new TextDecoder().decode(bytes).includes("+OK")) break;
  assertEquals(server.heard, `${words.join("")}last`);
  transport.disconnect();
  transport.send(new TextEncoder().encode("later"));
});

Deno.test("the end of the connection ends it", async () => {
  await using server = new ScriptedServer(() => INFO);
  const transport = await connected(server);
  const closed = transport.closed();
  server.hangUp();
  for await (const _ of transport) { /* until it ends */ }
  await closed;
  assertEquals(transport.isClosed, true);
});

Deno.test("who refuses and resets, as a NATS server does, ends it with no error that nobody hears", async () => {
  await using server = new ScriptedServer((said, connection) => {
    if (said === undefined) return INFO;
    connection.close();
  });
  const transport = await connected(server);
  for (let at = 0; at < 100; at++) transport.send(new Uint8Array(65_536));
  await transport.close(new Error("Authorization Violation"));
  await assertRejects(
    async () => {
      const error = await transport.closed();
      throw error;
    },
    Error,
    "Authorization Violation",
  );
});

Deno.test("what is no NATS server is said to be none", async () => {
  await using server = new ScriptedServer(() => "HTTP/1.1 400 Bad Request\r\n\r\n");
  await assertRejects(() => connected(server), Error, "no NATS server");
  await using silent = new ScriptedServer((_, connection) => void connection.close());
  await assertRejects(() => connected(silent), Error);
});

Deno.test("where nobody listens, the runtime's own error says so", async () => {
  const server = new ScriptedServer(() => INFO);
  const { port } = server;
  await server[Symbol.asyncDispose]();
  await assertRejects(() => new NatsTransport().connect(at(port), {}), Deno.errors.ConnectionRefused);
});

Deno.test("without TLS on the other side, TLS that is asked for is refused", async () => {
  await using server = new ScriptedServer(() => INFO);
  await assertRejects(() => connected(server, { tls: {} }), Error, "tls");
});
