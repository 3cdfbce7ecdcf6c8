import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import { parseBrokerUrl, type UrlRules } from "../../lib/backplane/broker_url.ts";
import { RefusedError } from "../../lib/backplane/refused_error.ts";

const RULES: UrlRules = {
  option: "NATS_URL",
  schemes: { nats: false, tls: true },
  port: 4222,
  example: "nats://127.0.0.1:4222",
};

Deno.test("an address is read into its parts", () => {
  assertEquals(parseBrokerUrl("tls://us%40er:p%2Fw@example.com:1234/a", RULES), {
    hosts: ["example.com:1234"],
    isEncrypted: true,
    user: "us@er",
    password: "p/w",
    path: "a",
    where: "example.com:1234",
  });
  const { hosts, isEncrypted, user } = parseBrokerUrl("nats://[::1]", RULES);
  assertEquals([hosts, isEncrypted, user], [["[::1]:4222"], false, ""]);
});

Deno.test("several servers are separated by commas; the first one's credentials are everybody's", () => {
  const { hosts, user, where } = parseBrokerUrl("nats://a:b@one, nats://two:7", RULES);
  assertEquals([hosts, user, where], [["one:4222", "two:7"], "a", "one:4222,two:7"]);
});

for (
  const [text, what] of [
    ["", "is no address"],
    ["one:4222", 'begins with "one://"'],
    ["http://secret:secret@one", 'begins with "http://", and not with nats:// or tls://'],
    ["nats://secret:secret@", "is no address"],
    ["nats:secret", "names no host"],
    ["nats://one,secret", "is no address"],
    ["nats://a:%secret@one", "is no address"],
    ["nats://a:secret@one:99999", "is no address"],
  ] as const
) {
  Deno.test(`${JSON.stringify(text)} is refused: ${what}`, () => {
    const { message } = assertThrows(() => parseBrokerUrl(text, RULES), RefusedError, what);
    assertEquals(message.startsWith("NATS_URL "), true);
    assertEquals(message.endsWith("it should be like nats://127.0.0.1:4222"), true);
    assertFalse(message.includes("secret"));
  });
}
