/**
 * Rooms with history, each with two who write and eight who read. Now and then a reader is dropped, and goes on where it
 * was.
 *
 * @module
 */
import { SockeyeError, SockeyeSocket } from "../../lib/client/mod.ts";
import { closeAll, TERMS } from "../support/room.ts";
import { until } from "../support/until.ts";
import type { Crowd, CrowdOrder, CrowdReport } from "./crowd_kinds.ts";
import { openAll } from "./opening.ts";
import { Durations } from "./statistics.ts";
import { type Said, Tally } from "./tally.ts";

const [WRITERS, READERS] = [2, 8];
/** Clients of one room. */
const ROOM_SIZE = WRITERS + READERS;
/** Each writer says something that often. */
const PERIOD_MS = 500;
/** A reader of all rooms is dropped that often. */
const DROP_PERIOD_MS = 500;
/** Longer than a broker is away. */
const REQUEST_TIMEOUT_MS = 60_000;
/** What is not read by then is lost. */
const LAST_READ_MS = 30_000;
/** So many faults are told. */
const SHOWN = 10;

/** Who reads. */
class Reader {
  readonly tally = new Tally();
  readonly room: string;
  readonly socket: SockeyeSocket;
  unrecovered = 0;
  recovered = 0;
  aways = 0;
  drops = 0;
  readonly #subscription;

  constructor(port: number, room: string) {
    this.room = room;
    this.socket = new SockeyeSocket(`ws://127.0.0.1:${port}/room/${room}`, { ...TERMS, transports: ["websocket"] });
    this.socket.addEventListener("away", () => this.aways++);
    this.#subscription = this.socket.subscribe(`room:${room}`, { onMessage: ({ data }) => this.tally.take(data) });
    this.#subscription.addEventListener("subscribed", ({ wasRecovering, recovered }) => {
      if (wasRecovering) recovered ? this.recovered++ : this.unrecovered++;
    });
  }

  async subscribed(): Promise<this> {
    await until(() => this.#subscription.isSubscribed, `a reader of ${this.room} is subscribed`);
    return this;
  }

  /** Its connection is to break. Where it is broken already there is nothing to do. */
  drop(): void {
    if (!this.#subscription.isSubscribed || this.drops > this.aways) return;
    this.drops++;
    this.socket.send("!drop");
  }
}

/** Who writes. */
class Writer implements Said {
  readonly name: string;
  readonly room: string;
  readonly socket: SockeyeSocket;
  readonly lost = new Set<number>();
  count = 0;
  underWay = 0;
  aways = 0;

  constructor(port: number, room: string, name: string) {
    [this.room, this.name] = [room, name];
    this.socket = new SockeyeSocket(`ws://127.0.0.1:${port}/room/${room}`, { ...TERMS, transports: ["websocket"] });
    this.socket.addEventListener("away", () => this.aways++);
  }

  /** Says the next number. @param stored told how long it took. */
  async say(stored: (tookMs: number) => void): Promise<void> {
    const number = this.count++;
    const saidAt = performance.now();
    this.underWay++;
    try {
      await this.socket.request(`${this.name}:${number}`, { timeoutMs: REQUEST_TIMEOUT_MS });
      stored(performance.now() - saidAt);
    } catch (error) {
      if (!(error instanceof SockeyeError)) throw error;
      this.lost.add(number);
    } finally {
      this.underWay--;
    }
  }
}

/** Connects them, and has them begin. */
export async function rooms({ port, count }: CrowdOrder): Promise<Crowd> {
  const names = Array.from({ length: Math.max(1, Math.round(count / ROOM_SIZE)) }, (_, at) => `r${at}`);
  const all = await openAll(names.length * READERS, (at) => new Reader(port, names[at % names.length]!).subscribed());
  const writers = names.flatMap((room) =>
    Array.from({ length: WRITERS }, (_, at) => new Writer(port, room, `${room}w${at}`))
  );
  let [durations, nextWriter, nextReader] = [new Durations(), 0, 0];
  const talking = setInterval(() => {
    const writer = writers[nextWriter++ % writers.length]!;
    void writer.say((tookMs) => durations.add(tookMs));
  }, PERIOD_MS / writers.length);
  const dropping = setInterval(() => all[nextReader++ % all.length]!.drop(), DROP_PERIOD_MS);
  return {
    begin: () => durations = new Durations(),
    async stop() {
      clearInterval(talking);
      clearInterval(dropping);
      await until(() => writers.every(({ underWay }) => underWay === 0), "all is acknowledged", REQUEST_TIMEOUT_MS);
      const hasAll = (reader: Reader) =>
        of(writers, reader).every((one) => reader.tally.nextOf(one.name) >= lastOf(one));
      await until(() => all.every(hasAll), "all is read", LAST_READ_MS).catch(() => {}); // Told by the tallies.
      const report = { ...reportOf(all, writers), durations: { "publication to acknowledgement": durations.toJSON() } };
      await closeAll([...all, ...writers].map(({ socket }) => socket));
      return report;
    },
  };
}

function of(writers: readonly Writer[], { room }: Reader): readonly Writer[] {
  return writers.filter((writer) => writer.room === room);
}

/** The number after the last that was acknowledged. */
function lastOf({ count, lost }: Said): number {
  let last = count;
  while (lost.has(last - 1)) last--;
  return last;
}

function reportOf(all: readonly Reader[], writers: readonly Writer[]): Omit<CrowdReport, "durations"> {
  const sum = <Client>(clients: readonly Client[], of: (client: Client) => number): number =>
    clients.reduce((total, client) => total + of(client), 0);
  const faults = all.flatMap((reader) => {
    const first = all.find(({ room }) => room === reader.room)!;
    return [
      ...reader.tally.faults(of(writers, reader)),
      ...(reader.tally.order === first.tally.order ? [] : [`two readers of ${reader.room} have another order`]),
    ];
  });
  const unrecovered = sum(all, ({ unrecovered }) => unrecovered);
  const [aways, drops] = [sum(all, ({ aways }) => aways), sum(all, ({ drops }) => drops)];
  const others = aways - drops + sum(writers, ({ aways }) => aways);
  return {
    counts: {
      "rooms": writers.length / WRITERS,
      "publications acknowledged": sum(writers, ({ count, lost }) => count - lost.size),
      "publications whose request was lost": sum(writers, ({ lost }) => lost.size),
      "publications read": sum(all, ({ tally }) => tally.count),
      "readers dropped": drops,
      "recoveries": sum(all, ({ recovered }) => recovered),
    },
    closed: others === 0 ? {} : { "away": others },
    faults: [
      ...faults.slice(0, SHOWN),
      ...(faults.length > SHOWN ? [`and ${faults.length - SHOWN} more faults of readers`] : []),
      ...(unrecovered === 0 ? [] : [`${unrecovered} times a reader was told that it has missed something`]),
    ],
  };
}
