/**
 * Clients that are present in a lobby, and some that watch who is.
 *
 * @module
 */
import { SockeyeSocket } from "../../lib/client/mod.ts";
import { closeAll, TERMS } from "./room.ts";
import { until } from "./until.ts";

/** Members of one name. */
const MEMBERS = 3;
/** Begins the keys of those who only show that time has passed. */
const CLOCK = "clock";

/** One thing that happened to a member, as a watcher was told. */
export interface Change {
  /** `join ada`. */
  readonly text: string;
  /** By `performance.now()`. */
  readonly at: number;
}

/** A client that is told who comes and goes. */
export class Watcher {
  readonly changes: Change[] = [];
  readonly socket: SockeyeSocket;
  readonly #subscription;

  constructor(url: string) {
    this.socket = new SockeyeSocket(`${url}/lobby`, TERMS);
    this.#subscription = this.socket.subscribe("lobby", { presence: true });
    this.#subscription.addEventListener("presence", ({ change, key }) => {
      this.changes.push({ text: `${change} ${key}`, at: performance.now() });
    });
  }

  /** What happened, in no order, but for what happened to clocks. */
  get texts(): readonly string[] {
    return this.changes.map(({ text }) => text).filter((text) => !text.includes(CLOCK)).sort();
  }

  /** The keys of all who are there, as the server says when it is asked. */
  async members(): Promise<readonly string[]> {
    return (await this.#subscription.members()).map(({ key }) => key).sort();
  }

  /** Resolves when it was told each of these, so many times. */
  async toldOf(texts: readonly string[], times = 1): Promise<void> {
    const countOf = (text: string) => this.changes.filter((change) => change.text === text).length;
    await until(
      () => texts.every((text) => countOf(text) >= times),
      () => `the watcher is told ${texts}; it was told ${this.texts}`,
    );
  }
}

/** Everybody in a lobby. Disposing of it closes all connections. */
export class Lobby implements AsyncDisposable {
  readonly #sockets: SockeyeSocket[] = [];

  /** Clients that are present, and come back by themselves to where `url` says. @returns their keys, in order. */
  enterAll(name: string, url: () => string): readonly string[] {
    const keys = Array.from({ length: MEMBERS }, (_, index) => `${name}${index}`);
    for (const key of keys) this.#enter(key, url);
    return keys;
  }

  /** A client that watches, and has begun to. */
  async watch(url: string): Promise<Watcher> {
    const watcher = new Watcher(url);
    this.#kept(watcher.socket);
    // It is answered when the server has heard from the others.
    await watcher.members();
    return watcher;
  }

  /** Resolves when the time to live has passed, and these know it: a member that comes now, and ends, has left. */
  async timePassed(url: string, watchers: readonly Watcher[]): Promise<void> {
    const key = `${CLOCK}${this.#sockets.length}`;
    const socket = this.#enter(key, () => url);
    for (const watcher of watchers) await watcher.toldOf([`join ${key}`]);
    socket.close();
    for (const watcher of watchers) await watcher.toldOf([`leave ${key}`]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeAll(this.#sockets);
  }

  #enter(key: string, url: () => string): SockeyeSocket {
    return this.#kept(new SockeyeSocket(() => `${url()}/lobby?key=${key}`, TERMS));
  }

  #kept(socket: SockeyeSocket): SockeyeSocket {
    this.#sockets.push(socket);
    return socket;
  }
}
