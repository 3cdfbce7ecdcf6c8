/** Keys from a server on this machine: it publishes new ones, fails, keeps silent, goes away and comes back. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { fetchKeySet } from "../../../lib/auth/fetch_key_set.ts";
import { KeySet } from "../../../lib/auth/key_set.ts";
import { KeySetError, TokenError } from "../../../lib/auth/token_error.ts";
import { until } from "../../support/until.ts";
import { signer } from "../support/tokens.ts";

const [one, two, three] = [await signer("RS256", "one"), await signer("RS256", "two"), await signer("RS256", "three")];

Deno.test("KeySet with a real server: rotation, a failure, silence, and the end of an outage", async () => {
  let answer: () => Response | Promise<Response> = () => new Response("not yet", { status: 404 });
  let asked = 0;
  const serve = (port: number) =>
    Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, () => {
      asked++;
      return answer();
    });
  let server = serve(0);
  const { port } = server.addr;
  let now = 0;
  const set = new KeySet({
    url: "keys",
    now: () => now,
    timeoutMs: 200,
    fetchKeys: (timeoutMs) => fetchKeySet(new URL(`http://127.0.0.1:${port}/keys`), timeoutMs),
  });
  const find = (kid: string) => set.find({ alg: "RS256", kid });
  const lacks = (kid: string) => assertRejects(() => find(kid), TokenError, "is not known");
  const publish = (...keys: readonly (typeof one)[]) => {
    answer = () => Response.json({ keys: keys.map(({ jwk }) => jwk) });
  };

  await assertRejects(() => find("one"), KeySetError, "the answer has the status 404");
  publish(one);
  now += 5_000;
  await find("one");

  publish(one, two);
  await lacks("two");
  now += 30_000;
  await Promise.all([find("two"), find("two"), find("one")]);
  assertEquals(asked, 3);

  // It keeps silent: who has a known key does not wait, who has not is refused in time.
  const silence = Promise.withResolvers<Response>();
  answer = () => silence.promise;
  now += 30_000;
  const unknown = lacks("three");
  await find("one");
  await unknown;
  silence.resolve(new Response());
  assertEquals(asked, 4);

  await server.shutdown();
  now += 700_000;
  for (let at = 0; at < 10; at++) await find("two");
  await lacks("three");
  assertEquals(asked, 4);

  server = serve(port);
  publish(two, three);
  now += 5_000;
  await find("three");
  await lacks("one");
  await until(() => asked === 5, () => `asked ${asked} times`);
  await server.shutdown();
});
