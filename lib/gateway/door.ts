/**
 * The port that connections come in by: opened with the transport that was asked for, where it can be had.
 *
 * @module
 */
import { messageOf } from "../route/table.ts";
import { systemClock } from "./clock.ts";
import { EpollListener, EpollUnavailableError, openLibc, Poller } from "./epoll/mod.ts";
import type { Gateway } from "./gateway.ts";
import { normalizeAddress } from "./ip_address.ts";
import { Listener } from "./listener.ts";
import type { GatewayOptions } from "./option_table.ts";

/** Where connections come in. */
export interface Door {
  readonly port: number;
  readonly transport: GatewayOptions["transport"];
  readonly listener: { run(): Promise<void>; close(): void };
}

/** What a door needs of the server. */
export interface DoorParts {
  readonly gateway: Pick<Gateway, "accept" | "enter">;
  readonly options: Pick<GatewayOptions, "hostname" | "port" | "transport">;
  /** Other processes listen on the same port: the system shares connections out among them. */
  readonly isShared?: boolean;
  readonly log: { warn(message: string, fields?: Readonly<Record<string, unknown>>): void };
}

/** The port cannot be listened on: the message says why, and what to do. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

const ACCEPT_LOG_INTERVAL_MS = 60_000;
const BACKLOG = 4096;

/** Opens the port. @throws {ListenError} */
export function openDoor({ gateway, options, isShared = false, log }: DoorParts): Door {
  const failed = acceptFailures(log);
  const poller = options.transport === "epoll" ? openPoller(log) : undefined;
  const acceptor = listen(options, isShared);
  if (poller !== undefined) {
    // Deno's socket has found the address, and asked for the permission to listen: ours takes its place.
    const { hostname } = acceptor.addr;
    acceptor.close();
    const epoll = new EpollListener(poller, { address: hostname, port: options.port }, isShared);
    const listener = new Listener(epoll, { accepted: (socket) => gateway.enter(socket), failed }, systemClock);
    return { port: epoll.addr.port, transport: "epoll", listener };
  }
  const listener = new Listener(acceptor, { accepted: (stream) => accept(gateway, stream), failed }, systemClock);
  return { port: acceptor.addr.port, transport: "deno", listener };
}

/**
 * Finds out whether nobody else has the port. Who shares it would not notice that another server does.
 *
 * @throws {ListenError}
 */
export function checkPort(options: Pick<GatewayOptions, "hostname" | "port">): void {
  listen(options, false).close();
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

function accept(gateway: Pick<Gateway, "accept">, stream: Deno.TcpConn): void {
  try {
    stream.setNoDelay(true);
    gateway.accept(stream, normalizeAddress(stream.remoteAddr.hostname));
  } catch {
    stream.close(); // Reset between accept and here: there is nobody to tell.
  }
}

/** At the file limit each accept fails, twenty times a second: one line a minute tells it. */
function acceptFailures(log: DoorParts["log"]): (error: unknown) => void {
  let count = 0;
  let toldAt = -Infinity;
  return (error) => {
    count++;
    if (systemClock.now() - toldAt < ACCEPT_LOG_INTERVAL_MS) return;
    log.warn("accept failed", { times: count, error: messageOf(error) });
    toldAt = systemClock.now();
    count = 0;
  };
}
