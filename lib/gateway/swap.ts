/**
 * New code for open connections: another routing takes the place of the one in force, and every peer whom that concerns
 * is handed over, or none is.
 *
 * @module
 */
import { messageOf, type RouteEntry, type RouteRuntime } from "../route/table.ts";
import type { Clock } from "./clock.ts";
import { type Destination, HandOver, type Movable } from "./hand_over.ts";
import { type Routing, runtimesOf, tableFor, webSocketEntry } from "./routing.ts";

/** What a swap acts on: the gateway. */
export interface SwapHost<Peer extends Movable = Movable> {
  /** Where new connections find their routes. */
  routing: Routing;
  readonly clock: Clock;
  readonly swapTimeoutMs: number;
  /** The open connections at this moment. */
  peers(): readonly Peer[];
  /** Calls back when others have had their turn. */
  later(goOn: () => void): void;
  /** The peer's route is there no more. */
  dismiss(peer: Peer): void;
}

/** How a swap is to go. */
export interface SwapRules {
  /** The new code may lack routes that peers are connected to: those are closed with 1012. Default: false. */
  readonly allowRemoval?: boolean;
  /**
   * Nothing stops it, for code that must go: of who fails in `suspend` the new code learns nothing, and who fails in
   * `resume` is closed with 1011. Default: false.
   */
  readonly insist?: boolean;
}

/** What a swap did. */
export interface SwapReport {
  /** Peers that the new code has taken over. */
  readonly moved: number;
  /** Peers whose route is gone. */
  readonly dismissed: number;
  /** Peers that could not be resumed, where it was insisted on: closed with 1011. */
  readonly lost: number;
}

/** The new code was not taken: the old one goes on. The message says why. */
export class SwapError extends Error {
  override readonly name = "SwapError";
}

/** So many are handed over before the others of the server have their turn. */
const PEERS_PER_TURN = 256;

/**
 * Swaps.
 *
 * From the first moment on, whoever connects meets the new routing. Each peer for whom another table is in force then
 * moves as soon as none of its handlers is pending; one that takes longer than `swapTimeoutMs` is abandoned. If one
 * `suspend` or `resume` fails, all go back.
 *
 * A canary that lacks a route with peers is refused like any other code that does, whoever is in its share: it could not
 * be promoted.
 *
 * @throws {SwapError} when the routing before is in force again.
 */
export function swapTables<Peer extends Movable>(
  host: SwapHost<Peer>,
  next: Routing,
  rules: SwapRules = {},
): Promise<SwapReport> {
  return new Swap(host, next).run(rules);
}

type Outcome = Pick<SwapReport, "moved" | "lost">;

class Swap<Peer extends Movable> {
  readonly #host: SwapHost<Peer>;
  readonly #before: Routing;
  readonly #next: Routing;
  /** What the old code said of those who have moved. */
  readonly #kept = new Map<Peer, unknown>();

  constructor(host: SwapHost<Peer>, next: Routing) {
    this.#host = host;
    this.#before = host.routing;
    this.#next = next;
  }

