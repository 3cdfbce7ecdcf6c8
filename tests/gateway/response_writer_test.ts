import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ResponseFraming, writeResponse } from "../../lib/gateway/response_writer.ts";

const FRAMING: ResponseFraming = {
  isHead: false,
  version: "1.1",
  keepAlive: true,
  date: "Thu, 01 Jan 2026 00:00:00 GMT",
};
const decoder = new TextDecoder();

async function written(
  response: Response,
  framing: Partial<ResponseFraming> = {},
): Promise<{ readonly text: string; readonly isAlive: boolean }> {
  let text = "";
  const sink = {
    write: (bytes: Uint8Array) => void (text += decoder.decode(bytes)),
    drained: () => Promise.resolve(),
    signal: new AbortController().signal,
  };
  const isAlive = await writeResponse(response, { ...FRAMING, ...framing }, sink);
  return { text, isAlive };
}

function streamOf(...parts: readonly unknown[]): ReadableStream {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      // A stream that is made while it is read.
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (at === parts.length) controller.close();
      else controller.enqueue(parts[at++]);
    },
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("writeResponse gives a body that is whole a Content-Length (RFC 9112 §6.2)", async () => {
  const { text, isAlive } = await written(new Response("hello", { status: 201, headers: { "x-a": "b" } }));
  assertEquals(
    text,
    "HTTP/1.1 201 Created\r\ncontent-type: text/plain;charset=UTF-8\r\nx-a: b\r\nContent-Length: 5\r\n" +
      `Date: ${FRAMING.date}\r\nConnection: keep-alive\r\n\r\nhello`,
  );
  assertEquals(isAlive, true);
});

Deno.test("writeResponse sends a stream in chunks (RFC 9112 §7.1)", async () => {
  const { text, isAlive } = await written(new Response(streamOf(bytes("one"), bytes("three"))));
  assertStringIncludes(text, "Transfer-Encoding: chunked\r\n");
  assertStringIncludes(text, "\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n");
  assertEquals([text.toLowerCase().includes("content-length"), isAlive], [false, true]);
});

Deno.test("writeResponse ends a stream to HTTP/1.0 with the connection (RFC 9112 §6.1)", async () => {
  const { text, isAlive } = await written(new Response(streamOf(bytes("one"))), { version: "1.0" });
  assertEquals([text.endsWith("\r\n\r\none"), text.includes("chunked"), isAlive], [true, false, false]);
  assertStringIncludes(text, "Connection: close\r\n");
});

Deno.test("writeResponse sends no body with HEAD, 204 and 304, and no length with 204 (RFC 9110 §8.6)", async () => {
  const head = await written(new Response("hello"), { isHead: true });
  assertEquals([head.text.includes("Content-Length: 5\r\n"), head.text.endsWith("\r\n\r\n")], [true, true]);
  for (const status of [204, 304]) {
    const { text } = await written(new Response(null, { status }));
    assertEquals([text.includes("Content-Length"), text.endsWith("\r\n\r\n")], [false, true]);
  }
});

Deno.test("writeResponse cancels the stream of an answer to HEAD", async () => {
  let isCancelled = false;
  const body = new ReadableStream({ start: (c) => c.enqueue(bytes("x")), cancel: () => void (isCancelled = true) });
  await written(new Response(body), { isHead: true });
  assertEquals(isCancelled, true);
});

Deno.test("writeResponse trusts no length of the route: what is sent is counted", async () => {
  const wrong = await written(new Response(null, { headers: { "content-length": "5" } }));
  assertStringIncludes(wrong.text, "Content-Length: 0\r\n");
  const split = await written(new Response("hello", { headers: { "content-length": "1", connection: "upgrade" } }));
  assertStringIncludes(split.text, "Content-Length: 5\r\n");
  assertEquals(split.text.includes("upgrade"), false);
});

Deno.test("writeResponse keeps each Set-Cookie apart (RFC 6265 §3)", async () => {
  const headers = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"]]);
  assertStringIncludes((await written(new Response("x", { headers }))).text, "set-cookie: a=1\r\nset-cookie: b=2\r\n");
});

Deno.test("writeResponse rejects a stream of anything but bytes, and says what to do", async () => {
  for (const part of ["text", 7]) {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(part) });
    await assertRejects(() => written(new Response(body)), TypeError, "TextEncoderStream");
  }
});

Deno.test("writeResponse rejects with what the stream fails with, and cancels it when the client has gone", async () => {
  const failing = new ReadableStream({ pull: () => Promise.reject(new RangeError("broken")) });
  await assertRejects(() => written(new Response(failing)), RangeError, "broken");
  const client = new AbortController();
  let reason: unknown;
  const endless = new ReadableStream({
    start: (controller) => controller.enqueue(bytes("x")),
    cancel: (given) => void (reason = given),
  });
  const sink = { write() {}, drained: () => Promise.resolve(), signal: client.signal };
  const writing = writeResponse(new Response(endless), FRAMING, sink);
  client.abort(new DOMException("gone", "AbortError"));
  await assertRejects(() => writing, DOMException, "gone");
  assertEquals(reason, client.signal.reason);
});
