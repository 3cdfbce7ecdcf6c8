/**
 * Clients in one room, on one server or more: they count, end to end, what is said and what is read.
 *
 * A message whose request was acknowledged must be read by everybody, once, in the order of its writer. One whose request
 * was lost may be read once, or not at all.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { SockeyeError, SockeyeSocket } from "../../lib/client/mod.ts";
import { until } from "./until.ts";

/** Readers on each server. */
const READERS = 10;
/** Requests of a writer that are on their way at a time. */
const WINDOW = 4;
/** Between two of one lane: load, and not the most that goes. */
const PACE_MS = 5;
/** They come back as fast as a test wants it. */
export const TERMS = { minWaitMs: 50, maxWaitMs: 400 } as const;
/** Longer than anything that is tested. */
const REQUEST_TIMEOUT_MS = 25_000;
/** So many examples of what went wrong are shown. */
const SHOWN = 5;

/** A client that reads the room, and goes on by itself after each break. */
export class RoomReader {
  /** What came, `writer:number` each. */
  readonly got: string[] = [];
  /** Whether nothing was missed, each time that it went on after a break. */
  readonly recoveries: boolean[] = [];
  /** How often its connection ended, or an attempt at one. */
  awayCount = 0;
  readonly socket: SockeyeSocket;
  readonly #subscription;

  constructor(url: string) {
    this.socket = new SockeyeSocket(url, TERMS);
    this.socket.addEventListener("away", () => this.awayCount++);
    this.#subscription = this.socket.subscribe("room", { onMessage: ({ data }) => void this.got.push(data) });
    this.#subscription.addEventListener("subscribed", ({ wasRecovering, recovered }) => {
      if (wasRecovering) this.recoveries.push(recovered);
    });
  }

  /** Of the history that it reads. */
  get epoch(): string | undefined {
    return this.#subscription.position?.epoch;
  }

  get isSubscribed(): boolean {
    return this.#subscription.isSubscribed;
  }
}

/** A client that says numbers until it is stopped, a few at a time. What is lost is said again, as another number. */
export class RoomWriter {
  readonly name: string;
  readonly socket: SockeyeSocket;
  readonly acknowledged = new Set<number>();
  readonly lost = new Set<number>();
  #count = 0;
  #isStopped = false;
  readonly #lanes: Promise<unknown>;

  constructor(url: string, name: string) {
    this.name = name;
    this.socket = new SockeyeSocket(url, TERMS);
    this.#lanes = Promise.all(Array.from({ length: WINDOW }, () => this.#lane()));
    // Whoever stops it is told.
    this.#lanes.catch(() => {});
  }

  /** Resolves when all that was begun is settled. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#lanes;
  }

  async #lane(): Promise<void> {
    while (!this.#isStopped) {
      await this.#say(this.#count++);
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  }

  async #say(number: number): Promise<void> {
    try {
      await this.socket.request(`${this.name}:${number}`, { timeoutMs: REQUEST_TIMEOUT_MS });
      this.acknowledged.add(number);
    } catch (error) {
      if (!(error instanceof SockeyeError) || error.code !== "lost") throw error;
      this.lost.add(number);
    }
  }
}

/** Everybody in the room. Disposing of it closes all connections. */
export class Room implements AsyncDisposable {
  readonly readers: readonly RoomReader[];
  readonly writers: readonly RoomWriter[];
  readonly #visitors: SockeyeSocket[] = [];

  private constructor(readers: readonly RoomReader[], writers: readonly RoomWriter[]) {
    this.readers = readers;
    this.writers = writers;
  }

  /** Ten readers and a writer on each of these servers, which has begun when this resolves. */
  static async open(urls: readonly string[]): Promise<Room> {
    const readers = urls.flatMap((url) => Array.from({ length: READERS }, () => new RoomReader(url)));
    await until(() => readers.every(({ isSubscribed }) => isSubscribed), "all are subscribed");
    return new Room(readers, urls.map((url, index) => new RoomWriter(url, `w${index}`)));
  }

