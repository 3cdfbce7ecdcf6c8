import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { parseBrokerUrl } from "../../lib/backplane/broker_url.ts";
import { REDIS_URL_RULES } from "../../lib/backplane/redis.ts";
import { connectRedis } from "../../lib/backplane/redis_session.ts";
import { RefusedError } from "../../lib/backplane/refused_error.ts";
import { ScriptedServer } from "../support/scripted_server.ts";

function connect(port: number, credentials = "") {
  return connectRedis({
    url: parseBrokerUrl(`redis://${credentials}127.0.0.1:${port}`, REDIS_URL_RULES),
    space: { prefix: "sockeye", database: 0 },
    nodeId: "n",
    events: { onSent() {}, onStored() {}, told() {} },
  });
}

/** Says yes to everything: `HELLO` gets a map, `PING` a PONG, `SCRIPT LOAD` a hash. */
function agreeing(): ScriptedServer {
  return new ScriptedServer((said) =>
    said?.replace(/\*\d+\r\n(?:\$\d+\r\n[^*]*\r\n)+?(?=\*\d+\r\n\$|$)/g, (command) => {
      if (/HELLO/.test(command)) return "%1\r\n+proto\r\n:3\r\n";
      if (/PING/.test(command)) return "+PONG\r\n";
      return /LOAD/.test(command) ? "$3\r\nsha\r\n" : "+OK\r\n";
    })
  );
}

for (
  const answer of [
    "-WRONGPASS invalid username-password pair or user is disabled.\r\n",
    "-NOAUTH HELLO must be called with the client already authenticated\r\n",
  ]
) {
  Deno.test(`credentials that are refused are a fault for good, and are not shown: ${answer.trim()}`, async () => {
    await using server = new ScriptedServer((said) => said === undefined ? undefined : answer);
    const { message } = await assertRejects(() => connect(server.port, "app:secret@"), RefusedError);
    assertStringIncludes(message, `REDIS_URL: the server at 127.0.0.1:${server.port} refuses the credentials`);
    assertEquals(message.includes("secret"), false);
  });
}

Deno.test("a session tells why it has ended, and who waits is told too", async () => {
  await using server = agreeing();
  const session = await connect(server.port);
  session.drop("no answer");
  assertEquals(await session.ended, "no answer");
  await assertRejects(() => session.ping(), Error, "no answer");
  session.send("a", new Uint8Array(1));
});

Deno.test("the end of a connection ends the session", async () => {
  await using server = agreeing();
  const session = await connect(server.port);
  server.hangUp();
  await session.ended;
  session.drop("done");
});

Deno.test("where nobody listens, and where nobody answers as Redis does, it can be tried again", async () => {
  const gone = agreeing();
  const { port } = gone;
  await gone[Symbol.asyncDispose]();
  const refused = await assertRejects(() => connect(port));
  assertEquals(refused instanceof RefusedError, false);
  await using other = new ScriptedServer((said, connection) =>
    said === undefined ? undefined : void connection.close()
  );
  const odd = await assertRejects(() => connect(other.port));
  assertEquals(odd instanceof RefusedError, false);
});
