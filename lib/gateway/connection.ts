/**
 * The server's one object per WebSocket: it takes the transport over after the 101, joins protocol, handlers, hub and
 * waits, and is what a peer's commands act on.
 *
 * @module
 */
import { CLOSE_CODE, type MessageForm, type MessageWalk, OPCODE, type Payload } from "../frame/mod.ts";
import { viewOf, type ViolationName, VIOLATIONS } from "../frame/mod.ts";
import { Keepalive, ServerProtocol } from "../protocol/mod.ts";
import type { Delivery } from "../pubsub/mod.ts";
import type { CloseInfo, TransportName } from "../route/mod.ts";
import type { GivenBack, PeerEvents, RequestRecord, RouteEntry } from "../route/table.ts";
import type { ConnectionEnds, ConnectionHost, ConnectionOpening, ConnectionRoles } from "./connection_host.ts";
import { ConnectionTopics } from "./connection_topics.ts";
import { endedWith } from "./ended.ts";
import { IN_PLACE_FROM_BYTES, MESSAGES_PER_TURN, NO_PAYLOAD } from "./connection_bounds.ts";
import { HandlerQueue } from "./handler_queue.ts";
import { HighWater } from "./high_water.ts";
import { inflationOf } from "./inflation.ts";
import { RELIEF_GRACE_MS } from "./memory_budget.ts";
import type { ConnectionOptions } from "./options.ts";
import type { ClientSession } from "./session/client_session.ts";
import { Doorway } from "./session/doorway.ts";
import type { TimerEntry } from "./timer_wheel.ts";
import { TokenBucket } from "./token_bucket.ts";
import type { Transport } from "./transport.ts";

/** One WebSocket connection. */
export class Connection implements ConnectionRoles {
  readonly id: string;
  entry: RouteEntry;
  events: PeerEvents;
  readonly queue: HandlerQueue;
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  readonly subprotocol: string;
  readonly transport: TransportName;
  readonly notices: ClientSession | undefined;
  context: unknown;
  dueAt = Infinity;
  nextTimer: TimerEntry | undefined = undefined;
  previousTimer: TimerEntry | undefined = undefined;
  seat = -1;

  readonly #host: ConnectionHost;
  readonly #options: ConnectionOptions;
  readonly #transport: Transport;
  readonly #protocol: ServerProtocol;
  readonly #keepalive: Keepalive;
  readonly #rate: TokenBucket | undefined;
  readonly #doorway: Doorway | undefined;
  /** Made when the code first has to do with topics. */
  #topics: ConnectionTopics | undefined;
  /** Made when it is first passed or waited at: most connections never come there. */
  #highWater: HighWater | undefined;
  heldBytes = 0;
  sentMessages = 0;
  /** Of those, what the transport held when it was last asked. */
  #heldOutputBytes = 0;
  #messagesLeft = 0;
  #isReadingPaused = false;
  #isFinished = false;
  #isGone = false;

