/**
 * Where the connections of listed load balancers come in: each begins with a PROXY header, which says whose it is.
 *
 * @module
 */
import { ProxyHeader, ProxyHeaderError } from "../http/mod.ts";
import { messageOf } from "../route/table.ts";
import { BegunStream } from "./begun_stream.ts";
import type { Clock } from "./clock.ts";
import { AddressSet, normalizeAddress } from "./ip_address.ts";
import { rareWarning, type WarningLog } from "./rare_warning.ts";
import type { ByteStream } from "./tcp_transport.ts";

/** So many connections may be waited for at a time: a header is the first thing that a load balancer sends. */
export const MAX_AWAITED = 1024;

/** A header and what follows it at once. */
const READ_BYTES = 1024;

/** What it needs. */
export interface ProxyEntranceParts {
  /** IPs and CIDR blocks. */
  readonly sources: readonly string[];
  /** So long a header may take. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: WarningLog;
  /** Takes a connection, and the address of its client, on. */
  enter(stream: ByteStream, address: string): void;
  /** A connection was closed for want of a valid header. */
  refused(): void;
}

/** The entrance. */
export class ProxyEntrance {
  readonly #parts: ProxyEntranceParts;
  readonly #sources: AddressSet;
  readonly #awaited = new Set<ByteStream>();
  readonly #refused: (fields: Readonly<Record<string, unknown>>) => void;

  constructor(parts: ProxyEntranceParts) {
    this.#parts = parts;
    this.#sources = new AddressSet(parts.sources);
    this.#refused = rareWarning("a load balancer of proxyProtocol sent no valid PROXY header", parts.log, parts.clock);
  }

  /** Whether connections from this address begin with a header. */
  lists(address: string): boolean {
    return this.#sources.has(address);
  }

  /** Reads the header of a connection and hands it on, or closes it. */
  take(stream: ByteStream, address: string): void {
    if (this.#awaited.size >= MAX_AWAITED) return this.#refuse(stream, address, "too many others are waited for");
    this.#awaited.add(stream);
    const { clock, timeoutMs } = this.#parts;
    let isLate = false;
    const cancel = clock.setTimer(() => {
      isLate = true;
      stream.close();
    }, timeoutMs);
    this.#read(stream, address).catch((error) => {
      const isGone = !this.#awaited.has(stream);
      if (isGone) return;
      if (isLate) this.#count(address, `nothing whole came within ${timeoutMs} ms`);
      else this.#refuse(stream, address, messageOf(error));
    }).finally(() => {
      cancel();
      this.#awaited.delete(stream);
    });
  }

  /** Closes those that are waited for. */
  close(): void {
    for (const stream of this.#awaited) stream.close();
    this.#awaited.clear();
  }

  async #read(stream: ByteStream, address: string): Promise<void> {
    const header = new ProxyHeader();
    const buffer = new Uint8Array(READ_BYTES);
    for (let isSilent = true;; isSilent = false) {
      const count = await stream.read(buffer);
      // Load balancers look so whether the server is there.
      if (count === null && isSilent) return stream.close();
      if (count === null) throw new ProxyHeaderError("it ended before its PROXY header did");
      const end = header.push(buffer, 0, count);
      if (!header.isWhole) continue;
      const { source } = header;
      const client = source === undefined ? address : normalizeAddress(source.address);
      this.#parts.enter(end === count ? stream : new BegunStream(buffer.subarray(end, count), stream), client);
      return void this.#awaited.delete(stream);
    }
  }

  #refuse(stream: ByteStream, address: string, reason: string): void {
    stream.close();
    this.#count(address, reason);
  }

  #count(address: string, reason: string): void {
    this.#parts.refused();
    this.#refused({ address, reason });
  }
}
