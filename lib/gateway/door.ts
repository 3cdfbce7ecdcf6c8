/**
 * Where connections come in: a port or a Unix socket, opened with the transport that was asked for, where it can be had.
 *
 * @module
 */
import { messageOf } from "../route/table.ts";
import { systemClock } from "./clock.ts";
import { EpollListener, EpollUnavailableError, openLibc, Poller } from "./epoll/mod.ts";
import { UNIX_ADDRESS } from "./forwarded.ts";
import type { Gateway } from "./gateway.ts";
import { normalizeAddress } from "./ip_address.ts";
import { ListenError } from "./listen_error.ts";
import { isGone, Listener } from "./listener.ts";
import type { GatewayOptions } from "./option_table.ts";
import { ProxyEntrance } from "./proxy_entrance.ts";
import { rareWarning } from "./rare_warning.ts";
import { type ByteStream, TcpTransport } from "./tcp_transport.ts";
import { type Certificate, CertificateError, CertificateWatch, type Tls, type TlsFault, TlsStream } from "./tls/mod.ts";
import { listenUnix } from "./unix_socket.ts";

/** Where connections come in. */
export interface Door {
  /** 0 for a Unix socket. */
  readonly port: number;
  readonly transport: GatewayOptions["transport"];
  readonly listener: { run(): Promise<void>; close(): void };
}

type Told = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** What a door needs of the server. */
export interface DoorParts {
  readonly gateway: Pick<Gateway, "accept" | "enter" | "counts">;
  readonly options: Pick<
    GatewayOptions,
    | "hostname"
    | "port"
    | "transport"
    | "cert"
    | "key"
    | "proxyProtocol"
    | "socket"
    | "socketMode"
    | "handshakeTimeoutMs"
  >;
  /** Other processes listen on the same port: the system shares connections out among them. */
  readonly isShared?: boolean;
  readonly log: { readonly info: Told; readonly warn: Told };
}

const BACKLOG = 4096;

/** Opens it. @throws {ListenError} */
export async function openDoor(parts: DoorParts): Promise<Door> {
  const { gateway, options, isShared = false, log } = parts;
  const failed = acceptFailed(log, gateway.counts);
  if (options.socket !== "") {
    explainedEpoll(options, "a Unix socket", log);
    const acceptor = await listenUnix({ path: options.socket, mode: options.socketMode });
    const accepted = (stream: ByteStream): void => gateway.accept(stream, UNIX_ADDRESS);
    return { port: 0, transport: "deno", listener: new Listener(acceptor, { accepted, failed }, systemClock) };
  }
  const poller = usesEpoll(options, log) ? openPoller(log) : undefined;
  // Whoever does not serve TLS does not load it.
  const tls = options.cert === "" ? undefined : await import("node:tls");
  const entrance = poller === undefined ? new Entrance(parts, tls) : undefined;
  try {
    const acceptor = listen(options, isShared);
    if (entrance !== undefined) {
      const accepted = (stream: Deno.TcpConn): void => entrance.accept(stream);
      const listener = new Listener(acceptor, { accepted, failed }, systemClock);
      return { port: acceptor.addr.port, transport: "deno", listener: entrance.with(listener) };
    }
    // Deno's socket has found the address, and asked for the permission to listen: ours takes its place.
    const { hostname } = acceptor.addr;
    acceptor.close();
    const epoll = new EpollListener(poller!, { address: hostname, port: options.port }, isShared);
    const listener = new Listener(epoll, { accepted: (socket) => gateway.enter(socket), failed }, systemClock);
    return { port: epoll.addr.port, transport: "epoll", listener };
  } catch (error) {
    entrance?.close();
    throw error;
  }
}

/**
 * Finds out whether nobody else has the port. Who shares it would not notice that another server does.
 *
 * @throws {ListenError}
 */
export function checkPort(options: Pick<GatewayOptions, "hostname" | "port">): void {
  listen(options, false).close();
}

/** What happens to a connection of Deno's before it is the gateway's: a PROXY header is read, and TLS begins. */
class Entrance {
  readonly #gateway: DoorParts["gateway"];
  readonly #tls: Tls | undefined;
  readonly #certificate: CertificateWatch | undefined;
  readonly #proxied: ProxyEntrance;

