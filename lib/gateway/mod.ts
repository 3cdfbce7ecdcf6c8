/**
 * The gateway: listeners, transports, connections, options.
 *
 * @module
 */
export { type Clock, systemClock } from "./clock.ts";
export { type CommandLine, CONFIG_FILE, helpText, parseCommandLine } from "./command_line.ts";
export { EpollListener, EpollUnavailableError, openLibc, Poller } from "./epoll/mod.ts";
export { type Arrival, Gateway, type GatewayEvents, type GatewayParts } from "./gateway.ts";
export { normalizeAddress } from "./ip_address.ts";
export { type AcceptEvents, type Acceptor, Listener } from "./listener.ts";
export { memoryLimitBytes } from "./memory_limit.ts";
export { optionsTable } from "./option_docs.ts";
export { OptionError } from "./option_error.ts";
export { envNames, GATEWAY_DEFAULTS, type GatewayOptions } from "./option_table.ts";
export { publicKeyBytes } from "./public_key.ts";
export { resolveOptions, type SockeyeConfig } from "./options.ts";
export { type Canary, optionsByEntry, type Routing } from "./routing.ts";
export { SwapError, type SwapReport, type SwapRules } from "./swap.ts";
export { type ByteStream } from "./tcp_transport.ts";
