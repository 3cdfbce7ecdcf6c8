/**
 * What is fuzzed, and what must hold whatever comes in.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { isIP } from "node:net";
import { HEADROOM_BYTES } from "../../lib/frame/message_assembly.ts";
import { MessageInflater, ProtocolError } from "../../lib/frame/mod.ts";
import {
  BodyDecoder,
  bodyFraming,
  findHeadEnd,
  headTooLarge,
  HttpError,
  leadingCrlf,
  parseRequestHead,
  ProxyHeader,
  ProxyHeaderError,
} from "../../lib/http/mod.ts";
import { CountingSource } from "../frame/segment_source.ts";
import { readAsClient, Side } from "../protocol/side.ts";
import type { Random } from "./random.ts";

/** One thing to fuzz. */
export interface FuzzTarget {
  /** Its corpus files begin with this. */
  readonly name: string;
  /**
   * Feeds the bytes, cut at random, and checks what must hold.
   *
   * @returns in a word, how the code behaved: inputs that make it behave in a new way are kept and changed further.
   * @throws when something does not hold.
   */
  run(bytes: Uint8Array, random: Random): string;
}

/** All of them. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  { name: "protocol", run: runProtocol },
  { name: "deflate", run: runDeflate },
  { name: "head", run: runHead },
  { name: "body", run: runBody },
  { name: "proxy", run: runProxy },
];

const MAX_MESSAGE_BYTES = 1_000;
const MAX_BODY_BYTES = 500;
const HEAD_LIMITS = { maxHeadBytes: 1_000, maxHeaderFields: 10 };

/** ServerProtocol never throws, holds at most its limit, and answers a fault with a Close frame and nothing after it. */
function runProtocol(bytes: Uint8Array, random: Random): string {
  const limits = { maxMessageBytes: MAX_MESSAGE_BYTES, maxFragments: 5, highWaterBytes: 300 };
  const side = new Side(limits);
  for (const { chunk, start, end } of pieces(bytes, random)) {
    assertEquals(side.protocol.receive(chunk, start, end), end);
    assertLessOrEqual(side.protocol.bufferedBytes, MAX_MESSAGE_BYTES + HEADROOM_BYTES);
    chunk.fill(0xee);
  }
  const whole = new Side(limits);
  const copy = new Uint8Array(bytes);
  whole.protocol.receive(copy, 0, copy.length);
  assertEquals(side.told, whole.told);
  const answers = readAsClient(side.written());
  assertEquals(answers, readAsClient(whole.written()));
  assert(answers.every((answer) => /^(pong|close) /.test(answer)), `the answers are not whole frames: ${answers}`);
  const closes = answers.filter((answer) => answer.startsWith("close "));
  const last = side.told.at(-1) ?? "";
  const hasEnded = last === "peer close" || last.startsWith("violation ");
  assertEquals(closes.length, hasEnded ? 1 : 0);
  assertEquals(side.protocol.isOpen, !hasEnded);
  side.output.dispose();
  assertEquals(side.source.outstanding, 0);
  return `${side.told.map((event) => event.replace(/ [0-9a-f]*$/, "")).slice(-4)} ${closes.map(code)}`;
}

const code = (close: string) => close.slice(0, "close 1000".length);

