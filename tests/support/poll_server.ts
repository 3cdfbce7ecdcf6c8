/**
 * A server of the poll protocol in memory, as a `fetch`, with a network in between that loses, repeats, delays and cuts.
 * It keeps to docs/TRANSPORTS.md, and notes where the client does not.
 *
 * @module
 */
import type { Fetch } from "../../lib/client/poll_socket.ts";
import type { FakeClock } from "./fake_clock.ts";

/** What becomes of one request. */
export type Fate =
  | "arrives"
  /** It never gets there. */
  | "request lost"
  /** It gets there, and its answer does not come back. */
  | "answer lost"
  /** The answer's body breaks off. */
  | "answer cut"
  /** It gets there twice; the second answer comes. */
  | "twice"
  /** The answer comes after 40 s, whether anybody waits for it or not. */
  | "late"
  /** A proxy answers, and the server gets nothing. */
  | 502
  | 503
  /** A proxy answers in the server's place, and the server has got it. */
  | 504;

/** One request, as the network sees it. */
export interface PollRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly init: RequestInit;
}

/** An answer of the server. */
interface PollAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

const LATE_MS = 40_000;

/** The server, with one session. */
export class PollServer {
  /** What becomes of the next request. */
  fate: (request: PollRequest) => Fate = () => "arrives";
  readonly terms = { pollWaitMs: 25_000, sessionTimeoutMs: 30_000, maxBodyBytes: 1_048_576 };
  /** At most so much is in one answer. */
  maxAnswerBytes = 1_048_576;
  subprotocol = "";
  /** What the beginning of a session is refused with. */
  refusal: PollAnswer | undefined;
  /** So many bytes that the client has acknowledged are sent to it again. */
  repeatedBytes = 0;
  /** The session is over. */
  isGone = false;
  /** POSTs are answered when this is over: the route is busy. */
  busy: Promise<void> | undefined;
  readonly requests: PollRequest[] = [];
  /** Where the client did not keep to the protocol. */
  readonly violations: string[] = [];
  readonly #clock: FakeClock;
  #isLong = true;
  #up: number[] = [];
  #down: number[] = [];
  #acknowledged = 0;
  #release = () => {};
  #underWay = { GET: 0, POST: 0, DELETE: 0 };

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** The client's stream, as far as it has come. */
  get received(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#up);
  }

  /** How much of the server's stream the client says it has. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** GETs that are not answered. */
  get parked(): number {
    return this.#underWay.GET;
  }