  constructor(host: ConnectionHost, transport: Transport, opening: ConnectionOpening, id: string) {
    const { entry, options } = opening;
    this.#host = host;
    this.#options = options;
    this.#transport = transport;
    this.id = id;
    this.entry = entry;
    this.request = opening.request;
    this.params = opening.params;
    this.subprotocol = opening.subprotocol;
    this.transport = transport.name;
    this.context = opening.context;
    this.#protocol = new ServerProtocol(options, transport.output, this, transport.buffers, opening.deflate?.ours);
    this.#keepalive = new Keepalive(options, host.turn.now);
    this.#rate = options.messageRate > 0 ? new TokenBucket(options.messageRate, host.turn.now) : undefined;
    this.#doorway = Doorway.of(this, opening, host, this.#keepalive);
    this.notices = this.#doorway?.session;
    this.events = this.#doorway?.attach(entry) ?? entry.runtime.attach(entry.index, this);
    const inflation = opening.deflate &&
      inflationOf(opening.deflate, options, transport, host.turn, (violation) => this.#protocol.fail(violation));
    this.queue = new HandlerQueue(this.events, transport, this, inflation);
  }

  /** Takes the transport over, and opens. The 101 is in its write buffer. */
  open(): void {
    this.#transport.events = this.#host.inspection?.opening(this) ?? this;
    this.queue.open();
    this.#settle();
  }

  attach(entry: RouteEntry): PeerEvents {
    this.entry = entry;
    this.passInto(this.#doorway?.attach(entry) ?? entry.runtime.attach(entry.index, this));
    if (this.#isFinished) this.events.abort(endedWith(this.#protocol.closing.code));
    return this.events;
  }

  passInto(events: PeerEvents): void {
    this.events = events;
    this.queue.handTo(events);
  }

  // What the host and the hub see.

  /** True until the closing handshake begins. */
  get isOpen(): boolean {
    return this.#protocol.isOpen;
  }

  deliver(delivery: Delivery): void {
    const message = this.notices === undefined ? delivery.plain : delivery.framed;
    if (this.#admit() && this.#protocol.sendPrepared(message)) this.#sent();
  }

  relieve(): void {
    if (!this.#protocol.isOpen) {
      if (this.#keepalive.isClosingFor(RELIEF_GRACE_MS, this.#host.turn.now)) this.terminate();
      return;
    }
    this.queue.drop();
    this.#transport.output.dropQueued();
    this.#protocol.fail("MEMORY_PRESSURE");
  }

  onTimer(now: number): number {
    const action = this.#keepalive.check(now);
    if (action === "ping") this.ping(NO_PAYLOAD);
    else if (action !== "none") this.violate(action);
    return this.#isGone ? Infinity : this.#keepalive.nextCheckAt;
  }

  // What the transport tells.
  onBytes(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
    this.#beginChunk();
    const at = this.#protocol.receive(bytes, start, end);
    this.#endChunk(at - start);
    return at;
  }

  lendInput(): Uint8Array<ArrayBuffer> | undefined {
    return this.#protocol.lend();
  }

  onInput(count: number): void {
    this.#beginChunk();
    this.#protocol.filled(count);
    this.#endChunk(count);
  }

  takeBackInput(): void {
    this.#protocol.filled(0);
  }

  #beginChunk(): void {
    this.#host.counts.heard(this.#keepalive.received(this.#host.turn.now));
    this.#messagesLeft = MESSAGES_PER_TURN;
    this.queue.beginTurn();
  }

  #endChunk(byteLength: number): void {
    const { now } = this.#host.turn;
    this.#host.counts.messagesIn += MESSAGES_PER_TURN - this.#messagesLeft;
    const hasEnded = this.#messagesLeft < MESSAGES_PER_TURN;
    if (hasEnded) this.#keepalive.active(now);
    this.#keepalive.insideMessage(this.#protocol.isUnfinished, hasEnded || this.#protocol.beganWithin(byteLength), now);
    // A pong or the answer to a Close is there without anybody's send.
    if (this.#transport.output.byteLength > 0) this.#transport.touch();
    this.#settle();
  }

  onEnd(): void {
    // RFC 6455 §7.1.5: the transport was closed without a Close frame: 1006.
    this.#finish({ code: CLOSE_CODE.ABNORMAL, reason: "", wasClean: false });
    this.#end(true);
  }

  onWriting(): void {
    const now = this.#host.turn.now;
    this.#keepalive.writing(now);
    this.#host.wheel.advance(this, now + this.#options.writeTimeoutMs);
  }

  onWritten(): void {
    this.#keepalive.written();
    const { output } = this.#transport;
    if (output.byteLength <= this.#options.highWaterBytes) {
      this.#protocol.releasePong();
      if (this.#highWater?.sink() === true && this.#protocol.isOpen) this.queue.drain();
    }
    // Where nothing was held and nothing is, as in fan-out, the waits are all there is to look at.
    if (output.byteLength + this.#heldOutputBytes > 0 || this.#isReadingPaused || this.#isGone) this.#settle();
    else this.#host.wheel.advance(this, this.#keepalive.nextCheckAt);
  }

  onClosed(): void {
    this.#isGone = true;
    // Before the route is told: nothing that it sends then may be buffered.
    this.#protocol.end();
    this.#finish({ code: CLOSE_CODE.ABNORMAL, reason: "", wasClean: false });
    this.#host.wheel.cancel(this);
    this.#host.removed(this);
    this.onHeld();
  }

  // What the protocol tells.
  onMessage(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    if (--this.#messagesLeft === 0) this.#protocol.halt();
    if (this.#rate !== undefined && !this.#rate.take(this.#host.turn.now)) return this.#protocol.fail("MESSAGE_RATE");
    this.queue.message(form, bytes, start, end);
    // What is left of the chunk waits like what is not read yet.
    const isFull = this.queue.queuedBytes >= this.#options.maxQueuedBytes;
    if (this.#isReadingPaused || isFull || this.queue.hasInflatedEnough) this.#protocol.halt();
  }

  onMessages(walk: MessageWalk): void {
    if (this.#rate !== undefined || this.#isReadingPaused || walk.count >= this.#messagesLeft) return;
    this.queue.messages(walk);
    this.#messagesLeft -= walk.taken;
  }

  onPeerClose(): void {
    this.#finish(this.#protocol.closing);
    // RFC 6455 §5.5.1: after a Close frame the peer sends no data, so there is nothing left to wait for.
    this.#end(false);
  }

  onViolation(violation: ViolationName): void {
    this.#host.violated(this, violation);
    this.#finish(this.#protocol.closing);
    this.#end(true);
  }

  // What the queue tells.
  onSettled(): void {
    if (this.#isGone && !this.queue.isBusy) this.#host.finished(this);
    this.#settle();
  }

  // What the peer's code asks for.
  get ends(): ConnectionEnds {
    return { transport: this.#transport, protocol: this.#protocol, options: this.#options };
  }

  get bufferedAmount(): number {
    return this.#transport.output.measure();
  }

  get highWaterBytes(): number {
    return this.#options.highWaterBytes;
  }

  get topics(): ConnectionTopics {
    return this.#topics ??= new ConnectionTopics(this.#host.hub, this);
  }

  send(data: Payload): boolean {
    if (!this.#admit()) return false;
    const isSent = typeof data === "string" ? this.#protocol.sendText(data) : this.#sendBytes(viewOf(data));
    return isSent && this.#sent();
  }

  #sendBytes(bytes: Uint8Array): boolean {
    const mayLend = bytes.length >= IN_PLACE_FROM_BYTES && !this.#protocol.compresses(bytes.length);
    const lent = mayLend ? this.queue.lendView(bytes) : undefined;
    if (lent === undefined) return this.#protocol.sendBinary(bytes);
    return this.#protocol.sendInPlace(OPCODE.BINARY, lent);
  }

  forward(isText: boolean, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): boolean {
    if (!this.#admit()) return false;
    const opcode = isText ? OPCODE.TEXT : OPCODE.BINARY;
    const mayLend = end - start >= IN_PLACE_FROM_BYTES && !this.#protocol.compresses(end - start);
    const lent = mayLend ? this.queue.lend(bytes, start, end) : undefined;
    if (lent !== undefined) return this.#protocol.sendInPlace(opcode, lent) && this.#sent();
    return this.#protocol.sendPart(opcode, bytes, start, end) && this.#sent();
  }

  ping(payload: Uint8Array): void {
    if (this.#admit() && this.#protocol.ping(payload)) this.#transport.touch();
  }

  close(code: number, reason: string): void {
    if (!this.#protocol.close(code, reason)) return;
    this.queue.drop();
    this.#keepalive.closing(this.#host.turn.now);
    this.#host.hub.remove(this);
    this.#transport.touch();
    this.#settle();
  }

  giveBack(messages: readonly GivenBack[], isDrainDue: boolean): void {
    this.queue.giveBack(messages);
    if (isDrainDue) this.queue.drain();
    this.onHeld();
  }

  fail(): void {
    this.close(CLOSE_CODE.INTERNAL_ERROR, "internal error");
  }

  terminate(): void {
    this.queue.drop();
    this.#transport.destroy();
  }

  /** Only clients that speak `sockeye.v1` make requests, and those have a session. */
  reply(): void {}

  drained(): Promise<void> {
    if (this.#isFinished || this.bufferedAmount <= this.#options.highWaterBytes) return Promise.resolve();
    return (this.#highWater ??= new HighWater()).wait();
  }

  /** Ends it for a fault of the peer: with a Close frame where the peer can still read one, at once otherwise. */
  violate(violation: ViolationName): void {
    if (VIOLATIONS[violation].closeCode !== CLOSE_CODE.ABNORMAL) return this.#protocol.fail(violation);
    this.#host.violated(this, violation);
    this.terminate();
  }

  /** Whether one more message may be buffered. What is buffered already is what counts, so that one may exceed it. */
  #admit(): boolean {
    if (!this.#protocol.isOpen) return false;
    if (this.#transport.output.byteLength <= this.#options.maxBufferedBytes) return true;
    this.#transport.output.dropQueued();
    this.#protocol.fail("SLOW_CONSUMER");
    return false;
  }

  #sent(): boolean {
    this.sentMessages++;
    if (this.#options.idleTimeoutMs > 0) this.#keepalive.active(this.#host.turn.now);
    const { output } = this.#transport;
    // With many who do not read, what waits behind their writes comes to much: it counts at once.
    if (output.isInFlight) this.onHeld();
    else this.#transport.touch();
    if (output.byteLength <= this.#options.highWaterBytes) return true;
    (this.#highWater ??= new HighWater()).pass();
    this.#settle();
    return false;
  }

  /** The route need not wait for the transport to learn that it is over. */
  #finish(info: CloseInfo): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#host.hub.remove(this);
    this.#highWater?.release();
    this.events.abort(endedWith(info.code));
    this.queue.close(info);
  }

  /** Nothing more will be sent: our last bytes go out, then the pipe is closed, at the latest after `closeTimeoutMs`. */
  #end(awaitsPeer: boolean): void {
    this.#keepalive.closing(this.#host.turn.now);
    this.#transport.end(awaitsPeer);
    this.#settle();
  }

  /** After anything that may have changed what is held or what is due. */
  #settle(): void {
    this.onHeld();
    if (this.#isGone) return;
    this.#balance();
    this.#host.wheel.advance(this, this.#keepalive.nextCheckAt);
  }

  /** Reports what is held. A connection that is gone holds what its pending handler and those after it need. */
  onHeld(): void {
    this.#heldOutputBytes = this.#isGone ? 0 : this.#transport.heldBytes;
    const buffered = this.#isGone ? 0 : this.#protocol.bufferedBytes + this.#protocol.contextBytes;
    const held = this.queue.heldBytes + this.#heldOutputBytes + buffered;
    const before = this.heldBytes;
    this.heldBytes = held;
    if (held !== before) this.#host.memory.add(held - before);
  }

  /** Reads on only while the peer reads what we send, and its messages find room. */
  #balance(): void {
    const queued = this.queue.isBusy ? this.queue.queuedBytes + this.#protocol.bufferedBytes : 0;
    // Once the closing handshake has begun, whatever arrives is read: it holds nothing, and the peer's Close may follow.
    const mustPause = this.#protocol.isOpen &&
      (this.#transport.output.byteLength > this.#options.highWaterBytes || queued >= this.#options.maxQueuedBytes);
    if (mustPause === this.#isReadingPaused) return;
    this.#isReadingPaused = mustPause;
    if (mustPause) {
      this.#keepalive.paused(this.#host.turn.now);
      this.#transport.pause();
      this.#protocol.halt();
    } else {
      this.#keepalive.resumed(this.#host.turn.now);
      this.#transport.resume();
    }
  }
}
