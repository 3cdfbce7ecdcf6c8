import { assertEquals, assertThrows } from "@std/assert";
import {
  GrantError,
  mayUseTopic,
  missingGrants,
  parseGrants,
  parseLimits,
  withheldFields,
} from "../../../lib/runtime/remote/grants.ts";

const WHERE = "plugins[0].permissions";

Deno.test("parseGrants takes what can be granted, and nothing for nothing", () => {
  assertEquals(parseGrants(undefined, WHERE), {});
  const grants = {
    net: ["api.example.com", "api.example.com:443", "127.0.0.1:9000", "[::1]:9000", "localhost"],
    env: ["TOKEN", "_x1"],
    topics: ["news", "hook:*"],
    headers: ["Cookie"],
  };
  assertEquals(parseGrants(grants, WHERE), grants);
});

const WRONG: ReadonlyArray<readonly [grants: unknown, problem: string]> = [
  [[], "it must be an object with net, env, topics, headers"],
  ["net", "it must be an object"],
  [{ nets: [] }, 'unknown key "nets"; did you mean "net"?'],
  [{ read: ["/"] }, 'unknown key "read"; allowed: net, env, topics, headers'],
  [{ net: "localhost" }, ".net: it must be a list of strings"],
  [{ net: [7] }, ".net: it must be a list of strings"],
  [{ net: ["https://api.example.com"] }, '"https://api.example.com" is no host'],
  [{ net: ["*"] }, "is no host"],
  [{ net: ["a.example,b.example"] }, "is no host"],
  [{ net: ["10.0.0.0/8"] }, "is no host"],
  [{ net: [""] }, "is no host"],
  [{ net: ["169.254.169.254"] }, "is a link-local address, which is granted to nobody"],
  [{ net: ["169.254.0.1:80"] }, "link-local"],
  [{ net: ["[fe80::1]"] }, "link-local"],
  [{ net: ["[::ffff:169.254.169.254]:80"] }, "link-local"],
  [{ net: ["[::ffff:a9fe:a9fe]"] }, "link-local"],
  [{ net: ["0.0.0.0:4001"] }, "is the address of all addresses"],
  [{ net: ["[::]"] }, "is the address of all addresses"],
  [{ env: ["A=B"] }, '"A=B" is no name of an environment variable'],
  [{ env: ["*"] }, "is no name"],
  [{ topics: ["*"] }, "must be a topic, or the beginning of one"],
  [{ topics: ["a*b"] }, "must be a topic"],
  [{ headers: ["host"] }, '"host" is not withheld; to be granted are authorization, cookie, proxy-authorization'],
];

for (const [grants, problem] of WRONG) {
  Deno.test(`parseGrants refuses ${JSON.stringify(grants)}`, () => {
    const error = assertThrows(() => parseGrants(grants, WHERE), GrantError, problem);
    assertEquals(error.message.startsWith(WHERE), true);
  });
}

Deno.test("parseLimits takes a whole number of bytes that something can start in", () => {
  assertEquals(parseLimits(undefined, "limits"), {});
  assertEquals(parseLimits({ memoryBytes: 64 * 2 ** 20 }, "limits"), { memoryBytes: 64 * 2 ** 20 });
  for (const memoryBytes of [0, -1, 1.5, "64", 2 ** 20, NaN]) {
    assertThrows(() => parseLimits({ memoryBytes }, "limits"), GrantError, "limits.memoryBytes");
  }
  assertThrows(() => parseLimits({ memory: 1 }, "limits"), GrantError, 'unknown key "memory"');
});

Deno.test("missingGrants names what is lacking as it would have to be written", () => {
  const asked = { net: ["a.example:443", "b.example"], env: ["TOKEN"], topics: ["hook:in"], headers: ["cookie"] };
  assertEquals(missingGrants(asked, {}), [
    'net: ["a.example:443","b.example"]',
    'env: ["TOKEN"]',
    'topics: ["hook:in"]',
    'headers: ["cookie"]',
  ]);
  assertEquals(missingGrants(asked, { ...asked, net: ["a.example", "b.example"], topics: ["hook:*"] }), []);
  // A port does not grant the others.
  assertEquals(missingGrants({ net: ["a.example"] }, { net: ["a.example:443"] }), ['net: ["a.example"]']);
  assertEquals(missingGrants({ net: ["a.example:80"] }, { net: ["a.example:443"] }), ['net: ["a.example:80"]']);
  assertEquals(missingGrants({}, {}), []);
});

Deno.test("mayUseTopic: the topic itself, or one that begins so", () => {
  const grants = { topics: ["news", "hook:*"] };
  assertEquals(["news", "hook:", "hook:a"].map((topic) => mayUseTopic(grants, topic)), [true, true, true]);
  assertEquals(["newsroom", "hook", "other"].map((topic) => mayUseTopic(grants, topic)), [false, false, false]);
  assertEquals(mayUseTopic({}, "news"), false);
});

Deno.test("withheldFields are those that say who somebody is, but for those that were granted", () => {
  assertEquals([...withheldFields({})], ["authorization", "cookie", "proxy-authorization"]);
  assertEquals([...withheldFields({ headers: ["Cookie"] })], ["authorization", "proxy-authorization"]);
});
