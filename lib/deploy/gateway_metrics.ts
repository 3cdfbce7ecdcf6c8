/**
 * The gateway in numbers: connections, messages, bytes, refusals, waits.
 *
 * @module
 */
import type { ConnectionsInNumbers, GatewayCounts, Histogram } from "../gateway/mod.ts";
import type { DeployMetric } from "./deploy_metrics.ts";

/** What of a gateway is told. */
export interface GatewayInNumbers {
  readonly counts: GatewayCounts;
  /** Asked once for each exposition: it walks all connections. */
  connections(): ConnectionsInNumbers;
}

/** What there is to watch. Names and labels stay as they are within a major version. */
export function gatewayMetrics({ counts, connections }: GatewayInNumbers): readonly DeployMetric[] {
  const now = connections();
  const { ended } = counts;
  return [
    gauge("sockeye_connections", "Open connections, by what they came over.", labelled("transport", now.open)),
    counter("sockeye_accepted_sockets_total", "Sockets accepted, whatever became of them.", one(counts.accepted)),
    counter(
      "sockeye_accept_failures_total",
      "Times that no socket could be had for a connection that waits, mostly for want of file descriptors.",
      one(counts.acceptFailures),
    ),
    counter(
      "sockeye_opened_connections_total",
      "Connections opened, by what they came over.",
      labelled("transport", counts.opened),
    ),
    counter("sockeye_closed_connections_total", "Connections ended, by close code.", labelled("code", counts.closed)),
    counter(
      "sockeye_refusals_total",
      "Requests refused, by status; sockets dropped: too many (full), or of one address (address), or before TLS too often " +
        "(accept_rate, address_rate); no PROXY header (proxy), no TLS (not_tls), or a handshake of it that failed (tls).",
      labelled("reason", counts.refused),
    ),
    counter(
      "sockeye_violations_total",
      "Rules and limits that peers broke; SLOW_CONSUMER are those that do not read.",
      labelled("rule", counts.violations),
    ),
    counter("sockeye_messages_total", "Messages from peers (in), and to them (out).", [
      { labels: { direction: "in" }, value: counts.messagesIn },
      { labels: { direction: "out" }, value: ended.messagesOut + now.messagesOut },
    ]),
    counter("sockeye_bytes_total", "Bytes from connections (in), and to them (out), handshakes included.", [
      { labels: { direction: "in" }, value: ended.bytesIn + now.bytesIn },
      { labels: { direction: "out" }, value: ended.bytesOut + now.bytesOut },
    ]),
    gauge("sockeye_unsent_bytes", "Bytes that wait to be sent.", one(now.unsentBytes)),
    gauge("sockeye_queued_bytes", "Bytes of messages that wait for a handler.", one(now.queuedBytes)),
    gauge("sockeye_slow_connections", "Connections for which more than highWaterBytes waits.", one(now.slow)),
    gauge("sockeye_http_sockets", "Sockets in a handshake or a request, or kept for more.", one(now.exchanges)),
    gauge("sockeye_held_bytes", "Memory held for requests and connections.", one(now.heldBytes)),
    histogram(
      "sockeye_handshake_seconds",
      "From the head of a handshake to the 101: what the route's upgrade took.",
      counts.handshakesMs,
    ),
    histogram("sockeye_ping_seconds", "From a ping to the next sign of life.", counts.pingsMs),
    histogram(
      "sockeye_event_loop_delay_seconds",
      "By how much timers were late, one of which is due every 50 ms while there are connections.",
      counts.loopDelaysMs,
    ),
    gauge(
      "sockeye_tls_certificate_expiry_timestamp_seconds",
      "When the certificate that new connections get expires, in seconds since 1970.",
      counts.certificateExpiresAt === undefined ? [] : one(counts.certificateExpiresAt / 1_000),
    ),
  ];
}

type Samples = DeployMetric["samples"];

function gauge(name: string, help: string, samples: Samples): DeployMetric {
  return { name, help, type: "gauge", samples };
}

function counter(name: string, help: string, samples: Samples): DeployMetric {
  return { name, help, type: "counter", samples };
}

function one(value: number): Samples {
  return [{ labels: {}, value }];
}

function labelled(label: string, counts: ReadonlyMap<string | number, number>): Samples {
  return [...counts].map(([key, value]) => ({ labels: { [label]: String(key) }, value }));
}

/** As Prometheus has it: in seconds, each bucket with those below it. */
function histogram(name: string, help: string, { bounds, cumulative, sum }: Histogram): DeployMetric {
  const buckets = cumulative.map((value, at) => {
    const le = bounds[at] === undefined ? "+Inf" : String(bounds[at] / 1_000);
    return { part: "bucket" as const, labels: { le }, value };
  });
  return {
    name,
    help,
    type: "histogram",
    samples: [
      ...buckets,
      { part: "sum", labels: {}, value: sum / 1_000 },
      { part: "count", labels: {}, value: cumulative.at(-1)! },
    ],
  };
}
