/** The push API: what other programs may ask, and what they are told. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Push } from "../../lib/deploy/push.ts";
import type { ConnectionStatus } from "../../lib/gateway/mod.ts";

const TOKEN = "0123456789abcdef";

/** A push API over connections that there are not, and what it did. */
function bench(publish?: (topic: string) => void | Promise<void>) {
  const done: unknown[] = [];
  const isKnown = (id: string): boolean => id === "n-1";
  const push = new Push({
    token: TOKEN,
    variable: "SOCKEYE_PUBLISH_TOKEN",
    address: "127.0.0.1:4001",
    maxMessageBytes: 10,
    publish: (topic, payload) => {
      done.push(["publish", topic, payload]);
      return publish?.(topic);
    },
    connections: {
      status: (id) => Promise.resolve(isKnown(id) ? { id } as ConnectionStatus : undefined),
      send: (id, payload) => Promise.resolve(isKnown(id) && done.push(["send", id, payload]) > 0),
      close(id, code, reason) {
        if (code === 1006) return Promise.reject(new TypeError("not 1006"));
        return Promise.resolve(isKnown(id) && done.push(["close", id, code, reason]) > 0);
      },
    },
  });
  const send = async (method: string, path: string, body?: BodyInit, headers: HeadersInit = {}) => {
    const response = await push.answer(
      new Request(`http://127.0.0.1:4001${path}`, {
        method,
        headers: { host: "127.0.0.1:4001", authorization: `Bearer ${TOKEN}`, ...headers },
        ...(body === undefined ? {} : { body }),
      }),
    );
    return { status: response.status, headers: response.headers, answer: await response.json() };
  };
  return { push, send, done };
}

Deno.test("Push publishes text, and bytes where the body is an octet stream, to each topic", async () => {
  const { send, done } = bench();
  const text = await send("POST", "/publish?topic=a&topic=room%3A1", "hello");
  assertEquals([text.status, text.answer], [200, { published: 2 }]);
  const bytes = Uint8Array.of(0, 255);
  assertEquals(
    (await send("POST", "/publish?topic=a", bytes, { "content-type": "application/octet-stream" })).status,
    200,
  );
  assertEquals((await send("POST", "/publish?topic=a")).status, 200);
  assertEquals(done, [
    ["publish", "a", "hello"],
    ["publish", "room:1", "hello"],
    ["publish", "a", bytes],
    ["publish", "a", ""],
  ]);
});

Deno.test("Push answers a publication when it is stored, and with 503 when it is not", async () => {
  const stored = Promise.withResolvers<void>();
  const { send } = bench(() => stored.promise);
  let isAnswered = false;
  const answered = send("POST", "/publish?topic=a", "x").finally(() => isAnswered = true);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(isAnswered, false);
  stored.reject(new Error("the broker is away"));
  const { status, headers, answer } = await answered;
  assertEquals([status, headers.get("retry-after"), answer], [503, "1", { error: "the broker is away" }]);
});

Deno.test("Push says what is wrong with a publication", async () => {
  const { send, done } = bench((topic) => {
    if (topic === "") throw new TypeError("A topic has 1 to 256 characters");
  });
  const wrong = [
    [await send("POST", "/publish", "x"), 400, "topic=NAME"],
    [await send("POST", "/publish?topic=", "x"), 400, "1 to 256 characters"],
    [await send("POST", "/publish?topic=a", "more than ten"), 413, "10 bytes at most"],
    [await send("POST", "/publish?topic=a", Uint8Array.of(255)), 400, "octet-stream"],
    [await send("GET", "/publish?topic=a"), 405, "allowed: POST"],
  ] as const;
  for (const [{ status, answer }, expected, part] of wrong) {
    assertEquals(status, expected);
    assertStringIncludes(answer.error, part);
  }
  assertEquals(done.length, 1);
});

Deno.test("Push shows, sends to and closes a connection", async () => {
  const { send, done } = bench();
  assertEquals((await send("GET", "/connections/n-1")).answer, { connection: { id: "n-1" } });
  assertEquals((await send("POST", "/connections/n-1", "hi")).answer, { sent: true });
  assertEquals((await send("DELETE", "/connections/n-1")).answer, { closed: true });
  assertEquals((await send("DELETE", "/connections/n-1?code=4000&reason=bye")).answer, { closed: true });
  assertEquals(done, [["send", "n-1", "hi"], ["close", "n-1", 1000, ""], ["close", "n-1", 4000, "bye"]]);
  assertEquals((await send("DELETE", "/connections/n-1?code=1006")).status, 400);
  for (const method of ["GET", "POST", "DELETE"]) {
    assertEquals((await send(method, "/connections/%zz")).status, 400);
    const { status, answer } = await send(method, "/connections/n-2");
    assertEquals(status, 404);
    assertStringIncludes(answer.error, '"n-2"');
  }
  assertEquals((await send("PUT", "/connections/n-1")).headers.get("allow"), "GET, POST, DELETE");
});

Deno.test("Push is for whoever has its token, from anywhere but a web page", async () => {
  const { send, done } = bench();
  const stranger = await send("POST", "/publish?topic=a", "x", { authorization: "Bearer 0123456789abcdeF" });
  assertEquals([stranger.status, stranger.headers.get("www-authenticate")], [401, 'Bearer realm="sockeye"']);
  assertStringIncludes(stranger.answer.error, "SOCKEYE_PUBLISH_TOKEN");
  assertEquals((await send("POST", "/publish?topic=a", "x", { origin: "http://127.0.0.1:4001" })).status, 403);
  assertEquals((await send("POST", "/publish?topic=a", "x", { host: "evil.example" })).status, 403);
  assertEquals(done, []);
});

Deno.test("Push knows its own paths", () => {
  const { push } = bench();
  assertEquals(
    ["/publish", "/connections/n-1", "/deployments", "/connections/", "/publish/x"].map((path) => push.has(path)),
    [
      ...[true, true, false, false, false],
    ],
  );
});