  /** Sends bytes to the client. */
  say(...pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) for (const byte of piece) this.#down.push(byte);
    this.#release();
  }

  /** The session is over, for requests that wait, too. */
  end(): void {
    this.isGone = true;
    this.#release();
  }

  /** What the client has sent, frame by frame. */
  frames(): readonly (readonly [opcode: number, payload: Uint8Array])[] {
    return [...framesOf(this.received)];
  }

  readonly fetch: Fetch = (_url, init) => {
    const body = (init.body ?? new Uint8Array()) as Uint8Array<ArrayBuffer>;
    const method = init.method as PollRequest["method"];
    const request: PollRequest = { method, headers: new Headers(init.headers), body, init };
    this.requests.push(request);
    if (++this.#underWay[method] > 1) this.violations.push(`two ${method}s at a time`);
    return new Promise<Response>((resolve, reject) => {
      let isSettled = false;
      const settle = (act: () => void) => {
        if (!isSettled) this.#underWay[method]--;
        isSettled = true;
        act();
      };
      init.signal?.addEventListener("abort", () => {
        settle(() => reject(new DOMException("", "AbortError")));
        // Not while a newer one is held.
        if (method === "GET" && this.#underWay.GET === 0) this.#release();
      });
      this.#carry(request).then(
        (response) => settle(() => resolve(response)),
        () => settle(() => reject(new TypeError("network"))),
      );
    });
  };

  async #carry(request: PollRequest): Promise<Response> {
    // The network comes after who has asked has gone on.
    await null;
    const fate = this.fate(request);
    if (fate === "request lost") throw new TypeError("network");
    if (fate === 502 || fate === 503) return responseOf({ status: fate }, fate);
    let answer = await this.#answer(request);
    if (fate === "twice") answer = await this.#answer(request);
    if (fate === "late") await new Promise<void>((resolve) => void this.#clock.setTimer(resolve, LATE_MS));
    if (fate === "answer lost") throw new TypeError("network");
    return responseOf(fate === 504 ? { status: 504 } : answer, fate);
  }

  async #answer({ method, headers, body }: PollRequest): Promise<PollAnswer> {
    const session = headers.get("sockeye-session");
    if (session === null) return this.#begin(headers);
    if (session !== "s1") this.violations.push(`session ${session}`);
    if (this.isGone) return { status: 410 };
    const acknowledged = Number(headers.get("sockeye-acknowledge") ?? 0);
    if (acknowledged > this.#down.length) this.violations.push(`acknowledges ${acknowledged} of ${this.#down.length}`);
    this.#acknowledged = Math.max(this.#acknowledged, acknowledged);
    if (method === "DELETE") {
      this.end();
      return { status: 204 };
    }
    return method === "POST" ? await this.#take(headers, body) : await this.#give(acknowledged);
  }

  #begin(headers: Headers): PollAnswer {
    if (this.refusal) return this.refusal;
    this.#isLong = headers.get("sockeye-transport") !== "poll";
    const { subprotocol, terms } = this;
    const text = JSON.stringify({ session: "s1", subprotocol, ...terms });
    return { status: 201, headers: { "content-type": "application/json" }, body: new TextEncoder().encode(text) };
  }

  async #take(headers: Headers, body: Uint8Array): Promise<PollAnswer> {
    const sequence = Number(headers.get("sockeye-sequence"));
    if (body.length > this.terms.maxBodyBytes) this.violations.push(`a body of ${body.length} bytes`);
    if (sequence > this.#up.length) {
      this.violations.push(`from ${sequence} on, of ${this.#up.length}`);
      return { status: 409, headers: { "sockeye-acknowledge": String(this.#up.length) } };
    }
    body.forEach((byte, index) => {
      const at = sequence + index;
      if (at === this.#up.length) this.#up.push(byte);
      else if (this.#up[at] !== byte) this.violations.push(`byte ${at} is another one now`);
    });
    await this.busy;
    return { status: 204, headers: { "sockeye-acknowledge": String(this.#up.length) } };
  }

  async #give(from: number): Promise<PollAnswer> {
    if (from >= this.#down.length && this.#isLong) {
      this.#release();
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.setTimer(resolve, this.terms.pollWaitMs);
        this.#release = () => {
          cancel();
          resolve();
        };
      });
    }
    if (this.isGone) return { status: 410 };
    if (from >= this.#down.length) return { status: 204 };
    const start = Math.max(0, from - this.repeatedBytes);
    const body = Uint8Array.from(this.#down.slice(start, from + this.maxAnswerBytes));
    return { status: 200, headers: { "sockeye-sequence": String(start) }, body };
  }
}

/** All microtasks that an answer takes. */
export async function settled(): Promise<void> {
  for (let n = 0; n < 30; n++) await Promise.resolve();
}

/** Time passes, in steps, so that what is asked meanwhile is answered. */
export async function pass(clock: FakeClock, ms: number, stepMs = 100): Promise<void> {
  await settled();
  for (let left = ms; left > 0; left -= stepMs) {
    clock.advance(Math.min(left, stepMs));
    await settled();
  }
}

/** A frame of a server. */
export function serverFrame(opcode: number, payload: Uint8Array | string = "", isLast = true): Uint8Array<ArrayBuffer> {
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const { length } = bytes;
  const head = [(isLast ? 0x80 : 0) | opcode];
  if (length < 126) head.push(length);
  else if (length < 65_536) head.push(126, length >> 8, length & 255);
  else head.push(127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255);
  return Uint8Array.from([...head, ...bytes]);
}

/** A Close frame of a server. */
export function serverClose(code: number, reason = ""): Uint8Array<ArrayBuffer> {
  return serverFrame(8, Uint8Array.from([code >> 8, code & 255, ...new TextEncoder().encode(reason)]));
}

/** Whole frames of a client, unmasked. */
function* framesOf(bytes: Uint8Array<ArrayBuffer>): Generator<readonly [opcode: number, payload: Uint8Array]> {
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 2 <= bytes.length;) {
    const opcode = bytes[at]! & 15;
    let length = bytes[at + 1]! & 127;
    if ((bytes[at + 1]! & 128) === 0) throw new Error("a frame of the client is not masked");
    at += 2;
    if (length === 126) length = view.getUint16((at += 2) - 2);
    else if (length === 127) length = Number(view.getBigUint64((at += 8) - 8));
    const key = bytes.subarray(at, at += 4);
    if (at + length > bytes.length) return;
    yield [opcode, bytes.subarray(at, at += length).map((byte, index) => byte ^ key[index & 3]!)];
  }
}

/** The part of a `Response` that the client uses, without a stream behind it: its answers come in microtasks. */
function responseOf({ status, headers, body = new Uint8Array() }: PollAnswer, fate: Fate): Response {
  return {
    status,
    statusText: "",
    headers: new Headers(headers),
    arrayBuffer: () => fate === "answer cut" ? Promise.reject(new TypeError("cut")) : Promise.resolve(body.buffer),
  } as Response;
}
