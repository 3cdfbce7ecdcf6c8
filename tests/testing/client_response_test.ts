import { assertEquals, assertRejects } from "@std/assert";
import { encodeRequest, ResponseReader } from "../../lib/testing/client_response.ts";
import { MemoryStream } from "../../lib/testing/mod.ts";

async function reader(text: string): Promise<ResponseReader> {
  const [client, server] = MemoryStream.pair();
  await server.write(new TextEncoder().encode(text.replaceAll("\n", "\r\n")));
  server.close();
  return new ResponseReader(client);
}

const bodyOf = async (reader: ResponseReader, isHead = false) =>
  new TextDecoder().decode((await reader.next(isHead)).body);

Deno.test("encodeRequest writes head and body, with a length where there is a body", () => {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(text(encodeRequest("GET", "/a?b", [["host", "c"]])), "GET /a?b HTTP/1.1\r\nhost: c\r\n\r\n");
  assertEquals(
    text(encodeRequest("POST", "/", [], Uint8Array.of(0x68, 0x69))),
    "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi",
  );
});

Deno.test("ResponseReader reads bodies by length, in chunks, and to the end, one response after the other", async () => {
  const responses = await reader(
    "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi" +
      "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n" +
      "HTTP/1.1 204 No Content\n\n" +
      "HTTP/1.1 200 OK\nContent-Length: 9\n\n" +
      "HTTP/1.1 200 OK\n\nto the end",
  );
  assertEquals([await bodyOf(responses), await bodyOf(responses), await bodyOf(responses)], ["hi", "abc", ""]);
  assertEquals([await bodyOf(responses, true), await bodyOf(responses)], ["", "to the end"]);
});

Deno.test("ResponseReader passes over 100, and keeps what follows a 101", async () => {
  const responses = await reader("HTTP/1.1 100 Continue\n\nHTTP/1.1 101 Switching Protocols\nX-A: b\nX-A: c\n\nrest");
  const { status, statusText, headers } = await responses.next();
  assertEquals([status, statusText, headers.get("x-a")], [101, "Switching Protocols", "b, c"]);
  assertEquals(new TextDecoder().decode(responses.take()), "rest");
});

Deno.test("ResponseReader says where the connection broke off", async () => {
  const wrong = [
    ["HTTP/1.1 200", "before it had answered"],
    ["HTTP/1.1 200 OK\nContent-Length: 5\n\nab", "in the middle of a body"],
    ["SSH-2.0-x\n\n", "no status line"],
  ] as const;
  for (const [text, message] of wrong) {
    const responses = await reader(text);
    await assertRejects(() => responses.next(), Error, message);
  }
});
