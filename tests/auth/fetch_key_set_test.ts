/** Fetching a key set from a server of any kind. @module */
import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { fetchKeySet, MAX_KEY_SET_BYTES } from "../../lib/auth/fetch_key_set.ts";

/** Asks a server on this machine that answers like this, and is let go on at the end. */
async function fetched(answer: Deno.ServeHandler, timeoutMs = 5_000, goOn = () => {}) {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  try {
    return await fetchKeySet(new URL(`http://127.0.0.1:${server.addr.port}/keys`), timeoutMs);
  } finally {
    goOn();
  }
}

Deno.test("fetchKeySet gives the keys, and leaves out what is none", async () => {
  const keys = [{ kty: "RSA", kid: "a" }, null, "b", { kty: "EC" }];
  assertEquals(await fetched(() => Response.json({ keys, more: 1 })), {
    keys: [{ kty: "RSA", kid: "a" }, { kty: "EC" }],
  });
});

for (
  const [what, answer, problem] of [
    ["a status that is not 200", () => new Response("no", { status: 503 }), "has the status 503"],
    ["a redirect", () => Response.redirect("https://example.com/keys"), "has the status 302"],
    ["what is not JSON", () => new Response("<html>"), "is not JSON"],
    ["what has no keys", () => Response.json({ keys: {} }), 'it has no list "keys"'],
    ["null", () => Response.json(null), 'it has no list "keys"'],
    ["what is too long", () => new Response(" ".repeat(MAX_KEY_SET_BYTES + 1)), "is longer than"],
  ] as const
) {
  Deno.test(`fetchKeySet refuses ${what}`, async () => {
    await assertRejects(() => fetched(answer), Error, problem);
  });
}

Deno.test("fetchKeySet gives up on an endless answer as soon as it is too long", async () => {
  let sent = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          sent += 65_536;
          controller.enqueue(new Uint8Array(65_536).fill(32));
        },
      }),
    );
  await assertRejects(() => fetched(endless), Error, "is longer than");
  assertLess(sent, 64 * MAX_KEY_SET_BYTES);
});

Deno.test("fetchKeySet waits no longer than it may: for an answer, or for the rest of one", async () => {
  const silent = Promise.withResolvers<Response>();
  const answered = fetched(() => silent.promise, 50, () => silent.resolve(new Response()));
  await assertRejects(() => answered, Error, "no answer within 50 ms");
  let end = () => {};
  const half = () => new Response(new ReadableStream({ start: (controller) => void (end = () => controller.close()) }));
  await assertRejects(() => fetched(half, 50, () => end()), Error, "no answer within 50 ms");
});

Deno.test("fetchKeySet says when nobody is there", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assertRejects(() => fetchKeySet(new URL(`http://127.0.0.1:${port}/keys`), 5_000), Error);
});