  /** Those on the server at this URL. */
  readersAt(url: string): readonly RoomReader[] {
    return this.readers.filter(({ socket }) => socket.url === `${url}/`);
  }

  /** One more client, which does not come back when its connection ends. */
  visitor(url: string): SockeyeSocket {
    const visitor = new SockeyeSocket(url);
    visitor.addEventListener("away", () => visitor.close());
    this.#visitors.push(visitor);
    return visitor;
  }

  /** Resolves when these have read so many more: it goes on. */
  async goesOn(count: number, readers: readonly RoomReader[] = this.readers): Promise<void> {
    const from = readers.map(({ got }) => got.length);
    await until(
      () => readers.every(({ got }, index) => got.length >= from[index]! + count),
      () => `${count} more are read; so far ${readers.map(({ got }, index) => got.length - from[index]!)}`,
    );
  }

  /** Resolves when all that was said is acknowledged, or lost. */
  async stop(): Promise<void> {
    await Promise.all(this.writers.map((writer) => writer.stop()));
  }

  /** Stops, and counts. */
  async assertNothingLost(): Promise<void> {
    await this.stop();
    await this.#allIsRead().catch(() => {}); // What is missing is said below.
    for (const { got, recoveries } of this.readers) {
      assertEquals(this.writers.flatMap((writer) => faults(got, writer)), []);
      // One order for all.
      assertEquals(firstDifference(got, this.readers[0]!.got), undefined);
      assertEquals(recoveries.filter((recovered) => !recovered), []);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const clients = [...this.readers, ...this.writers].map(({ socket }) => socket);
    // What they say now is refused, as they are closed.
    for (const writer of this.writers) writer.stop().catch(() => {});
    await closeAll([...clients, ...this.#visitors]);
  }

  /** The last one of each writer is read by everybody: all before it have come, or never will. */
  #allIsRead(): Promise<void> {
    const last = this.writers.map(({ name, acknowledged }) => `${name}:${Math.max(...acknowledged)}`);
    const sets = () => this.readers.every(({ got }) => last.every((one) => got.lastIndexOf(one) >= 0));
    return until(sets, "all is read");
  }
}

/** Closes them, and waits until that is done. */
export async function closeAll(sockets: readonly SockeyeSocket[]): Promise<void> {
  await Promise.all(sockets.map((socket) => {
    if (socket.readyState === socket.CLOSED) return;
    const closed = new Promise((resolve) => socket.addEventListener("close", resolve, { once: true }));
    socket.close();
    return closed;
  }));
}

/** What is wrong with what was read of one writer, in words. */
function faults(got: readonly string[], { name, acknowledged, lost }: RoomWriter): readonly string[] {
  const numbers = got.filter((text) => text.startsWith(`${name}:`)).map((text) => Number(text.slice(name.length + 1)));
  const read = new Set(numbers);
  return [
    inWords(`of ${name} acknowledged, and not read`, [...acknowledged].filter((number) => !read.has(number))),
    inWords(`of ${name} read, and never said`, numbers.filter((one) => !acknowledged.has(one) && !lost.has(one))),
    inWords(`of ${name} read twice`, numbers.filter((number, at) => numbers.indexOf(number) !== at)),
    inWords(`of ${name} read too late`, numbers.filter((number, at) => number < (numbers[at - 1] ?? 0))),
  ].flat();
}

function inWords(what: string, numbers: readonly number[]): readonly string[] {
  if (numbers.length === 0) return [];
  return [`${what}: ${numbers.length}, ${numbers.toSorted((a, b) => a - b).slice(0, SHOWN)} …`];
}

function firstDifference(one: readonly string[], other: readonly string[]): string | undefined {
  const at = one.findIndex((text, at) => text !== other[at]);
  return at < 0 && one.length === other.length ? undefined : `${one[at]} and ${other[at]} at ${at}`;
}
