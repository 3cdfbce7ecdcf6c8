/**
 * The gateway: listeners, transports, connections, options.
 *
 * @module
 */
export { announcement, hostOf } from "./announcement.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { ClientModule } from "./client_module.ts";
export { type CommandLine, CONFIG_FILE, helpText, parseCommandLine } from "./command_line.ts";
export type { Connection } from "./connection.ts";
export { ConnectionDirectory, type ConnectionStatus } from "./connection_directory.ts";
export { checkPort, type Door, type DoorParts, openDoor } from "./door.ts";
export { type Arrival, Gateway, type GatewayEvents, type GatewayParts } from "./gateway.ts";
export type { ForwardedClient } from "./forwarded.ts";
export type { GatewayCounts } from "./gateway_counts.ts";
export { gatewayLog } from "./gateway_log.ts";
export type { Histogram } from "./histogram.ts";
export { type ConnectionsInNumbers, connectionsInNumbers } from "./connections_in_numbers.ts";
export type { Inspection } from "./inspection.ts";
export { normalizeAddress } from "./ip_address.ts";
export { ListenError } from "./listen_error.ts";
export { type AcceptEvents, type Acceptor, Listener } from "./listener.ts";
export { FORWARDING_FIELDS, type LocalPages } from "./local_pages.ts";
export { memoryLimitBytes } from "./memory_limit.ts";
export { optionsTable } from "./option_docs.ts";
export { OptionError } from "./option_error.ts";
export { envNames, GATEWAY_DEFAULTS, type GatewayOptions } from "./option_table.ts";
export { withoutPassword } from "./option_values.ts";
export { publicKeyBytes } from "./public_key.ts";
export type { PublicMetrics } from "./public_metrics.ts";
export { resolveOptions, type SockeyeConfig } from "./options.ts";
export { type Canary, optionsByEntry, type Routing, topicRulesOf } from "./routing.ts";
export { type CertificateReport, checkCertificate } from "./tls/mod.ts";
export { type Stop, stopAtSignal, stopAtWord } from "./stop_signals.ts";
export { SwapError, type SwapReport, type SwapRules } from "./swap.ts";
export { type ByteStream } from "./tcp_transport.ts";
export type { RequestOutcome, RequestTrace, Tracer } from "./tracing.ts";
export { type Direction, extensionsOf, Watch, type WatchEvents } from "./watch.ts";
