/**
 * Socket addresses as the kernel has them: `sockaddr_in` and `sockaddr_in6`.
 *
 * @module
 */
import { formatAddress, type IpAddress, parseAddress } from "../ip_address.ts";
import { SOCKET } from "./linux.ts";

/** The longer of the two: `sizeof(struct sockaddr_in6)`. */
export const SOCKET_ADDRESS_BYTES = 28;
const IPV4_BYTES = 16;

// `sin_port` and `sin6_port` stand at the same place, in network order.
const PORT_AT = 2;
const IPV4_AT = 4;
const IPV6_AT = 8;

/** An address and its port. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/**
 * For `bind`. How the address was written decides its family: to a socket `::ffff:192.0.2.1` is one of IPv6.
 *
 * @throws {TypeError} when it is no IP address.
 */
export function encodeSocketAddress({ address, port }: SocketAddress): Uint8Array<ArrayBuffer> {
  const parsed = parseAddress(address);
  if (parsed === null) throw new TypeError(`"${address}" is no IP address`);
  const isVersion6 = address.includes(":");
  const bytes = new Uint8Array(isVersion6 ? SOCKET_ADDRESS_BYTES : IPV4_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, isVersion6 ? SOCKET.AF_INET6 : SOCKET.AF_INET, true);
  view.setUint16(PORT_AT, port);
  const groups = isVersion6 ? parsed.groups : parsed.groups.slice(6);
  for (const [index, group] of groups.entries()) view.setUint16((isVersion6 ? IPV6_AT : IPV4_AT) + index * 2, group);
  return bytes;
}

/** The address in its one form (see `ip_address.ts`): IPv4-mapped ones as IPv4. */
export function decodeSocketAddress(bytes: Uint8Array<ArrayBuffer>): SocketAddress {
  const port = bytes[PORT_AT]! << 8 | bytes[PORT_AT + 1]!;
  if (bytes[0] === SOCKET.AF_INET) {
    return { address: `${bytes[4]}.${bytes[5]}.${bytes[6]}.${bytes[7]}`, port };
  }
  const groups = Array.from({ length: 8 }, (_, at) => bytes[IPV6_AT + at * 2]! << 8 | bytes[IPV6_AT + 1 + at * 2]!);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const address: IpAddress = { version: isMapped ? 4 : 6, groups };
  return { address: formatAddress(address), port };
}