/** Compressed messages, each with its length before it: inflated within the limit or refused, and nothing is kept. */
function runDeflate(bytes: Uint8Array): string {
  const [way = 0] = bytes;
  const source = new CountingSource();
  const keepsContext = (way & 1) === 1;
  const options = { maxMessageBytes: MAX_MESSAGE_BYTES, keepsContext, windowBits: 9 + (way >> 4) % 7 };
  const inflater = new MessageInflater({ ...options, usesStreams: keepsContext || (way & 2) === 0 }, source);
  const told: string[] = [];
  try {
    for (let at = 1; at < bytes.length;) {
      const end = Math.min(bytes.length, at + 1 + bytes[at]!);
      const message = inflater.inflate((way & 4) !== 0, bytes, at + 1, end);
      assertLessOrEqual(message.end - message.start, MAX_MESSAGE_BYTES);
      told.push(message.end === message.start ? "empty" : "message");
      source.give(message.bytes);
      at = end;
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    told.push(error.violation);
  }
  inflater.close();
  assertEquals([source.outstanding, inflater.heldBytes], [0, 0]);
  return `${way & 7} ${told.slice(-4)}`;
}

/** A head, and the body its fields announce: whatever is wrong is an HttpError. */
function runHead(bytes: Uint8Array, random: Random): string {
  try {
    const start = leadingCrlf(bytes, 0, bytes.length);
    const headEnd = findHeadEnd(bytes, start, bytes.length);
    if (headEnd === -1) {
      assert(headTooLarge(bytes, start, bytes.length) instanceof HttpError);
      return "unfinished";
    }
    const head = parseRequestHead(bytes, start, headEnd, HEAD_LIMITS);
    assert(head.path.startsWith("/") || head.path === "*", `the path is ${JSON.stringify(head.path)}`);
    const framing = bodyFraming(head);
    const decoder = new BodyDecoder(framing, MAX_BODY_BYTES);
    return `${head.method.length} ${head.version} ${framing.kind} ${decode(decoder, bytes.subarray(headEnd), random)}`;
  } catch (error) {
    return faultOf(error);
  }
}

/** A chunked body. */
function runBody(bytes: Uint8Array, random: Random): string {
  try {
    return decode(new BodyDecoder({ kind: "chunked" }, MAX_BODY_BYTES), bytes, random);
  } catch (error) {
    return faultOf(error);
  }
}

/** A PROXY header: whole, wanting or refused, the same in whatever pieces it comes, and an address where it has one. */
function runProxy(bytes: Uint8Array, random: Random): string {
  const read = (
    parts: Iterable<{ readonly chunk: Uint8Array; readonly start: number; readonly end: number }>,
  ): string => {
    const header = new ProxyHeader();
    let taken = 0;
    try {
      for (const { chunk, start, end } of parts) {
        const at = header.push(chunk, start, end);
        assert(at === end || header.isWhole, "a header stopped before its end");
        taken += at - start;
        if (header.isWhole) break;
      }
    } catch (error) {
      if (!(error instanceof ProxyHeaderError)) throw error;
      return error.message.replace(/"[^]*"/, "");
    }
    const { source } = header;
    if (source !== undefined) assert(isIP(source.address) !== 0, `the address is ${source.address}`);
    return `${header.isWhole} ${taken} ${source?.address} ${source?.port}`;
  };
  const whole = read([{ chunk: bytes, start: 0, end: bytes.length }]);
  assertEquals(read(pieces(bytes, random)), whole);
  return whole.replace(/[\d.:a-f]{2,}/g, "");
}

function decode(decoder: BodyDecoder, bytes: Uint8Array, random: Random): string {
  for (const { chunk, start, end } of pieces(bytes, random)) {
    const at = decoder.push(chunk, start, end);
    assert(start <= at && at <= end);
    assert(at === end || decoder.done, "a body stopped before its end");
    assertLessOrEqual(decoder.heldBytes, 2 * Math.max(MAX_BODY_BYTES, 1024));
    chunk.fill(0xee);
    if (decoder.done) break;
  }
  if (!decoder.done) return "more";
  const body = decoder.take();
  assertLessOrEqual(body.length, MAX_BODY_BYTES);
  return `body ${Math.min(body.length, 3)}`;
}

/** The only error a client may cause: one whose message can be its answer. */
function faultOf(error: unknown): string {
  if (!(error instanceof HttpError)) throw error;
  assert(error.status >= 400 && error.status < 600, `status ${error.status}`);
  // deno-lint-ignore no-control-regex -- control characters are what must not be in it
  assert(!/[\0-\x1f\x7f]/.test(error.message), `the message is not one clean line: ${JSON.stringify(error.message)}`);
  return `${error.status} ${error.message.replace(/"[^]*"/, "").slice(0, 40)}`;
}

/** The bytes cut at random, each piece in the middle of a buffer of its own. */
function* pieces(
  bytes: Uint8Array,
  random: Random,
): Generator<{ readonly chunk: Uint8Array<ArrayBuffer>; readonly start: number; readonly end: number }> {
  const most = random.pick([1, 3, 20, bytes.length + 1]);
  for (let at = 0; at < bytes.length;) {
    const part = bytes.subarray(at, at + 1 + random.below(most));
    const start = random.below(4);
    const chunk = new Uint8Array(start + part.length + 2);
    chunk.set(part, start);
    yield { chunk, start, end: start + part.length };
    at += part.length;
  }
}
