/** The same bytes over TCP, a long poll and a plain poll: the route hears the same, and the client is told the same. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Route } from "sockeye";
import { createTestServer, type TestServer } from "../../lib/testing/mod.ts";
import { concat } from "../frame/recorder.ts";
import { PollClient } from "../support/poll_client.ts";
import { mutatedStream, validStream } from "./streams.ts";

/** What a client sends, piece by piece, and what is lost of it on its way. */
interface Script {
  readonly stream: Uint8Array;
  /** Lengths of the pieces, used in turn. */
  readonly sizes: readonly number[];
  /** Whether the answer to a request is lost, used in turn: then the client asks the same again. */
  readonly losses: readonly boolean[];
}

/** No script has more pieces: the rest comes in the last. */
const MAX_PIECES = 24;

const script: fc.Arbitrary<Script> = fc.record({
  stream: fc.oneof(validStream, validStream, mutatedStream),
  sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9_000 })), {
    minLength: 1,
    maxLength: 10,
  }),
  losses: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
});

/** What the two ends have seen. */
interface Seen {
  readonly events: readonly unknown[];
  /** All that the client got behind the handshake. */
  readonly told: string;
}

type Run = (server: TestServer, script: Script) => Promise<Uint8Array>;

function* piecesOf({ stream, sizes }: Script): Generator<Uint8Array> {
  let at = 0;
  for (let count = 0; at < stream.length; count++) {
    const end = count === MAX_PIECES ? stream.length : Math.min(at + sizes[count % sizes.length]!, stream.length);
    yield stream.subarray(at, end);
    at = end;
  }
}

const HANDSHAKE = new TextEncoder().encode([
  "GET / HTTP/1.1",
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "\r\n",
].join("\r\n"));

const overTcp: Run = async (server, script) => {
  const stream = server.dial();
  const told: Uint8Array[] = [];
  const reading = (async () => {
    const buffer = new Uint8Array(65_536);
    for (let count = await stream.read(buffer); count !== null; count = await stream.read(buffer)) {
      told.push(buffer.slice(0, count));
    }
    // Bytes behind its Close frame have the server reset: it was read to there.
  })().catch(() => {});
  try {
    await stream.write(HANDSHAKE);
    await server.settled();
    for (const piece of piecesOf(script)) {
      for (let at = 0; at < piece.length;) at += await stream.write(piece.subarray(at));
      await server.settled();
    }
    await stream.closeWrite();
  } catch {
    // The server has closed it: what it said is what counts.
  }
  await server.settled();
  await reading;
  stream.close();
  const all = concat(...told);
  const head = new TextDecoder("latin1").decode(all).indexOf("\r\n\r\n") + 4;
  return all.subarray(head);
};

const overPolls = (transport: string): Run => async (server, script) => {
  const ask = (init: RequestInit): Promise<Response> => server.fetch("/_sockeye/poll", init);
  const client = await PollClient.begin(ask, "/", { "Sockeye-Transport": transport });
  let steps = 0;
  const isLost = (): boolean => script.losses[steps++ % script.losses.length]!;
  const told: Uint8Array[] = [];
  const hear = async (): Promise<void> => {
    if (isLost()) await void (await client.request("GET")).body?.cancel();
    const bytes = await client.get();
    if (bytes) told.push(bytes);
  };
  const waiting = transport === "poll" ? undefined : keepAsking(client, told, isLost);
  for (const piece of piecesOf(script)) {
    if (isLost()) await (await client.post(piece)).body?.cancel();
    const response = await client.post(piece);
    await response.body?.cancel();
    if (response.status !== 204) break;
    client.sent += piece.length;
    await server.settled();
    if (waiting === undefined) await hear();
  }
  if (waiting === undefined) { for (let times = 0; times < 4; times++) await hear(); }
  await client.end();
  await server.settled();
  await waiting;
  if (waiting === undefined) { for (let times = 0; times < 4; times++) await hear(); }
  return concat(...told);
};

/** A long poll is nearly always there. */
async function keepAsking(client: PollClient, told: Uint8Array[], isLost: () => boolean): Promise<void> {
  for (let mayBeLost = true;; mayBeLost = !mayBeLost) {
    const bytes = await client.get();
    if (bytes === null) return;
    if (bytes === undefined) continue;
    // What is not acknowledged comes again.
    if (mayBeLost && isLost()) client.received -= bytes.length;
    else told.push(bytes);
  }
}

async function seenOver(run: Run, script: Script): Promise<Seen> {
  const events: unknown[] = [];
  const route: Route = {
    open: () => void events.push("open"),
    message(peer, message) {
      events.push(message.isText, message.bytes().toHex());
      peer.send(message.isText ? message.text() : message.bytes());
    },
    close: (_peer, { code, reason, wasClean }) => void events.push(code, reason, wasClean),
  };
  await using server = await createTestServer({ "/": route }, { isDevelopment: false });
  const told = await run(server, script);
  await server.settled();
  return { events, told: told.toHex() };
}

for (const transport of ["long-poll", "poll"]) {
  Deno.test(`TCP and ${transport}: any bytes, in any pieces, with any answers lost, are the same to both ends`, async () => {
    await fc.assert(
      fc.asyncProperty(script, async (script) => {
        const [tcp, poll] = [await seenOver(overTcp, script), await seenOver(overPolls(transport), script)];
        assertEquals(poll, tcp);
      }),
      { numRuns: 50 },
    );
  });
}
