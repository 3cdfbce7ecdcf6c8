/** From an order to an open WebSocket. @module */
import { pathOfUrl } from "../../lib/runtime/file_url.ts";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { ArgumentError, parseArguments } from "../../lib/terminal/arguments.ts";
import { dial, DialError } from "../../lib/terminal/dial.ts";
import { Display } from "../../lib/terminal/display.ts";
import { RefusedError } from "../../lib/terminal/opening.ts";
import { CraftedServer } from "../support/crafted_server.ts";

function orderOf(...args: string[]) {
  const asked = parseArguments(args);
  if (asked.kind !== "connect") throw new Error(asked.kind);
  return asked.order;
}

function displayTo(written: { err: string }, isVerbose = false): Display {
  const err = (bytes: Uint8Array) => void (written.err += new TextDecoder().decode(bytes));
  return new Display({ out() {}, err }, {
    isInteractive: false,
    outIsTerminal: false,
    errIsTerminal: false,
    hasColours: false,
    isVerbose,
    indentsJson: false,
    writesRaw: false,
    now: () => 0,
  });
}

const silent = displayTo({ err: "" });

Deno.test("dial sends what was asked for, and a key of its own each time", async () => {
  await using server = new CraftedServer({ fields: "Sec-WebSocket-Protocol: b\r\n" });
  const args = ["-s", "a", "-s", "b", "-H", "X-Y: z", "-o", "https://example.com", `:${server.port}/x?y`];
  for (let time = 0; time < 2; time++) {
    using client = await dial(orderOf(...args), silent, undefined);
    assertEquals(client.opening.subprotocol, "b");
  }
  const [first = "", second = ""] = server.requests;
  assertMatch(first, /^GET \/x\?y HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/);
  for (const line of ["Sec-WebSocket-Protocol: a, b", "X-Y: z", "Origin: https://example.com", "permessage-deflate"]) {
    assertStringIncludes(first, line);
  }
  const key = /Sec-WebSocket-Key: (\S{22}==)\r\n/;
  assertEquals(key.exec(first)?.[1] === key.exec(second)?.[1], false);
});

Deno.test("dial lets a header of the user's stand in place of its own", async () => {
  await using server = new CraftedServer();
  using _ = await dial(orderOf("--no-compress", "-H", "host: other.test", `:${server.port}`), silent, undefined);
  const request = server.requests[0]!;
  assertEquals(request.match(/^host:.*$/gim), ["host: other.test"]);
  assertEquals(request.includes("permessage-deflate"), false);
});

Deno.test("dial says why there is no connection", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const late = await assertRejects(() => dial(orderOf("--timeout", "30ms", `:${port}`), silent, undefined), DialError);
  assertEquals(late.message, `cannot connect to ws://127.0.0.1:${port}/: nothing within 30 ms (--timeout)`);
  listener.close();
  const refused = await assertRejects(() => dial(orderOf(`:${port}`), silent, undefined), DialError);
  assertMatch(refused.message, /^cannot connect to ws:.*refused.*; is the server running there\?$/i);
  await using server = new CraftedServer({ answer: () => "SSH-2.0-x\r\n\r\n" });
  await assertRejects(() => dial(orderOf(`:${server.port}`), silent, undefined), DialError, "speaks no HTTP/1.1");
});

Deno.test("dial passes a refusal on, and shows it with -v", async () => {
  await using server = new CraftedServer({ answer: () => "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno" });
  const written = { err: "" };
  const order = orderOf(`:${server.port}`);
  const error = await assertRejects(() => dial(order, displayTo(written, true), undefined), RefusedError);
  assertEquals([error.head.status, error.body], [403, "no"]);
  assertMatch(written.err, /^\* TCP to 127\.0\.0\.1:\d+\n> GET \/ HTTP\/1\.1\n[^]*< HTTP\/1\.1 403 Forbidden\n/);
});

Deno.test("dial speaks TLS, to whom --ca trusts and to nobody else", async () => {
  const [cert, key] = ["cert", "key"].map((name) =>
    Deno.readTextFileSync(new URL(`../support/localhost_${name}.pem`, import.meta.url))
  );
  await using server = new CraftedServer({ tls: { cert: cert!, key: key! } });
  const url = `wss://localhost:${server.port}/`;
  const caFile = pathOfUrl(new URL("../support/localhost_cert.pem", import.meta.url));
  const error = await assertRejects(() => dial(orderOf(url), silent, undefined), DialError);
  assertStringIncludes(error.message, "; --ca FILE trusts a certificate of your own");
  using client = await dial(orderOf("--ca", caFile, url), silent, undefined);
  assertEquals(client.opening.head.status, 101);
  await assertRejects(
    () => dial(orderOf("--ca", "/none.pem", url), silent, undefined),
    ArgumentError,
    "--ca /none.pem: ",
  );
});
