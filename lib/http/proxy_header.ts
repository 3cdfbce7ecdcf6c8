/**
 * The header that a load balancer sends before anything else, to say who its client is: the PROXY protocol of HAProxy,
 * versions 1 and 2 (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt).
 *
 * Type-length-values behind the addresses are skipped, the checksum (PP2_TYPE_CRC32C) among them: TCP has its own.
 *
 * @module
 */
import { isIpv4 } from "./authority.ts";
import { quote } from "./quote.ts";

/** Who is at the other end, as the header says. */
export interface ProxiedSource {
  /** IPv4 as four octets; IPv6 as text, not necessarily in its shortest form. */
  readonly address: string;
  readonly port: number;
}

/** The first bytes are no valid header: the message says why. */
export class ProxyHeaderError extends Error {
  override readonly name = "ProxyHeaderError";
}

/** §2.1: "the maximum line lengths the receiver must support including the CRLF": 107 characters. */
const MAX_V1_BYTES = 107;
/** §2.2: the addresses of the longest family have 216 bytes; the rest is room for TLVs, as those of TLS. */
const MAX_V2_BODY_BYTES = 4096;
const V2_HEAD_BYTES = 16;
const V1_SIGNATURE = Uint8Array.from("PROXY ", (letter) => letter.charCodeAt(0));
/** §2.2: `\r\n\r\n\0\r\nQUIT\n`. */
const V2_SIGNATURE = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
const [CR, LF] = [0x0d, 0x0a];
const COMMAND = { LOCAL: 0, PROXY: 1 } as const;
const FAMILY = { UNSPEC: 0, INET: 1, INET6: 2, UNIX: 3 } as const;
const ADDRESS_BYTES: Readonly<Record<number, number>> = { [FAMILY.INET]: 12, [FAMILY.INET6]: 36, [FAMILY.UNIX]: 216 };

/**
 * One header, in whatever pieces it comes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ProxyHeader } from "./proxy_header.ts";
 *
 * const bytes = new TextEncoder().encode("PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\nGET / HTTP/1.1\r\n");
 * const header = new ProxyHeader();
 * const end = header.push(bytes, 0, bytes.length);
 * assertEquals([end, header.isWhole], [41, true]);
 * assertEquals(header.source, { address: "192.0.2.7", port: 56324 });
 * ```
 */
export class ProxyHeader {
  #kept = new Uint8Array(V2_HEAD_BYTES + 216);
  #length = 0;
  /** Known from the first bytes of version 2 on. */
  #wanted = 0;
  #isWhole = false;
  #source: ProxiedSource | undefined;

  /** True when all of it has come. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** The client; undefined when the load balancer speaks for itself (LOCAL), or does not know (UNKNOWN, UNSPEC). */
  get source(): ProxiedSource | undefined {
    return this.#source;
  }

  /**
   * Takes of `bytes[start, end)` what belongs to the header.
   *
   * @returns where that ends: what follows is the client's.
   * @throws {ProxyHeaderError} at the first byte that no header can have there.
   */
  push(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && !this.#isWhole) this.#take(bytes[at++]!);
    return at;
  }

  #take(byte: number): void {
    if (this.#length === this.#kept.length) this.#grow();
    this.#kept[this.#length++] = byte;
    if (this.#kept[0] === V2_SIGNATURE[0]) this.#stepV2();
    else this.#stepV1(byte);
  }

  #stepV1(byte: number): void {
    const at = this.#length - 1;
    if (at < V1_SIGNATURE.length) {
      if (byte !== V1_SIGNATURE[at]) throw new ProxyHeaderError("it does not begin with a PROXY header");
      return;
    }
    const isAfterCr = this.#kept[at - 1] === CR;
    if (isAfterCr !== (byte === LF)) throw new ProxyHeaderError("its PROXY line has a CR or LF that stands alone");
    if (isAfterCr) {
      this.#source = sourceOfLine(String.fromCharCode(...this.#kept.subarray(0, at - 1)));
      this.#isWhole = true;
    } else if (this.#length === MAX_V1_BYTES) {
      throw new ProxyHeaderError(`its PROXY line is longer than ${MAX_V1_BYTES} bytes`);
    }
  }

  #stepV2(): void {
    const at = this.#length - 1;
    if (at < V2_SIGNATURE.length && this.#kept[at] !== V2_SIGNATURE[at]) {
      throw new ProxyHeaderError("it does not begin with a PROXY header");
    }
    if (this.#length === V2_HEAD_BYTES) this.#beginV2();
    if (this.#length < V2_HEAD_BYTES || this.#length < this.#wanted) return;
    this.#source = sourceOfV2(this.#kept);
    this.#isWhole = true;
  }

  #beginV2(): void {
    const [versionAndCommand = 0, familyAndProtocol = 0] = this.#kept.subarray(12, 14);
    const [version, command] = [versionAndCommand >> 4, versionAndCommand & 0xf];
    // §2.2: "Receivers must drop connections presenting unexpected values here".
    if (version !== 2) throw new ProxyHeaderError(`its PROXY header has version ${version}`);
    if (command > COMMAND.PROXY) throw new ProxyHeaderError(`its PROXY header has the unknown command ${command}`);
    const byteLength = (this.#kept[14]! << 8) | this.#kept[15]!;
    if (byteLength > MAX_V2_BODY_BYTES) {
      throw new ProxyHeaderError(`its PROXY header has ${byteLength} bytes, more than ${MAX_V2_BODY_BYTES}`);
    }
    const needed = command === COMMAND.LOCAL ? 0 : ADDRESS_BYTES[familyAndProtocol >> 4] ?? 0;
    if (byteLength < needed) throw new ProxyHeaderError("its PROXY header is too short for its addresses");
    this.#wanted = V2_HEAD_BYTES + byteLength;
  }

  #grow(): void {
    const grown = new Uint8Array(V2_HEAD_BYTES + MAX_V2_BODY_BYTES);
    grown.set(this.#kept);
    this.#kept = grown;
  }
}

/** §2.1: `PROXY`, the protocol, and source and destination of both address and port. */
function sourceOfLine(line: string): ProxiedSource | undefined {
  const words = line.split(" ");
  const [, protocol, source = "", destination = "", port = "", destinationPort = ""] = words;
  // §2.1: "the receiver must ignore anything presented before the CRLF is found".
  if (protocol === "UNKNOWN") return undefined;
  const isAddress = protocol === "TCP4" ? isIpv4 : protocol === "TCP6" ? isIpv6 : undefined;
  const isRight = words.length === 6 && isAddress !== undefined && isAddress(source) && isAddress(destination) &&
    isPort(port) && isPort(destinationPort);
  if (!isRight) throw new ProxyHeaderError(`its PROXY line is not valid: ${quote(line)}`);
  return { address: source, port: Number(port) };
}

function sourceOfV2(header: Uint8Array): ProxiedSource | undefined {
  const family = header[13]! >> 4;
  if ((header[12]! & 0xf) === COMMAND.LOCAL) return undefined;
  const view = new DataView(header.buffer, header.byteOffset);
  if (family === FAMILY.INET) return { address: header.subarray(16, 20).join("."), port: view.getUint16(24) };
  if (family !== FAMILY.INET6) return undefined; // §2.2: "accept the connection" and use what it really comes from.
  const groups = Array.from({ length: 8 }, (_, at) => view.getUint16(16 + 2 * at).toString(16));
  return { address: groups.join(":"), port: view.getUint16(48) };
}

function isIpv6(text: string): boolean {
  return text.length <= 45 && /^[\da-f:.]+$/i.test(text) && text.includes(":") && URL.canParse(`http://[${text}]`);
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}
