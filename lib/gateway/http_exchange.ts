/**
 * HTTP on one transport: requests are read one after the other and answered, until one of them becomes a WebSocket.
 *
 * While an answer is being made, reading goes on into a bounded buffer, so that a client that goes away is noticed and
 * what it sent early is kept.
 *
 * @module
 */
import { BodyDecoder, bodyFraming, hasToken, HttpError, type RequestHead, wantsKeepAlive } from "../http/mod.ts";
import { type AnswerParts, writeAnswer } from "./answer.ts";
import { type AskedRoute, askedToAnswer, askedToUpgrade, overdueReason } from "./asked_route.ts";
import type { Acceptance, Decision, ExchangeHost, UpgradeRequest } from "./exchange_host.ts";
import { HeadReader } from "./head_reader.ts";
import { KeptBytes } from "./kept_bytes.ts";
import { type MemoryHolder, RELIEF_GRACE_MS } from "./memory_budget.ts";
import { encodeRefusal, unavailable } from "./refusal.ts";
import type { Seated } from "./roster.ts";
import type { TimerEntry } from "./timer_wheel.ts";
import type { Transport, TransportEvents } from "./transport.ts";

const NO_BYTES = new Uint8Array(0);
/** So long who asks nothing is waited for when the server goes away: browsers keep connections that they never close. */
const IDLE_CLOSE_MS = 250;
const SHORT_OF_MEMORY = "The server is short of memory: try again later.";

/** So much is kept of what a client sends before it is answered; then it has to wait. */
const MAX_EARLY_BYTES = 64 * 1024;

const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");

type HttpDecision = Extract<Decision, { readonly kind: "http" }>;

interface PendingBody {
  readonly head: RequestHead;
  readonly decision: HttpDecision;
  readonly decoder: BodyDecoder;
}

/** The HTTP side of one transport. */
export class HttpExchange implements TransportEvents, TimerEntry, Seated, MemoryHolder {
  dueAt = Infinity;
  nextTimer: TimerEntry | undefined = undefined;
  previousTimer: TimerEntry | undefined = undefined;
  seat = -1;
  readonly #host: ExchangeHost;
  readonly #transport: Transport;
  /** Refuses whatever is asked: the client came too often, or there are too many. */
  readonly #refusal: HttpError | undefined;
  readonly #heads: HeadReader;
  /** What was sent before the answer. */
  readonly #early = new KeptBytes();
  /** Set while a body is being read. */
  #body: PendingBody | undefined;
  /** Set while an answer is being made. */
  #answering: AbortController | undefined;
  #wakeDrained: (() => void) | undefined;
  /** Set while a route's `upgrade`, `get` or `post` is pending. */
  #asked: AskedRoute | undefined;
  /** Length of the body that the answer under way is made of. */
  #answeredBytes = 0;
  #heldBytes = 0;
  #hasAnswered = false;
  /** The answer under way is the last. */
  #isClosing = false;
  /** When the head of a handshake was complete. */
  #handshakeAt = 0;
  #isEnding = false;
  #endingSince = Infinity;
  #isLeft = false;

  constructor(host: ExchangeHost, transport: Transport, refusal?: HttpError) {
    this.#host = host;
    this.#heads = new HeadReader(host.options);
    this.#transport = transport;
    this.#refusal = refusal;
  }

  /** The clock starts for the first request. */
  start(): void {
    this.#wait(this.#host.options.handshakeTimeoutMs);
  }

  /** True when no request is under way. */
  get isIdle(): boolean {
    return this.#answering === undefined && this.#body === undefined && this.#keptBytes === 0 && !this.#isEnding;
  }

