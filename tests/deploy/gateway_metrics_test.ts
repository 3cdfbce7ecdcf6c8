import { assertEquals, assertStringIncludes } from "@std/assert";
import { gatewayMetrics } from "../../lib/deploy/gateway_metrics.ts";
import { GatewayCounts } from "../../lib/gateway/gateway_counts.ts";
import { exposition } from "../../lib/observe/mod.ts";

Deno.test("gatewayMetrics says what was counted, and what is there now", () => {
  const counts = new GatewayCounts();
  counts.accepted = 3;
  counts.acceptFailures = 8;
  counts.messagesIn = 5;
  counts.open("websocket");
  counts.end(1006, 6, { requests: 1, bytesIn: 10, bytesOut: 20 });
  counts.refuse(403);
  counts.refuse("proxy");
  counts.loopDelaysMs.add(7);
  counts.violate("SLOW_CONSUMER");
  counts.heard(30);
  counts.heard(20_000);
  counts.certificateExpiresAt = 1_800_000_000_000;
  const open = new Map([["poll", 2]] as const);
  const connections = () => ({
    open,
    messagesOut: 7,
    bytesIn: 1,
    bytesOut: 2,
    unsentBytes: 3,
    queuedBytes: 5,
    slow: 6,
    exchanges: 9,
    heldBytes: 4,
  });
  const text = exposition(gatewayMetrics({ counts, connections }));
  const rows = [
    'sockeye_connections{transport="poll"} 2',
    "sockeye_accepted_sockets_total 3",
    "sockeye_accept_failures_total 8",
    'sockeye_opened_connections_total{transport="websocket"} 1',
    'sockeye_closed_connections_total{code="1006"} 1',
    'sockeye_refusals_total{reason="403"} 1',
    'sockeye_violations_total{rule="SLOW_CONSUMER"} 1',
    'sockeye_messages_total{direction="in"} 5',
    'sockeye_messages_total{direction="out"} 13',
    'sockeye_bytes_total{direction="in"} 11',
    'sockeye_bytes_total{direction="out"} 22',
    'sockeye_refusals_total{reason="proxy"} 1',
    "sockeye_unsent_bytes 3",
    "sockeye_queued_bytes 5",
    "sockeye_slow_connections 6",
    "sockeye_http_sockets 9",
    "sockeye_held_bytes 4",
    "# TYPE sockeye_ping_seconds histogram",
    'sockeye_ping_seconds_bucket{le="0.025"} 0',
    'sockeye_ping_seconds_bucket{le="0.05"} 1',
    'sockeye_ping_seconds_bucket{le="+Inf"} 2',
    "sockeye_ping_seconds_sum 20.03",
    "sockeye_ping_seconds_count 2",
    'sockeye_event_loop_delay_seconds_bucket{le="0.005"} 0',
    'sockeye_event_loop_delay_seconds_bucket{le="0.01"} 1',
    "sockeye_event_loop_delay_seconds_sum 0.007",
    "sockeye_tls_certificate_expiry_timestamp_seconds 1800000000",
  ];
  for (const row of rows) assertStringIncludes(text, `${row}\n`);
  const names = gatewayMetrics({ counts, connections }).map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
});
