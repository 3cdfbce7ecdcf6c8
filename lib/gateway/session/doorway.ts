/**
 * What stands between a connection and its code, where something does: the entrance of a route that asks for a token,
 * and the session of a client that speaks `sockeye.v1`.
 *
 * @module
 */
import type { ViolationName } from "../../frame/mod.ts";
import type { Keepalive } from "../../protocol/mod.ts";
import type { Hub } from "../../pubsub/mod.ts";
import type { Admission } from "../../route/mod.ts";
import type { PeerCommands, PeerEvents, RouteEntry } from "../../route/table.ts";
import { SUBPROTOCOL } from "../../subprotocol/mod.ts";
import type { Clock } from "../clock.ts";
import { ClientEvents } from "./client_events.ts";
import { ClientSession, type SessionConnection } from "./client_session.ts";
import { Entrance } from "./entrance.ts";
import { GuardedEvents } from "./guarded_events.ts";
import type { TimerEntry, TimerWheel } from "../timer_wheel.ts";

/** A connection that may need a doorway. */
export interface DoorwayConnection extends SessionConnection, TimerEntry {
  /** True until the closing handshake begins. */
  readonly isOpen: boolean;
  /** From now on its code hears of it without a detour. */
  passInto(events: PeerEvents): void;
}

/** What was agreed on in the handshake. */
export interface DoorwayOpening {
  readonly entry: RouteEntry;
  readonly options: { readonly authTimeoutMs: number };
  /** The token that came with it. */
  readonly token: string | undefined;
  /** The route has let it in. */
  readonly admission: Admission | undefined;
  /** The route has refused it. */
  readonly refusedFor: ViolationName | undefined;
}

/** What the gateway gives. */
export interface DoorwayHost {
  readonly hub: Hub;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
}

/** One doorway; it stays the same when the code is swapped. */
export class Doorway {
  /** Of a client that speaks `sockeye.v1`. */
  readonly session: ClientSession | undefined;
  readonly #connection: DoorwayConnection;
  readonly #entrance: Entrance;
  /** The code that has the peer. */
  #code: PeerEvents | undefined;

  private constructor(
    connection: DoorwayConnection,
    opening: DoorwayOpening,
    host: DoorwayHost,
    keepalive: Keepalive,
  ) {
    const isClient = connection.subprotocol === SUBPROTOCOL;
    this.session = isClient ? new ClientSession(connection, host.hub) : undefined;
    this.#connection = connection;
    const entranceHost = {
      clock: host.clock,
      authTimeoutMs: opening.options.authTimeoutMs,
      violate: (violation: ViolationName) => connection.violate(violation),
      entered: () => this.#entered(),
      expireIn: (ms: number) => {
        if (!connection.isOpen) return;
        const at = host.clock.now() + ms;
        keepalive.expireAt(at);
        host.wheel.advance(connection, at);
      },
    };
    this.#entrance = new Entrance(entranceHost, {
      asks: asksForToken(opening),
      admission: opening.admission,
      token: opening.token,
      refusedFor: opening.refusedFor,
      mayBring: isClient,
    });
  }

  /** The doorway of a connection; undefined for the most, which need none. */
  static of(
    connection: DoorwayConnection,
    opening: DoorwayOpening,
    host: DoorwayHost,
    keepalive: Keepalive,
  ): Doorway | undefined {
    const isNeeded = asksForToken(opening) || opening.admission !== undefined ||
      connection.subprotocol === SUBPROTOCOL;
    return isNeeded ? new Doorway(connection, opening, host, keepalive) : undefined;
  }

  /** The connection's code is this one's from now on. */
  attach(entry: RouteEntry): PeerEvents {
    const commands: PeerCommands = this.session ?? this.#connection;
    const code = this.#code = entry.runtime.attach(entry.index, commands);
    if (this.session !== undefined) return new ClientEvents(code, this.#entrance, this.session);
    return this.#entrance.isEntered ? code : new GuardedEvents(code, this.#entrance);
  }

  #entered(): void {
    if (this.session !== undefined) this.session.hello();
    else this.#connection.passInto(this.#code!);
  }
}

function asksForToken({ entry }: DoorwayOpening): boolean {
  return entry.descriptor.hasAuthenticate === true;
}