  get #keptBytes(): number {
    return this.#heads.heldBytes + this.#early.length;
  }

  /** True when the answer to this request is the last. */
  get #isLast(): boolean {
    return this.#isClosing || this.#host.isDraining;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The server is short of memory: this request ends. */
  relieve(): void {
    if (this.#isEnding) {
      if (this.#host.turn.now >= this.#endingSince + RELIEF_GRACE_MS) this.destroy();
      return;
    }
    if (this.#answering !== undefined) return this.destroy();
    this.#refuse(unavailable(SHORT_OF_MEMORY), this.#body?.head, true);
  }

  /** Drops the transport at once. */
  destroy(): void {
    this.#transport.destroy();
  }

  /** No further request is taken on this transport: for a server that is going away. */
  close(): void {
    if (this.isIdle) this.#end(Math.min(IDLE_CLOSE_MS, this.#host.options.closeTimeoutMs));
    else this.#isClosing = true;
  }

  onTimer(): number {
    if (this.#isEnding) this.#transport.destroy();
    else if (this.#asked !== undefined) this.#giveUp(this.#asked);
    else if (this.#answering !== undefined) {
      if (this.#transport.output.isInFlight) this.#transport.destroy();
    } else if (this.#hasAnswered && this.isIdle) this.#end();
    else this.#refuse(new HttpError(408, "The request took too long to arrive: send it faster."), undefined, true);
    return this.dueAt;
  }

  onBytes(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
    if (this.#isEnding) return end;
    if (this.#answering !== undefined) {
      this.#early.add(bytes, start, end);
      if (this.#early.length > MAX_EARLY_BYTES) this.#transport.pause();
      this.onHeld();
      return end;
    }
    try {
      return this.#body === undefined
        ? this.#readHead(bytes, start, end)
        : this.#readBody(this.#body, bytes, start, end);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.#refuse(error, this.#body?.head, true);
      return end;
    }
  }

  onEnd(): void {
    // A client may close its side after its request and wait for the answer. It cannot want a WebSocket then.
    if (this.#answering !== undefined && this.#asked?.isUpgrade !== true) this.#isClosing = true;
    else {
      this.#answering?.abort(new DOMException("The client has gone", "AbortError"));
      this.#end();
    }
  }

  onWriting(): void {
    // While a route decides, its own limit runs.
    if (this.#answering !== undefined && this.#asked === undefined) this.#wait(this.#host.options.writeTimeoutMs);
  }

  onWritten(): void {
    if (this.#isEnding) this.#wait(this.#host.options.closeTimeoutMs);
    this.onHeld();
    if (this.#transport.output.byteLength > this.#host.options.highWaterBytes) return;
    const wake = this.#wakeDrained;
    this.#wakeDrained = undefined;
    wake?.();
  }

  onClosed(): void {
    this.#answering?.abort(new DOMException("The client has gone", "AbortError"));
    this.#wakeDrained?.();
    this.#body?.decision.dropped?.();
    this.#body = undefined;
    this.#forget();
    this.#leave();
  }

  #readHead(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
    const isBeginning = this.#heads.heldBytes === 0;
    const read = this.#heads.read(bytes, start, end);
    if (read === undefined) {
      if (isBeginning && this.#hasAnswered) this.#wait(this.#host.options.handshakeTimeoutMs);
      return end;
    }
    this.#begin(read.head);
    return read.end;
  }

  /** A head is complete. */
  #begin(head: RequestHead): void {
    if (this.#refusal !== undefined) return this.#refuse(this.#refusal, head, true);
    const framing = bodyFraming(head);
    let decision: Decision;
    try {
      decision = this.#host.decide(head, this.#transport.remoteAddress);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      // What follows would be a body that nobody wants: the connection cannot go on.
      return this.#refuse(error, head, framing.kind !== "none");
    }
    this.#host.wheel.cancel(this);
    if (decision.kind === "websocket") return this.#accept(head, decision);
    if (framing.kind !== "none" && this.#host.memory.isExhausted) {
      return this.#refuse(unavailable(SHORT_OF_MEMORY), head, true);
    }
    if (framing.kind === "none") return void this.#answer(head, decision, NO_BYTES);
    this.#body = { head, decision, decoder: new BodyDecoder(framing, this.#host.options.maxBodyBytes) };
    this.#wait(this.#host.options.messageTimeoutMs || this.#host.options.handshakeTimeoutMs);
    // RFC 9110 §10.1.1: a server that will read the body says so to a client that waits for it.
    if (head.version === "1.1" && hasToken(head.fields.all("expect"), "100-continue")) this.#write(CONTINUE);
    if (this.#body.decoder.done) this.#endBody(this.#body);
  }

  #readBody(body: PendingBody, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
    const at = body.decoder.push(bytes, start, end);
    this.onHeld();
    if (body.decoder.done) this.#endBody(body);
    return at;
  }

  #endBody({ head, decision, decoder }: PendingBody): void {
    this.#body = undefined;
    const content = decoder.take();
    this.#answeredBytes = content.length;
    this.#answer(head, decision, content);
  }

  async #answer(head: RequestHead, decision: HttpDecision, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const controller = new AbortController();
    if (decision.isHeld === true) this.#answering = controller;
    else this.#ask(askedToAnswer(head, decision.route), controller);
    const response = await decision.answer(body, controller.signal);
    this.#answeredBytes = 0;
    this.onHeld();
    if (controller.signal.aborted) return void response.body?.cancel().catch(() => {}); // Nobody is there to read it.
    await this.#respond(head, response, controller, decision);
  }

  async #respond(
    head: RequestHead,
    response: Response,
    controller: AbortController,
    decision?: HttpDecision,
  ): Promise<void> {
    this.#answering = controller;
    this.#asked = undefined;
    this.#host.wheel.cancel(this);
    if (this.#transport.output.isInFlight) this.onWriting();
    let byteLength = 0;
    const write = (bytes: Uint8Array): void => {
      byteLength += bytes.length;
      this.#write(bytes);
    };
    const isAlive = await writeAnswer(response, { ...this.#answerParts(head, controller.signal), write });
    decision?.written?.(byteLength);
    this.#answering = undefined;
    this.#next(isAlive && !this.#isLast);
  }

  /** Route code has the word, for as long as the limit says. */
  #ask(asked: AskedRoute, controller: AbortController): void {
    this.#asked = asked;
    this.#answering = controller;
    this.#wait(this.#host.options[asked.limit]);
  }

  #answerParts(head: RequestHead, signal: AbortSignal): Omit<AnswerParts, "write"> {
    return {
      host: this.#host,
      head,
      remoteAddress: this.#transport.remoteAddress,
      isLast: this.#isLast,
      signal,
      drained: async () => {
        if (this.#transport.output.byteLength > this.#host.options.highWaterBytes) {
          await new Promise<void>((resolve) => this.#wakeDrained = resolve);
        }
        signal.throwIfAborted();
      },
      destroy: () => this.#transport.destroy(),
    };
  }

  /** After an answer: the next request, part of which may be here, or the end. */
  #next(isAlive: boolean): void {
    if (this.#isLeft || this.#isEnding) return;
    if (!isAlive) return this.#end();
    this.#hasAnswered = true;
    this.#wait(this.#host.options.keepAliveTimeoutMs);
    const early = this.#early.take();
    this.#transport.resume();
    if (early.length > 0) this.#feed(early);
  }

  /** Bytes that came before they were wanted, for whoever has the transport now. What is left for later is fed at once. */
  #feed(bytes: Uint8Array<ArrayBuffer>): void {
    for (let at = 0; at < bytes.length && !this.#isEnding;) {
      at = this.#transport.events.onBytes(bytes, at, bytes.length);
    }
  }

  #accept(head: RequestHead, request: UpgradeRequest): void {
    this.#handshakeAt = this.#host.turn.now;
    if (!request.isAsked) return this.#settleUpgrade(head, request.settle(undefined));
    const controller = new AbortController();
    const decision = request.ask(controller.signal);
    if (!(decision instanceof Promise)) return this.#settleUpgrade(head, request.settle(decision));
    this.#ask(askedToUpgrade(head), controller);
    decision.then((decided) => {
      if (controller.signal.aborted) return;
      this.#settleUpgrade(head, request.settle(decided));
    });
  }

  /** The route takes too long. What it says later is not listened to. */
  #giveUp(asked: AskedRoute): void {
    this.#asked = undefined;
    this.#answering?.abort(overdueReason(asked));
    this.#answering = undefined;
    this.#refuse(unavailable(asked.overdue), asked.head, true);
  }

  #settleUpgrade(head: RequestHead, settled: Acceptance | Response): void {
    this.#asked = undefined;
    if (settled instanceof Response) return void this.#respond(head, settled, new AbortController());
    this.#answering = undefined;
    this.#write(settled.response);
    this.#host.counts.handshakesMs.add(this.#host.turn.now - this.#handshakeAt);
    const early = this.#early.take();
    this.#leave();
    const connection = settled.connect(this.#transport);
    // The connection may pause it again.
    this.#transport.resume();
    connection.open();
    if (early.length > 0) this.#feed(early);
  }

  #refuse(error: HttpError, head: RequestHead | undefined, mustClose: boolean): void {
    this.#host.refused(error, head, this.#transport.remoteAddress);
    this.#body = undefined;
    this.onHeld();
    // Whoever does not read what it is told has nothing more to ask.
    const isIgnored = this.#transport.output.byteLength > this.#host.options.highWaterBytes;
    const close = mustClose || isIgnored || this.#isLast || head === undefined || !wantsKeepAlive(head);
    this.#write(encodeRefusal(error, head, close, this.#host.date));
    if (close) return this.#end();
    this.#hasAnswered = true;
    this.#wait(this.#host.options.keepAliveTimeoutMs);
  }

  #write(bytes: Uint8Array): void {
    this.#transport.output.appendBytes(bytes);
    this.#transport.touch();
    this.onHeld();
  }

  /** Reports what is held for the client: what came of its request, what a handler has of it, and what it does not read. */
  onHeld(): void {
    const unread = this.#isLeft ? 0 : this.#transport.heldBytes;
    const held = this.#keptBytes + (this.#body?.decoder.heldBytes ?? 0) + this.#answeredBytes + unread;
    if (held === this.#heldBytes) return;
    this.#host.memory.add(held - this.#heldBytes);
    this.#heldBytes = held;
  }

  /** The last answer is in the write buffer. */
  #end(waitMs = this.#host.options.closeTimeoutMs): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#endingSince = this.#host.turn.now;
    this.#forget();
    this.onHeld();
    this.#wait(waitMs);
    this.#transport.end();
  }

  #forget(): void {
    this.#heads.clear();
    this.#early.take();
  }

  #leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.onHeld();
    this.#host.wheel.cancel(this);
    this.#host.left(this);
  }

  #wait(delayMs: number): void {
    this.#host.wheel.schedule(this, this.#host.turn.now + delayMs);
  }
}
