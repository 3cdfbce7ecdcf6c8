/**
 * One view of one connection: its handshake, and its frames as they pass, in batches.
 *
 * @module
 */
import { type Connection, type Direction, extensionsOf } from "../../gateway/mod.ts";
import type { FrameRecord } from "../../protocol/mod.ts";
import type { EventSink, EventTeller } from "./event_stream.ts";
import { wireFrame } from "./frame_json.ts";
import { FrameQueue } from "./frame_queue.ts";
import { handshakeView } from "./handshake_view.ts";
import { wireConnection } from "./overview.ts";
import type { Beginning, Closing, Viewer, Watches } from "./watches.ts";
import type { WatchStream, WireWatched } from "./wire.ts";

/** Which connection. */
export type WatchTarget = { readonly connection: Connection } | { readonly route: string };

/** What is needed of the gateway. */
export interface WatchedGateway {
  readonly isDraining: boolean;
  readonly clock: { wallNow(): number };
}

/** So often frames are sent. */
export const BATCH_MS = 50;

/** Tells of one connection. */
export class WatchTeller implements EventTeller, Viewer {
  readonly #watches: Watches;
  readonly #target: WatchTarget;
  readonly #gateway: WatchedGateway;
  readonly #queue = new FrameQueue();
  #connection: Connection | undefined;
  #isFromBeginning = false;
  #isTold = false;
  #isGone = false;
  #closing: Closing | undefined;
  #frames = 0;

  /** @param gateway what tells the time, and whether it goes on. */
  constructor(watches: Watches, target: WatchTarget, gateway: WatchedGateway) {
    this.#watches = watches;
    this.#target = target;
    this.#gateway = gateway;
  }

  /** A server that goes away waits for nobody who looks. */
  get isOver(): boolean {
    return this.#isGone || this.#gateway.isDraining;
  }

  /** @throws {TooManyViewers} */
  begin(sink: EventSink): () => void {
    const target = this.#target;
    if ("connection" in target) {
      const end = this.#watches.watch(target.connection, this);
      this.#tellWatched(sink);
      return end;
    }
    const end = this.#watches.watchNext(target.route, this);
    tell(sink, "waiting", { route: target.route });
    return end;
  }

  beat(sink: EventSink): void {
    this.#tellWatched(sink);
    if (sink.isBehind) return;
    if (!this.#queue.isEmpty) tell(sink, "frames", this.#queue.take());
    if (this.#closing === undefined || this.#isGone) return;
    this.#isGone = true;
    tell(sink, "gone", this.#closing);
  }

  onWatched(connection: Connection, { isFromBeginning }: Beginning): void {
    this.#connection = connection;
    this.#isFromBeginning = isFromBeginning;
  }

  onFrame(direction: Direction, record: FrameRecord): void {
    const n = ++this.#frames;
    if (this.#queue.isFull) return this.#queue.skip();
    const { subprotocol } = this.#connection!;
    this.#queue.add(wireFrame(record, { n, t: this.#gateway.clock.wallNow(), direction, subprotocol }));
  }

  onGone(closing: Closing): void {
    this.#closing = closing;
  }

  /** Once, and not before the 101 of a connection that has just come has left. */
  #tellWatched(sink: EventSink): void {
    if (this.#isTold || this.#connection === undefined) return;
    this.#isTold = true;
    tell(sink, "watched", this.#watched(this.#connection));
  }

  #watched(connection: Connection): WireWatched {
    const extensions = extensionsOf(connection)?.response ?? "";
    const { request, subprotocol } = connection;
    return {
      connection: wireConnection(connection, this.#watches),
      handshake: handshakeView({ request, subprotocol, extensions, head: this.#watches.headOf(connection) }),
      extensions,
      isFromBeginning: this.#isFromBeginning,
    };
  }
}

function tell<Name extends keyof WatchStream>(sink: EventSink, name: Name, value: WatchStream[Name]): void {
  sink.send(name, value);
}
