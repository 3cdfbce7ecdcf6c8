/** Keys that an issuer publishes: rotation, outages, and tokens that would have them fetched all the time. @module */
import { assertEquals, assertRejects } from "@std/assert";
import type { JSONWebKeySet } from "jose";
import { KeySet } from "../../lib/auth/key_set.ts";
import { KeySetError, TokenError } from "../../lib/auth/token_error.ts";
import { signer } from "./support/tokens.ts";

const [one, two] = [(await signer("RS256", "one")).jwk, (await signer("EdDSA", "two")).jwk];

/** A set whose issuer and clock the test plays. */
class Bench {
  now = 0;
  fetches = 0;
  answer: () => Promise<JSONWebKeySet> = () => Promise.resolve({ keys: [one] });
  readonly timeouts: number[] = [];
  readonly set = new KeySet({
    url: "https://login.example.com/keys",
    now: () => this.now,
    fetchKeys: (timeoutMs) => {
      this.fetches++;
      this.timeouts.push(timeoutMs);
      return this.answer();
    },
  });

  publish(...keys: JSONWebKeySet["keys"]): void {
    this.answer = () => Promise.resolve({ keys });
  }

  fail(): void {
    this.answer = () => Promise.reject(new Error("the answer has the status 503"));
  }

  find(kid: string | undefined, alg = "RS256") {
    return this.set.find({ alg, ...(kid === undefined ? {} : { kid }) });
  }

  async lacks(kid: string | undefined, alg?: string): Promise<void> {
    await assertRejects(() => this.find(kid, alg), TokenError, "is not known");
  }
}

Deno.test("KeySet fetches nothing before it is asked, and then once, however many ask", async () => {
  const bench = new Bench();
  assertEquals(bench.fetches, 0);
  const found = await Promise.all(Array.from({ length: 100 }, () => bench.find("one")));
  assertEquals([found[0]!.type, new Set(found).size, bench.fetches], ["public", 1, 1]);
  assertEquals(bench.timeouts, [5_000]);
});

Deno.test("KeySet looks for a key that it does not have, and has it after a rotation", async () => {
  const bench = new Bench();
  await bench.find("one");
  bench.publish(one, two);
  bench.now = 30_000;
  await bench.find("two", "EdDSA");
  await bench.find("one");
  assertEquals(bench.fetches, 2);
  bench.publish(two);
  bench.now = 630_000;
  // The set is old: it goes on once more, while the new one is fetched.
  await bench.find("one");
  await bench.find("two", "EdDSA");
  assertEquals(bench.fetches, 3);
  await bench.lacks("one");
});

Deno.test("KeySet fetches once in minIntervalMs, whatever tokens name", async () => {
  const bench = new Bench();
  await bench.find("one");
  for (let at = 1; at <= 1_000; at++) {
    bench.now = at * 100;
    await bench.lacks(`made up ${at}`);
  }
  // 100 s: at the beginning, and after each 30 s.
  assertEquals(bench.fetches, 4);
});

Deno.test("KeySet goes on with the keys it has through an outage, and tries again now and then", async () => {
  const bench = new Bench();
  await bench.find("one");
  bench.fail();
  bench.now = 600_000;
  for (let at = 0; at < 3_600; at++) {
    bench.now += 1_000;
    await bench.find("one");
    await bench.lacks("made up");
  }
  // An hour: one attempt in 5 s.
  assertEquals(bench.fetches, 1 + 720);
  bench.publish(two);
  bench.now += 5_000;
  await bench.find("two", "EdDSA");
  await bench.lacks("one");
});

Deno.test("KeySet without keys says that they cannot be fetched, and tries again after 5 s", async () => {
  const bench = new Bench();
  bench.fail();
  const problem = "the keys at https://login.example.com/keys cannot be fetched: the answer has the status 503";
  for (let at = 0; at < 10; at++) await assertRejects(() => bench.find("one"), KeySetError, problem);
  assertEquals(bench.fetches, 1);
  bench.publish(one);
  bench.now = 4_999;
  await assertRejects(() => bench.find("one"), KeySetError);
  bench.now = 5_000;
  await bench.find("one");
});

Deno.test("KeySet has whoever knows its key wait for nobody while an old set is fetched again", async () => {
  const bench = new Bench();
  await bench.find("one");
  const slow = Promise.withResolvers<JSONWebKeySet>();
  bench.answer = () => slow.promise;
  bench.now = 600_000;
  await bench.find("one");
  await bench.find("one");
  assertEquals(bench.fetches, 2);
  const waiting = bench.find("two", "EdDSA");
  slow.resolve({ keys: [two] });
  assertEquals((await waiting).type, "public");
  assertEquals(bench.fetches, 2);
});

Deno.test("KeySet takes a token without a kid where there is one key for its algorithm, and no more", async () => {
  const bench = new Bench();
  bench.publish(one, two);
  await bench.find(undefined);
  bench.publish(one, { ...one, kid: "one more" });
  bench.now = 600_000;
  await bench.find(undefined);
  await bench.lacks(undefined);
  await bench.find("one more");
});

Deno.test("KeySet has no use for secrets, for keys of other uses, and for those that are broken", async () => {
  const bench = new Bench();
  bench.publish(
    { kty: "oct", k: "c3dvcmRmaXNo", kid: "secret", alg: "HS256" },
    { ...one, kid: "enc", use: "enc" },
    { kty: "RSA", n: "%", e: "%", kid: "broken", alg: "RS256" },
    { ...two, kid: "other", alg: "ES256" },
  );
  await bench.lacks("secret", "HS256");
  for (const kid of ["secret", "enc", "broken", "other"]) await bench.lacks(kid, kid === "other" ? "EdDSA" : "RS256");
});
