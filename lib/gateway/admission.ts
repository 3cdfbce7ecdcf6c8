/**
 * Who is let in: how fast sockets come, and what one address may have and do.
 *
 * @module
 */
import { HttpError } from "../http/mod.ts";
import { AddressCounts } from "./address_counts.ts";
import { AddressRates } from "./address_rates.ts";
import { AddressSet } from "./ip_address.ts";
import type { GatewayOptions } from "./option_table.ts";
import { unavailable } from "./refusal.ts";
import { TokenBucket } from "./token_bucket.ts";

/** The options that bound it. */
export type AdmissionOptions = Pick<
  GatewayOptions,
  "maxConnections" | "maxConnectionsPerIp" | "acceptRatePerSecond" | "handshakeRatePerIp" | "trustedProxies"
>;

/** Beyond `maxConnections`, so many transports may be in their handshake. */
const HANDSHAKE_SLACK = 1024;

/** A client that polls has two sockets, and a browser opens six for the pages. */
const [SOCKETS_PER_CONNECTION, OTHER_SOCKETS] = [2, 16];

/** Why a socket is dropped that was just accepted. */
export type DropReason = "full" | "address" | "address_rate" | "accept_rate";

/** A socket that was just accepted. */
export interface Newcomer {
  readonly remoteAddress: string;
  /** TLS comes first: a handshake that costs us more than it costs whoever began it, and before which nobody can be answered. */
  readonly isSecured?: boolean;
}

/** The limits of one gateway. */
export class Admission {
  /** Connections by the address of the client, whatever proxies are in between. */
  readonly connections: AddressCounts;
  readonly #options: AdmissionOptions;
  readonly #acceptRate: TokenBucket | undefined;
  readonly #handshakes: AddressRates;
  /** Of sockets that begin with TLS: as many as their handshakes need. */
  readonly #secured: AddressRates;
  /** Sockets that are no connection, by their own address. */
  readonly #sockets: AddressCounts;
  readonly #addresses = new Map<object, string>();
  readonly #proxies: AddressSet;

  constructor(options: AdmissionOptions, now: number) {
    const { maxConnectionsPerIp, acceptRatePerSecond, handshakeRatePerIp, trustedProxies } = options;
    this.#options = options;
    this.connections = new AddressCounts(maxConnectionsPerIp);
    this.#acceptRate = acceptRatePerSecond > 0 ? new TokenBucket(acceptRatePerSecond, now) : undefined;
    this.#handshakes = new AddressRates(handshakeRatePerIp);
    this.#secured = new AddressRates(SOCKETS_PER_CONNECTION * handshakeRatePerIp, socketsFor(handshakeRatePerIp));
    this.#sockets = new AddressCounts(maxConnectionsPerIp > 0 ? socketsFor(maxConnectionsPerIp) : 0);
    this.#proxies = new AddressSet(trustedProxies);
  }

  /** Why a socket is dropped that was just accepted; undefined: it is not. @param sockets that there are. */
  dropReason({ remoteAddress, isSecured = false }: Newcomer, sockets: number, now: number): DropReason | undefined {
    if (sockets >= this.#options.maxConnections + HANDSHAKE_SLACK) return "full";
    if (this.#sockets.isFull(remoteAddress)) return "address";
    if (!isSecured) return undefined;
    // What comes from a proxy is many clients'.
    if (!this.#proxies.has(remoteAddress) && !this.#secured.take(remoteAddress, now)) return "address_rate";
    return this.#acceptRate?.take(now) === false ? "accept_rate" : undefined;
  }

  /** A socket was taken. @returns what it is answered, where they come too fast. */
  refusal({ isSecured = false }: Newcomer, now: number): HttpError | undefined {
    if (isSecured || this.#acceptRate?.take(now) !== false) return undefined;
    return unavailable("Too many connections at once: try again in a second.");
  }

  /** A socket is no connection yet, and may never be one. */
  enter(socket: object, address: string): void {
    // What comes from a proxy is many clients'.
    if (this.#options.maxConnectionsPerIp === 0 || this.#proxies.has(address)) return;
    this.#addresses.set(socket, address);
    this.#sockets.add(address);
  }

  /** It has ended, or become a connection. */
  leave(socket: object): void {
    const address = this.#addresses.get(socket);
    if (address === undefined) return;
    this.#addresses.delete(socket);
    this.#sockets.remove(address);
  }

  /** A client wants a connection. @throws {HttpError} 429 when it does so too often. */
  meter(address: string, now: number): void {
    if (this.#handshakes.take(address, now)) return;
    // RFC 6585 §4.
    throw new HttpError(429, "Too many handshakes from your address: try again in a second.", { "Retry-After": "1" });
  }

  /** @throws {HttpError} 503 when the address has as many connections as it may. */
  check(address: string): void {
    if (!this.connections.isFull(address)) return;
    throw unavailable("There are too many connections from your address: close some, or try again later.");
  }
}

/** So many sockets an address needs for so many connections. */
function socketsFor(connections: number): number {
  return SOCKETS_PER_CONNECTION * connections + OTHER_SOCKETS;
}
