/**
 * What the open connections come to, all together.
 *
 * @module
 */
import type { TransportName } from "../route/mod.ts";
import type { Gateway } from "./gateway.ts";

/** The sums of all open connections. */
export interface ConnectionsInNumbers {
  /** How many there are, by what they came over. */
  readonly open: ReadonlyMap<TransportName, number>;
  /** Messages that they were sent; a publication counts for each subscriber. */
  readonly messagesOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** What waits to be sent. */
  readonly unsentBytes: number;
  /** What came and waits for a handler. */
  readonly queuedBytes: number;
  /** Connections whose peers are slow now: more waits for them than `highWaterBytes`. */
  readonly slow: number;
  /** Sockets that are no connection. */
  readonly exchanges: number;
  /** Memory that requests and connections hold. */
  readonly heldBytes: number;
}

/** Walks all connections, once. */
export function connectionsInNumbers(
  gateway: Pick<Gateway, "peers" | "memory" | "exchangeCount">,
): ConnectionsInNumbers {
  const open = new Map<TransportName, number>();
  let [messagesOut, bytesIn, bytesOut, unsentBytes, queuedBytes, slow] = [0, 0, 0, 0, 0, 0];
  for (const { ends: { transport, options }, sentMessages, queue } of gateway.peers()) {
    messagesOut += sentMessages;
    const { traffic } = transport;
    open.set(transport.name, (open.get(transport.name) ?? 0) + 1);
    bytesIn += traffic.bytesIn;
    bytesOut += traffic.bytesOut;
    const { byteLength } = transport.output;
    unsentBytes += byteLength;
    queuedBytes += queue.queuedBytes;
    if (byteLength > options.highWaterBytes) slow++;
  }
  const { memory: { heldBytes }, exchangeCount: exchanges } = gateway;
  return { open, messagesOut, bytesIn, bytesOut, unsentBytes, queuedBytes, slow, exchanges, heldBytes };
}
