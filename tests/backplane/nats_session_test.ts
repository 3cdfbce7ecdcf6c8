import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { connectNats } from "../../lib/backplane/nats_session.ts";
import { RefusedError } from "../../lib/backplane/refused_error.ts";
import { systemClock } from "../../lib/gateway/clock.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { parseBrokerUrl } from "../../lib/backplane/broker_url.ts";
import { NATS_URL_RULES } from "../../lib/backplane/nats.ts";

const INFO = 'INFO {"version":"2.9.10","proto":1,"headers":true,"max_payload":1048576}\r\n';

function connect(url: string, events: Partial<Parameters<typeof connectNats>[0]["events"]> = {}) {
  return connectNats({
    url: parseBrokerUrl(url, NATS_URL_RULES),
    prefix: "sockeye",
    clock: systemClock,
    events: { onSent() {}, onStored() {}, told() {}, ...events },
  });
}

/** Answers pings, and what the script adds. */
function pongs(more: (said: string) => string = () => ""): ScriptedServer {
  return new ScriptedServer((said) => {
    if (said === undefined) return INFO;
    return more(said) + "PONG\r\n".repeat(said.match(/^PING\r$/gm)?.length ?? 0);
  });
}

for (const credentials of ["", "app:secret@", "secret@"]) {
  Deno.test(`credentials that are refused are a fault for good, and are not shown: "${credentials}"`, async () => {
    await using server = new ScriptedServer((said) =>
      said === undefined ? INFO : said.includes("CONNECT") ? "-ERR 'Authorization Violation'\r\n" : undefined
    );
    const { message } = await assertRejects(
      () => connect(`nats://${credentials}127.0.0.1:${server.port}`),
      RefusedError,
    );
    assertStringIncludes(message, `NATS_URL: the server at 127.0.0.1:${server.port} refuses the credentials`);
    assertEquals(message.includes("secret"), false);
  });
}

Deno.test("user and password, or a token, go to the server; its own publications it does not want back", async () => {
  for (
    const [credentials, sent] of [["us%20er:pw@", { user: "us er", pass: "pw" }], ["tok@", {
      auth_token: "tok",
    }]] as const
  ) {
    await using server = pongs();
    const session = await connect(`nats://${credentials}127.0.0.1:${server.port}`);
    const said = JSON.parse(/CONNECT (\{.*\})/.exec(server.heard)?.[1] ?? "");
    assertEquals({ ...said, ...sent, echo: false }, said);
    await session.close();
  }
});

Deno.test("a session tells why it has ended, and who waits is told too", async () => {
  await using server = pongs();
  const session = await connect(`nats://127.0.0.1:${server.port}`);
  session.drop("no answer");
  assertEquals(await session.ended, "no answer");
  await assertRejects(() => session.ping(), Error, "no answer");
  session.send("a", new Uint8Array(1));
});

Deno.test("the end of the connection ends the session", async () => {
  await using server = pongs();
  const session = await connect(`nats://127.0.0.1:${server.port}`);
  server.hangUp();
  await session.ended;
});

Deno.test("what the server complains of is told", async () => {
  await using server = pongs((said) =>
    said.includes("SUB ") ? "-ERR 'Permissions Violation for Subscription to \"sockeye.sent.a\"'\r\n" : ""
  );
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const session = await connect(`nats://127.0.0.1:${server.port}`, { told: (_, { reason }) => resolve(reason) });
  await session.subscribe([{ topic: "a", rule: undefined }]);
  assertStringIncludes(`${await promise}`, "Permissions Violation");
  await session.close();
});
