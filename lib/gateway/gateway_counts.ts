/**
 * What a gateway has counted since it began: plain numbers, for whoever asks.
 *
 * @module
 */
import type { ViolationName } from "../frame/mod.ts";
import type { TransportName } from "../route/mod.ts";
import type { DropReason } from "./admission.ts";
import { Histogram } from "./histogram.ts";
import type { TlsFault } from "./tls/tls_stream.ts";
import type { Traffic } from "./transport.ts";

/** From a tenth of a millisecond to ten seconds. */
const BOUNDS_MS = [0.1, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** A timer's own clock has milliseconds. */
const LOOP_BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** Why something was refused or dropped before there was a connection. */
export type RefusalReason = number | DropReason | TlsFault | "proxy";

/** The counts of one gateway. */
export class GatewayCounts {
  /** Messages that were handed to handlers, or wait for one. */
  messagesIn = 0;
  /** Sockets accepted, whatever became of them. */
  accepted = 0;
  /** Times that the system gave no socket for a connection that waits: mostly, too many files are open. */
  acceptFailures = 0;
  /** When the certificate of new connections expires, in milliseconds since 1970; undefined without TLS. */
  certificateExpiresAt: number | undefined = undefined;
  /** From the head of a handshake to the 101. */
  readonly handshakesMs = new Histogram(BOUNDS_MS);
  /** From a ping to the next sign of life. */
  readonly pingsMs = new Histogram(BOUNDS_MS);
  /** By how much alarms of the timer wheel were late. */
  readonly loopDelaysMs = new Histogram(LOOP_BOUNDS_MS);
  readonly #opened = new Map<TransportName, number>();
  readonly #closed = new Map<number, number>();
  readonly #refused = new Map<RefusalReason, number>();
  readonly #violations = new Map<ViolationName, number>();
  #messagesOut = 0;
  #bytesIn = 0;
  #bytesOut = 0;

  /** Connections that were opened, by what they came over. */
  get opened(): ReadonlyMap<TransportName, number> {
    return this.#opened;
  }

  /** Connections that have ended, by their close code. */
  get closed(): ReadonlyMap<number, number> {
    return this.#closed;
  }

  /**
   * Requests refused, by status; sockets dropped because there are too many (`full`) or of one address (`address`), or
   * before TLS because too many come (`accept_rate`) or from one address (`address_rate`); what began with no valid PROXY
   * header (`proxy`), or ended before or in its TLS handshake (`not_tls`, `tls`).
   */
  get refused(): ReadonlyMap<RefusalReason, number> {
    return this.#refused;
  }

  /** Rules and limits that peers broke. */
  get violations(): ReadonlyMap<ViolationName, number> {
    return this.#violations;
  }

  /** What connections that have ended were sent, and what crossed their cables. */
  get ended(): { readonly messagesOut: number; readonly bytesIn: number; readonly bytesOut: number } {
    return { messagesOut: this.#messagesOut, bytesIn: this.#bytesIn, bytesOut: this.#bytesOut };
  }

  /** A connection has opened. */
  open(transport: TransportName): void {
    addTo(this.#opened, transport);
  }

  /** A connection has ended. @param sentMessages that were taken for sending. */
  end(code: number, sentMessages: number, { bytesIn, bytesOut }: Traffic): void {
    addTo(this.#closed, code);
    this.#messagesOut += sentMessages;
    this.#bytesIn += bytesIn;
    this.#bytesOut += bytesOut;
  }

  /** A peer was heard of. @param tookMs since the ping that it answers, if there was one. */
  heard(tookMs: number | undefined): void {
    if (tookMs !== undefined) this.pingsMs.add(tookMs);
  }

  /** A request was refused, or a socket dropped. */
  refuse(reason: RefusalReason): void {
    addTo(this.#refused, reason);
  }

  /** A peer broke a rule or a limit. */
  violate(violation: ViolationName): void {
    addTo(this.#violations, violation);
  }
}

function addTo<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
