/** RFC 6455 §4.2 on the wire: what is answered to every kind of opening handshake. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { frame, handshake, type Lines, SCHEME } from "./raw_client.ts";
import { section, type Wire } from "./section.ts";

/** Lines of a response, without the status line, sorted, names in lower case. */
function fieldsOf(head: string): readonly string[] {
  return head.split("\r\n").slice(1).map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase())).sort();
}

async function answer(wire: Wire, lines: Lines, path = "/echo", start?: string): Promise<string> {
  const client = await wire.connect();
  await client.send(handshake(wire.port, path, lines, start));
  return await client.head();
}

const MALFORMED: ReadonlyArray<readonly [what: string, lines: Lines, status: number, start?: string]> = [
  ["POST", {}, 405, "POST /echo HTTP/1.1"],
  ["HTTP/1.0", {}, 400, "GET /echo HTTP/1.0"],
  ["no Host", { "Host": undefined }, 400],
  ["two Hosts", { "Host": ["a", "b"] }, 400],
  ["no Upgrade", { "Upgrade": undefined }, 426],
  ["another Upgrade", { "Upgrade": "h2c" }, 426],
  ["no Connection", { "Connection": undefined }, 400],
  ["a Connection without upgrade", { "Connection": "keep-alive" }, 400],
  ["no key", { "Sec-WebSocket-Key": undefined }, 400],
  ["a key of 15 bytes", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j" }, 400],
  ["a key that is no base64", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j!Q==" }, 400],
  ["two keys", { "Sec-WebSocket-Key": ["dGhlIHNhbXBsZSBub25jZQ==", "AQIDBAUGBwgJCgsMDQ4PEA=="] }, 400],
  ["no version", { "Sec-WebSocket-Version": undefined }, 426],
  ["two versions", { "Sec-WebSocket-Version": ["13", "13"] }, 400],
  ["a subprotocol that is no token", { "Sec-WebSocket-Protocol": "a b" }, 400],
  ["a subprotocol twice", { "Sec-WebSocket-Protocol": "a, a" }, 400],
  ["an extension that is none", { "Sec-WebSocket-Extensions": "a;=b" }, 400],
  ["an extension's quoted value that is no token", { "Sec-WebSocket-Extensions": 'a; b="c d"' }, 400],
  ["a field that is no field", { "Bad Name": "x" }, 400],
  ["bytes above ASCII in the target", {}, 400, "GET /\xff HTTP/1.1"],
];

section("RFC 6455 §4.2: the opening handshake on the wire", {
  "the example's key is answered with 101, Upgrade, Connection and the example's accept value": async (wire) => {
    const head = await answer(wire, {});
    assertMatch(head, /^HTTP\/1\.1 101 [^\r\n]+\r\n/);
    assertEquals(fieldsOf(head), [
      "connection: Upgrade",
      "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
      "upgrade: websocket",
    ]);
  },
  "every malformed handshake is answered with an HTTP error and not processed further": async (wire) => {
    for (const [what, lines, status, start] of MALFORMED) {
      assertMatch(await answer(wire, lines, "/echo", start), new RegExp(`^HTTP/1\\.1 ${status} `), what);
    }
  },
  "field names, websocket and upgrade are taken in any case, among others, over repeated fields": async (wire) => {
    const client = await wire.connect();
    const text = handshake(wire.port, "/echo", {
      "Upgrade": ["h2c", "WebSocket"],
      "Connection": ["keep-alive", "x, UPGRADE"],
    });
    await client.send(text.replace("Sec-WebSocket-Key", "sec-websocket-KEY").replace("Host", "hOST"));
    assertMatch(await client.head(), /^HTTP\/1\.1 101 /);
  },
  "the request target may be an absolute http URI with the resource name": async (wire) => {
    for (const scheme of ["http", "ws"]) {
      const start = `GET ${scheme}://127.0.0.1:${wire.port}/echo?x HTTP/1.1`;
      assertMatch(await answer(wire, {}, "/echo", start), /^HTTP\/1\.1 101 /);
    }
  },
  "unknown fields, cookies and credentials are ignored": async (wire) => {
    const lines = { "X-Unknown": "1", "Cookie": "a=b", "Authorization": "Bearer x", "Sec-WebSocket-Novel": "y" };
    assertMatch(await answer(wire, lines), /^HTTP\/1\.1 101 /);
  },
  "a version that is not understood is answered with an error and the one that is": async (wire) => {
    for (const version of ["8", "0", "14", "255", "013", "13, 8"]) {
      const head = await answer(wire, { "Sec-WebSocket-Version": version });
      assertMatch(head, /^HTTP\/1\.1 426 /);
      assertEquals(fieldsOf(head).filter((line) => /^(sec-websocket|upgrade)/.test(line)), [
        "sec-websocket-version: 13",
        "upgrade: websocket",
      ]);
    }
  },
  "a resource that is not there is answered with 404": async (wire) => {
    assertMatch(await answer(wire, {}, "/nowhere"), /^HTTP\/1\.1 404 /);
  },
  "an origin that is not allowed is answered with 403, the server's own and none are not": async (wire) => {
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1"]) {
      assertMatch(await answer(wire, { "Origin": origin }), /^HTTP\/1\.1 403 /, origin);
    }
    for (const origin of [`${SCHEME}://127.0.0.1:${wire.port}`, undefined]) {
      assertMatch(await answer(wire, { "Origin": origin }), /^HTTP\/1\.1 101 /, origin);
    }
  },
  "after a refusal that ends the connection the server closes TCP": async (wire) => {
    const client = await wire.connect();
    await client.send(handshake(wire.port, "/echo", { "Host": undefined, "Connection": "Upgrade, close" }));
    assertMatch(await client.head(), /^HTTP\/1\.1 400 /);
    await client.endWriting();
    await client.rest();
  },
  "a subprotocol is one of those offered, in one field, also when offered over several": async (wire) => {
    for (const offered of ["x, chat, sockeye.lab", ["x", "sockeye.lab", "chat"]]) {
      const head = await answer(wire, { "Sec-WebSocket-Protocol": offered }, "/lab");
      assertEquals(fieldsOf(head).filter((line) => line.startsWith("sec-websocket-protocol")), [
        "sec-websocket-protocol: sockeye.lab",
      ]);
    }
  },
  "without a subprotocol to agree on there is no such field in the answer": async (wire) => {
    for (const [path, offered] of [["/lab", undefined], ["/lab", "x, Chat"], ["/echo", "chat"]] as const) {
      const head = await answer(wire, { "Sec-WebSocket-Protocol": offered }, path);
      assertMatch(head, /^HTTP\/1\.1 101 /);
      assertEquals(/protocol:/i.test(head), false);
    }
  },
  "a route that chooses a subprotocol that was not offered gets no 101": async (wire) => {
    const head = await answer(wire, { "Sec-WebSocket-Protocol": "one" }, "/gate?token=open&chosen=two");
    assertMatch(head, /^HTTP\/1\.1 500 /);
    await wire.printed(/subprotocol/);
  },
  "no extension is named that was not offered, nor one that is not known": async (wire) => {
    for (const offered of [undefined, "x-novel, y; a=1", 'z; q="quoted"', "permessage-deflate; x"]) {
      const head = await answer(wire, { "Sec-WebSocket-Extensions": offered });
      assertMatch(head, /^HTTP\/1\.1 101 /);
      assertEquals(/extensions:/i.test(head), false);
    }
  },
  "a refusal of the route's is sent as it is, and the connection speaks HTTP on": async (wire) => {
    const client = await wire.connect();
    await client.send(handshake(wire.port, "/gate"));
    const head = await client.head();
    assertMatch(head, /^HTTP\/1\.1 401 /);
    assertStringIncludes(head.toLowerCase(), "www-authenticate: bearer");
    assertStringIncludes(head.toLowerCase(), "content-length: 14");
  },
  "frames sent right behind the handshake are taken once it is answered": async (wire) => {
    const client = await wire.connect();
    await client.send(handshake(wire.port), frame(0x1, "early"));
    assertMatch(await client.head(), /^HTTP\/1\.1 101 /);
    assertEquals(await client.text(), "early");
  },
});
