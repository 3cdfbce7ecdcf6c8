/** The health check of the container. @module */
import { assertEquals, assertMatch } from "@std/assert";
import { checkHealth, healthUrl } from "../../../lib/deploy/image/health_check.ts";

for (
  const [env, url] of [
    [{}, "http://127.0.0.1:4000/health"],
    [{ PORT: "80" }, "http://127.0.0.1:80/health"],
    [{ HOST: "0.0.0.0", PORT: "" }, "http://127.0.0.1:4000/health"],
    [{ HOST: "::" }, "http://127.0.0.1:4000/health"],
    [{ HOST: "10.0.0.7" }, "http://10.0.0.7:4000/health"],
    [{ HOST: "fd00::7" }, "http://[fd00::7]:4000/health"],
    [{ HOST: "[fd00::7]" }, "http://[fd00::7]:4000/health"],
  ] as const
) {
  Deno.test(`healthUrl of ${JSON.stringify(env)} is ${url}`, () => {
    assertEquals(healthUrl((name) => (env as Record<string, string>)[name]), url);
  });
}

/** An HTTP server of 127.0.0.1 that answers so. */
function answering(handler: () => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  return { url: `http://127.0.0.1:${server.addr.port}/health`, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("checkHealth finds nothing wrong with 200, and says what else was answered", async () => {
  let status = 200;
  await using server = answering(() => new Response("body", { status }));
  assertEquals(await checkHealth(server.url), undefined);
  status = 503;
  assertEquals(await checkHealth(server.url), `${server.url} answered 503`);
});

Deno.test("checkHealth says that nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/health`;
  listener.close();
  assertMatch(await checkHealth(url) ?? "", /does not answer: /);
});

Deno.test("checkHealth does not wait for ever for who takes a connection and says nothing", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/health`;
  assertMatch(await checkHealth(url, 20) ?? "", /does not answer: .*timeout/);
});
