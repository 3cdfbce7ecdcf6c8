/**
 * New code for open connections: one table takes the place of another, and every peer is handed over, or none is.
 *
 * @module
 */
import type { RouteEntry, RouteTable } from "../route/table.ts";
import type { Clock } from "./clock.ts";
import { type Destination, HandOver, type Movable } from "./hand_over.ts";

/** What a swap acts on: the gateway. */
export interface SwapHost<Peer extends Movable = Movable> {
  /** Where new connections find their routes. */
  table: RouteTable;
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
  /** The new table may lack routes that peers are connected to: those are closed with 1012. Default: false. */
  readonly allowRemoval?: boolean;
}

/** What a swap did. */
export interface SwapReport {
  /** Peers that the new code has taken over. */
  readonly moved: number;
  /** Peers whose route is gone. */
  readonly dismissed: number;
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
 * From the first moment on, whoever connects meets the new code. Each peer moves as soon as none of its handlers is
 * pending; one that takes longer than `swapTimeoutMs` is abandoned. If one `suspend` or `resume` fails, all go back.
 *
 * @throws {SwapError} when the old code goes on.
 */
export function swapTables<Peer extends Movable>(
  host: SwapHost<Peer>,
  next: RouteTable,
  rules: SwapRules = {},
): Promise<SwapReport> {
  return new Swap(host, next).run(rules);
}

class Swap<Peer extends Movable> {
  readonly #host: SwapHost<Peer>;
  readonly #before: RouteTable;
  readonly #next: RouteTable;
  /** What the old code said of those who have moved. */
  readonly #kept = new Map<Peer, unknown>();

  constructor(host: SwapHost<Peer>, next: RouteTable) {
    this.#host = host;
    this.#before = host.table;
    this.#next = next;
  }

  async run({ allowRemoval = false }: SwapRules): Promise<SwapReport> {
    const staying: Peer[] = [];
    const leaving: Peer[] = [];
    for (const peer of this.#host.peers()) {
      if (this.#next.runtimes.has(peer.entry.runtime)) continue;
      (destinationOf(this.#next, peer) === undefined ? leaving : staying).push(peer);
    }
    if (!allowRemoval && leaving.length > 0) throw new SwapError(missing(leaving));
    this.#host.table = this.#next;
    try {
      await this.#handOver(staying);
    } catch (error) {
      throw new SwapError(`${messageOf(error)} (${await this.#goBack()})`, { cause: error });
    }
    for (const peer of leaving) this.#host.dismiss(peer);
    return { moved: this.#kept.size, dismissed: leaving.length };
  }

  /** The first that fails calls off those who wait. */
  async #handOver(peers: readonly Peer[]): Promise<void> {
    const moves: HandOver[] = [];
    const failures: unknown[] = [];
    const failed = (error: unknown): void => {
      failures.push(error);
      for (const move of moves) move.cancel();
    };
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
    if (failures.length > 0) throw failures[0];
  }

  /** The old table again, for all that have met the new one. */
  async #goBack(): Promise<string> {
    this.#host.table = this.#before;
    const peers = this.#host.peers().filter(({ entry }) => !this.#before.runtimes.has(entry.runtime));
    let lost = 0;
    const pending: Promise<unknown>[] = [];
    for (const [at, peer] of peers.entries()) {
      if (at % PEERS_PER_TURN === PEERS_PER_TURN - 1) await this.#others();
      const entry = destinationOf(this.#before, peer);
      if (entry === undefined) this.#host.dismiss(peer);
      else {
        const to = { ...this.#destination(entry), isReturn: true, kept: this.#kept.get(peer) };
        pending.push(new HandOver(peer, to).done.catch(() => lost++));
      }
    }
    await Promise.all(pending);
    const back = `${counted(peers.length, "peer")} that had met the new code went back`;
    return lost === 0 ? back : `${back}, ${lost} of them in vain: closed with 1011`;
  }

  #destination(entry: RouteEntry): Destination {
    const { clock, swapTimeoutMs } = this.#host;
    return { entry, reason: "swap", clock, timeoutMs: swapTimeoutMs };
  }

  #others(): Promise<void> {
    return new Promise((resolve) => this.#host.later(resolve));
  }
}

function destinationOf(table: RouteTable, peer: Movable): RouteEntry | undefined {
  const entry = table.find(peer.entry.descriptor.pattern);
  return entry?.descriptor.isWebSocket ? entry : undefined;
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
