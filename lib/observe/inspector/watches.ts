/**
 * Which connections are watched and by whom, and what the inspector keeps of the others: when they opened, and how they
 * ended.
 *
 * One connection has one {@linkcode Watch}, however many look at it; it ends with the last of them.
 *
 * @module
 */
import { type Clock, type Connection, type Direction, type Inspection, Watch } from "../../gateway/mod.ts";
import type { FrameRecord } from "../../protocol/mod.ts";

/** One who looks. None of it may throw. */
export interface Viewer {
  /** A connection is watched for it from now on. */
  onWatched(connection: Connection, beginning: Beginning): void;
  onFrame(direction: Direction, record: FrameRecord): void;
  onGone(closing: Closing): void;
}

/** How a watch began. */
export interface Beginning {
  readonly isFromBeginning: boolean;
}

/** How a connection ended. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A connection and all who look at it. */
interface Watched {
  readonly watch: Watch;
  readonly viewers: Set<Viewer>;
  readonly isFromBeginning: boolean;
}

/** A viewer who waits for a connection to come. */
interface Waiting {
  /** Pattern of its route; empty for any. */
  readonly route: string;
  readonly viewer: Viewer;
}

/** So many may look at the same time. */
export const MAX_VIEWERS = 16;

/** There are too many viewers. */
export class TooManyViewers extends Error {
  override readonly name = "TooManyViewers";
}

/** The watches of one gateway. */
export class Watches implements Inspection {
  /** Connections since the inspector is on. */
  opened = 0;
  closed = 0;
  readonly closeCodes = new Map<number, number>();
  readonly #clock: Pick<Clock, "wallNow">;
  readonly #openedAt = new Map<Connection, number>();
  readonly #watched = new Map<Connection, Watched>();
  readonly #heads = new WeakMap<Connection, Uint8Array<ArrayBuffer>>();
  readonly #waiting = new Set<Waiting>();
  #viewers = 0;

  constructor(clock: Pick<Clock, "wallNow">) {
    this.#clock = clock;
  }

  /** When a connection opened, in milliseconds since 1970; undefined for one that was there before. */
  openedAt(connection: Connection): number | undefined {
    return this.#openedAt.get(connection);
  }

  /** The 101 that a connection was sent, where that was watched. */
  headOf(connection: Connection): Uint8Array<ArrayBuffer> | undefined {
    return this.#heads.get(connection);
  }

  isWatched(connection: Connection): boolean {
    return this.#watched.has(connection);
  }

  /** @returns ends it. @throws {TooManyViewers} */
  watch(connection: Connection, viewer: Viewer): () => void {
    const leave = this.#enter();
    const watched = this.#watched.get(connection) ?? this.#begin(connection, false);
    watched.viewers.add(viewer);
    // What went by before another viewer has seen, and not this one.
    viewer.onWatched(connection, { isFromBeginning: false });
    return () => {
      this.#end(connection, viewer);
      leave();
    };
  }

  /**
   * Watches the next connection to a route from its beginning.
   *
   * @param route its pattern; empty for any.
   * @returns ends it. @throws {TooManyViewers}
   */
  watchNext(route: string, viewer: Viewer): () => void {
    const leave = this.#enter();
    let found: Connection | undefined;
    const waiting: Waiting = {
      route,
      viewer: {
        onWatched: (connection, beginning) => {
          found = connection;
          viewer.onWatched(connection, beginning);
        },
        onFrame: (direction, record) => viewer.onFrame(direction, record),
        onGone: (closing) => viewer.onGone(closing),
      },
    };
    this.#waiting.add(waiting);
    return () => {
      this.#waiting.delete(waiting);
      if (found !== undefined) this.#end(found, waiting.viewer);
      leave();
    };
  }

  // From the gateway.

  opening(connection: Connection): Watch | undefined {
    this.opened++;
    this.#openedAt.set(connection, this.#clock.wallNow());
    const { pattern } = connection.entry.descriptor;
    const wanted = [...this.#waiting].filter(({ route }) => route === "" || route === pattern);
    if (wanted.length === 0) return undefined;
    const watched = this.#begin(connection, true);
    for (const waiting of wanted) {
      this.#waiting.delete(waiting);
      watched.viewers.add(waiting.viewer);
      waiting.viewer.onWatched(connection, watched);
    }
    return watched.watch;
  }

  removed(connection: Connection): void {
    this.closed++;
    this.#openedAt.delete(connection);
    const { code } = connection.ends.protocol.closing;
    this.closeCodes.set(code, (this.closeCodes.get(code) ?? 0) + 1);
  }

  #begin(connection: Connection, isFromBeginning: boolean): Watched {
    const viewers = new Set<Viewer>();
    const watch = new Watch(connection, {
      onFrame(direction, record) {
        for (const viewer of viewers) viewer.onFrame(direction, record);
      },
      onHead: (bytes) => void this.#heads.set(connection, bytes),
      onGone: () => {
        this.#watched.delete(connection);
        const { code, reason } = connection.ends.protocol.closing;
        for (const viewer of viewers) viewer.onGone({ code, reason });
      },
    }, isFromBeginning);
    const watched = { watch, viewers, isFromBeginning };
    this.#watched.set(connection, watched);
    return watched;
  }

  #end(connection: Connection, viewer: Viewer): void {
    const watched = this.#watched.get(connection);
    if (watched === undefined) return;
    watched.viewers.delete(viewer);
    if (watched.viewers.size > 0) return;
    this.#watched.delete(connection);
    watched.watch.end();
  }

  #enter(): () => void {
    if (this.#viewers >= MAX_VIEWERS) {
      throw new TooManyViewers(`${MAX_VIEWERS} views are open already: close one of them`);
    }
    this.#viewers++;
    let isIn = true;
    return () => {
      if (isIn) this.#viewers--;
      isIn = false;
    };
  }
}