  /** @throws {ListenError} when the certificate cannot be used. */
  constructor({ gateway, options, log }: DoorParts, tls: Tls | undefined) {
    this.#gateway = gateway;
    this.#tls = tls;
    this.#proxied = new ProxyEntrance({
      sources: options.proxyProtocol,
      timeoutMs: options.handshakeTimeoutMs,
      clock: systemClock,
      log,
      enter: (stream, address) => this.#enter(stream, address),
      refused: () => gateway.counts.refuse("proxy"),
    });
    try {
      const { cert, key } = options;
      const took = ({ expiresAt }: Certificate): void => void (gateway.counts.certificateExpiresAt = expiresAt);
      this.#certificate = tls && new CertificateWatch({ files: { cert, key }, tls, clock: systemClock, log, took });
    } catch (error) {
      throw error instanceof CertificateError ? new ListenError(error.message) : error;
    }
  }

  accept(stream: Deno.TcpConn): void {
    try {
      stream.setNoDelay(true);
      const address = normalizeAddress(stream.remoteAddr.hostname);
      if (this.#proxied.lists(address)) this.#proxied.take(stream, address);
      else this.#enter(stream, address);
    } catch {
      stream.close(); // Reset between accept and here: there is nobody to tell.
    }
  }

  /** A listener that ends what this has with it. */
  with(listener: Door["listener"]): Door["listener"] {
    return {
      run: () => listener.run(),
      close: () => {
        listener.close();
        this.close();
      },
    };
  }

  close(): void {
    void this.#certificate?.close();
    this.#proxied.close();
  }

  #enter(stream: ByteStream, remoteAddress: string): void {
    const [gateway, certificate, tls] = [this.#gateway, this.#certificate, this.#tls];
    if (certificate === undefined || tls === undefined) return gateway.accept(stream, remoteAddress);
    gateway.enter({
      remoteAddress,
      isSecured: true,
      transport(turn, pool) {
        const { context } = certificate.current;
        const failed = (fault: TlsFault): void => gateway.counts.refuse(fault);
        return new TcpTransport(new TlsStream(stream, { context, tls, failed }), remoteAddress, turn, pool);
      },
      close: () => stream.close(),
    });
  }
}

/** TLS and PROXY headers are read from sockets of Deno's. */
function usesEpoll(options: DoorParts["options"], log: DoorParts["log"]): boolean {
  const without = options.cert !== ""
    ? "TLS (--cert)"
    : options.proxyProtocol.length > 0
    ? "--proxy-protocol"
    : undefined;
  if (without === undefined) return options.transport === "epoll";
  explainedEpoll(options, without, log);
  return false;
}

function explainedEpoll({ transport }: DoorParts["options"], without: string, log: DoorParts["log"]): void {
  if (transport === "epoll") log.warn(`--transport=epoll cannot do ${without}; going on with --transport=deno`);
}

function openPoller(log: DoorParts["log"]): Poller | undefined {
  try {
    return new Poller(openLibc());
  } catch (error) {
    if (!(error instanceof EpollUnavailableError)) throw error;
    log.warn(`--transport=epoll: ${error.message}; going on with --transport=deno`);
    return undefined;
  }
}

function listen({ hostname, port }: Pick<GatewayOptions, "hostname" | "port">, reusePort: boolean): Deno.TcpListener {
  try {
    return Deno.listen({ hostname, port, tcpBacklog: BACKLOG, ...(reusePort ? { reusePort } : {}) });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new ListenError(`port ${port} is in use: stop what listens there, or choose another with --port or PORT.`);
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new ListenError(`the system does not allow listening on port ${port}: choose one above 1023 with --port.`);
    }
    if (error instanceof Deno.errors.NotCapable) {
      throw new ListenError(`listening on ${hostname}:${port} needs the flag --allow-net.`);
    }
    const reason = messageOf(error);
    throw new ListenError(`cannot listen on ${hostname}:${port} (--host, --port): ${reason}`);
  }
}

/** At the file limit each accept fails, twenty times a second. */
function acceptFailed(log: DoorParts["log"], counts: DoorParts["gateway"]["counts"]): (error: unknown) => void {
  const warn = rareWarning("accept failed", log, systemClock);
  return (error) => {
    if (!isGone(error)) counts.acceptFailures++;
    warn({ error: messageOf(error) });
  };
}