  async run({ allowRemoval = false, insist = false }: SwapRules): Promise<SwapReport> {
    const going = concerned(this.#host.peers(), this.#next);
    const staying = going.filter((peer) => destinationOf(this.#next, peer) !== undefined);
    const leaving = going.filter((peer) => destinationOf(this.#next, peer) === undefined);
    if (!allowRemoval) this.#refuseRemoval(leaving);
    this.#host.routing = this.#next;
    const { moved, lost } = insist ? await this.#handOverAnyway(staying, this.#next) : await this.#allOrNone(staying);
    for (const runtime of runtimesOf(this.#next)) runtime.commit?.();
    for (const peer of leaving) this.#host.dismiss(peer);
    return { moved, dismissed: leaving.length, lost };
  }

  async #allOrNone(peers: readonly Peer[]): Promise<Outcome> {
    try {
      await this.#handOver(peers);
    } catch (error) {
      throw new SwapError(`${messageOf(error)} (${await this.#goBack()})`, { cause: error });
    }
    return { moved: this.#kept.size, lost: 0 };
  }

  #refuseRemoval(leaving: readonly Peer[]): void {
    const { canary } = this.#next;
    const lacking = canary === undefined
      ? leaving
      : this.#host.peers().filter((peer) =>
        destinationOf(this.#next, peer) === undefined ||
        webSocketEntry(canary.table, peer.entry.descriptor.pattern) === undefined
      );
    if (lacking.length > 0) throw new SwapError(missing(lacking));
  }

  /** The first that fails calls off those who wait. */
  async #handOver(peers: readonly Peer[]): Promise<void> {
    const moves: HandOver[] = [];
    const failures: unknown[] = [];
    const failed = (error: unknown): void => {
      failures.push(error);
      for (const move of moves) move.cancel();
    };
    // Code that ends before everybody is there takes nobody over.
    const unwatch = whenBroken(runtimesOf(this.#next), failed);
    const pending: Promise<void>[] = [];
    for (const [at, peer] of peers.entries()) {
      if (at % PEERS_PER_TURN === PEERS_PER_TURN - 1) await this.#others();
      if (failures.length > 0) break;
      const move = new HandOver(peer, this.#destination(destinationOf(this.#next, peer)!));
      moves.push(move);
      pending.push(move.done.then((outcome) => {
        if (outcome.kind === "moved") this.#kept.set(peer, outcome.state);
      }, failed));
    }
    await Promise.all(pending);
    unwatch();
    if (failures.length > 0) throw failures[0];
  }

  /** The routing before again, for all that have met another. */
  async #goBack(): Promise<string> {
    this.#host.routing = this.#before;
    const peers = concerned(this.#host.peers(), this.#before);
    const { lost } = await this.#handOverAnyway(peers, this.#before);
    const back = `${counted(peers.length, "peer")} that had met the new code went back`;
    return lost === 0 ? back : `${back}, ${lost} of them in vain: closed with 1011`;
  }

  /** Nothing stops it. */
  async #handOverAnyway(peers: readonly Peer[], routing: Routing): Promise<Outcome> {
    let [moved, lost] = [0, 0];
    const pending: Promise<unknown>[] = [];
    for (const [at, peer] of peers.entries()) {
      if (at % PEERS_PER_TURN === PEERS_PER_TURN - 1) await this.#others();
      const entry = destinationOf(routing, peer);
      if (entry === undefined) this.#host.dismiss(peer);
      else {
        const to = { ...this.#destination(entry), isReturn: true, kept: this.#kept.get(peer) };
        pending.push(new HandOver(peer, to).done.then(({ kind }) => moved += Number(kind === "moved"), () => lost++));
      }
    }
    await Promise.all(pending);
    return { moved, lost };
  }

  #destination(entry: RouteEntry): Destination {
    const { clock, swapTimeoutMs } = this.#host;
    return { entry, reason: "swap", clock, timeoutMs: swapTimeoutMs };
  }

  #others(): Promise<void> {
    return new Promise((resolve) => this.#host.later(resolve));
  }
}

/**
 * Tells when code ends, until it is called off. What code that goes on serving promises of its end stays pending, and so
 * holds on to whoever waits for it: without that to this swap, and through what served before it to all swaps.
 */
function whenBroken(runtimes: Iterable<RouteRuntime>, failed: (error: unknown) => void): () => void {
  let told: typeof failed | undefined = failed;
  for (const { broken } of runtimes) void broken?.then((error) => told?.(error));
  return () => told = undefined;
}

/** Those whose code is not the one that is in force for them. */
function concerned<Peer extends Movable>(peers: readonly Peer[], routing: Routing): readonly Peer[] {
  return peers.filter(({ id, entry }) => !tableFor(routing, id).runtimes.has(entry.runtime));
}

function destinationOf(routing: Routing, { id, entry }: Movable): RouteEntry | undefined {
  return webSocketEntry(tableFor(routing, id), entry.descriptor.pattern);
}

/** Names each route that these peers are connected to. */
function missing(peers: readonly Movable[]): string {
  const counts = new Map<string, number>();
  for (const { entry: { descriptor: { pattern } } } of peers) counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
  const list = [...counts].map(([pattern, count]) => `${pattern} (${counted(count, "peer")})`).join(", ");
  return `the new code has no WebSocket route at ${list}: keep the route, or allow its removal, which closes them with 1012`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
