/** What becomes of a valid handshake. @module */
import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { HeldRequest } from "../../lib/gateway/held_request.ts";
import { type HandshakeParts, OpeningHandshake } from "../../lib/gateway/opening_handshake.ts";
import { GATEWAY_DEFAULTS } from "../../lib/gateway/option_table.ts";
import { connectionOptionsOf } from "../../lib/gateway/options.ts";
import { checkUpgrade } from "../../lib/handshake/mod.ts";
import { HttpError } from "../../lib/http/mod.ts";
import type { RequestOutcome } from "../../lib/gateway/tracing.ts";
import type { RouteEntry, UpgradeDecision } from "../../lib/route/table.ts";
import { fromLatin1, parseLines } from "../http/head_text.ts";

const LINES = [
  "GET /chat HTTP/1.1",
  "Host: example.com",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
] as const;

const head = parseLines(...LINES, "Sec-WebSocket-Protocol: v1, v2");

function open(
  refusal?: HttpError,
  parts: Partial<HandshakeParts> = {},
): { readonly handshake: OpeningHandshake; readonly failures: unknown[]; readonly refusals: unknown[] } {
  const [failures, refusals]: [unknown[], unknown[]] = [[], []];
  const host = {
    meter() {},
    refused: (error: HttpError) => void refusals.push(error.status),
    admit() {
      if (refusal !== undefined) throw refusal;
    },
    failed: (error: unknown) => void failures.push(error),
    currentEntry: <Entry>(entry: Entry) => entry,
    connect: () => {
      throw new Error("nobody connects here");
    },
  };
  const handshake = new OpeningHandshake(host, {
    head,
    offer: checkUpgrade(head),
    entry: { descriptor: { hasUpgrade: false } } as unknown as RouteEntry,
    options: connectionOptionsOf(GATEWAY_DEFAULTS, { subprotocols: ["v2"] }, "chat.ts"),
    request: new HeldRequest(head, "http://example.com", "192.0.2.1"),
    params: {},
    id: "1",
    ...parts,
  });
  return { handshake, failures, refusals };
}

function responseOf(settled: { readonly response: Uint8Array } | Response): string {
  assert(!(settled instanceof Response));
  return fromLatin1(settled.response);
}

Deno.test("OpeningHandshake answers the example of RFC 6455 §1.3, and chooses of the subprotocols what the route has", () => {
  const { handshake } = open();
  const response = responseOf(handshake.settle(undefined));
  assertStringIncludes(response, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
  assertStringIncludes(response, "Sec-WebSocket-Protocol: v2\r\n");
  assertEquals([handshake.subprotocol, handshake.context], ["v2", undefined]);
});

Deno.test("OpeningHandshake takes subprotocol, fields and context from the route's decision", () => {
  const { handshake } = open();
  const decision = { accept: true, subprotocol: "v1", headers: [["x-room", "blue"]], context: 7 } as const;
  const response = responseOf(handshake.settle(decision));
  assertStringIncludes(response, "Sec-WebSocket-Protocol: v1\r\nx-room: blue\r\n");
  assertEquals([handshake.subprotocol, handshake.context], ["v1", 7]);
});

Deno.test("OpeningHandshake passes the route's refusal on", () => {
  const response = new Response("no", { status: 401 });
  assertEquals(open().handshake.settle({ accept: false, response }), response);
});

Deno.test("OpeningHandshake answers 503 when the last place was taken while the route was asked, and tells", () => {
  const { handshake, refusals } = open(new HttpError(503, "The server is full.", { "Retry-After": "5" }));
  const settled = handshake.settle({ accept: true });
  assertInstanceOf(settled, Response);
  assertEquals([settled.status, settled.headers.get("retry-after")], [503, "5"]);
  assertEquals(refusals, [503]);
});

Deno.test("OpeningHandshake answers 500 and tells of a field that cannot be sent", () => {
  const { handshake, failures } = open();
  const settled = handshake.settle({ accept: true, headers: [["x-a", "\x01"]] });
  assertInstanceOf(settled, Response);
  assertEquals([settled.status, failures.length], [500, 1]);
});

Deno.test("OpeningHandshake ends its request once: with the 101, with a refusal that is a close code, or with a response", () => {
  const settled = (protocols: string, decision: UpgradeDecision) => {
    const told: RequestOutcome[] = [];
    const trace = {
      matched() {},
      within: <Result>(work: () => Result) => work(),
      end: (one: RequestOutcome) => void told.push(one),
    };
    const own = parseLines(...LINES, `Sec-WebSocket-Protocol: ${protocols}`);
    open(undefined, { head: own, offer: checkUpgrade(own), trace }).handshake.settle(decision);
    return told;
  };
  assertEquals(settled("v1, v2", { accept: true }), [{ status: 101, transport: "websocket", subprotocol: "v2" }]);
  const refusal = { accept: false, response: new Response("no", { status: 401 }) } as const;
  assertEquals(settled("v1", refusal), [{ status: 401 }]);
  assertEquals(settled("sockeye.v1", refusal), [
    { status: 101, transport: "websocket", subprotocol: "sockeye.v1", error: "TOKEN_MISSING" },
  ]);
});
