/**
 * The real client, with and without WebSocket: which transport it has come to, and how.
 *
 * @module
 */

/** What of `SockeyeSocket` is used here. */
export interface Client {
  /** The transport in use. */
  readonly transport?: string;
  addEventListener(type: string, listener: (event: never) => void): void;
  close(code: number): void;
}

/** What does not get through. */
export interface Blocked {
  readonly webSocket: boolean;
  readonly longPoll: boolean;
}

/** Makes a client that has to do without what is blocked. */
export type MakeClient = (blocked: Blocked) => Promise<Client>;

/** What happened, and when, in milliseconds since the client was made. */
export interface Happening {
  readonly atMs: number;
  readonly words: string;
}

/** RFC 6455 §7.4.1: the purpose is fulfilled. */
const NORMAL = 1000;

/** Happenings that are kept. */
const MAX_HAPPENINGS = 6;

/** One client after the other. */
export class Fallback {
  readonly #make: MakeClient;
  readonly #now: () => number;
  #client: Client | undefined;
  #runs = 0;
  #startedAt = 0;
  #transport = "";
  #happenings: Happening[] = [];
  #events = 0;

  constructor(make: MakeClient, now: () => number) {
    this.#make = make;
    this.#now = now;
  }

  get isRunning(): boolean {
    return this.#startedAt !== 0;
  }

  /** Empty while there is none. */
  get transport(): string {
    return this.#transport;
  }

  /** The newest last. */
  get happenings(): readonly Happening[] {
    return this.#happenings;
  }

  /** Server events that this client has brought. */
  get events(): number {
    return this.#events;
  }

  /** Ends the client there is, and makes another. */
  async start(blocked: Blocked): Promise<void> {
    this.stop();
    const run = this.#runs;
    this.#startedAt = this.#now();
    this.#happenings = [];
    this.#events = 0;
    const refused = [...(blocked.webSocket ? ["WebSocket"] : []), ...(blocked.longPoll ? ["long-polling"] : [])];
    this.#happened(refused.length > 0 ? `connects; ${refused.join(" and ")} will be refused` : "connects");
    let client: Client;
    try {
      client = await this.#make(blocked);
    } catch {
      if (run === this.#runs) this.#happened("the client could not be loaded: is the server there?");
      return;
    }
    if (run !== this.#runs) return client.close(NORMAL);
    this.#client = client;
    this.#listen(client, () => run === this.#runs);
  }

  stop(): void {
    this.#runs++;
    this.#startedAt = 0;
    this.#transport = "";
    this.#client?.close(NORMAL);
    this.#client = undefined;
  }

  #listen(client: Client, isCurrent: () => boolean): void {
    const on = <E>(type: string, listener: (event: E) => void) =>
      client.addEventListener(type, (event: never) => {
        if (isCurrent()) listener(event);
      });
    on("open", () => {
      this.#transport = client.transport ?? "websocket";
      this.#happened(`open over ${this.#transport}`);
    });
    on("message", ({ data }: { readonly data: unknown }) => {
      if (typeof data !== "string" || !data.startsWith('{"tick"')) return;
      if (++this.#events === 1) this.#happened("the first event has arrived");
    });
    on("away", ({ code, waitMs }: { readonly code: number; readonly waitMs?: number }) => {
      this.#transport = "";
      const next = waitMs === undefined ? "a pause" : `the next attempt in ${Math.round(waitMs)} ms`;
      this.#happened(`no connection (${code}); ${next}`);
    });
  }

  #happened(words: string): void {
    const atMs = this.#now() - this.#startedAt;
    this.#happenings = [...this.#happenings, { atMs, words }].slice(-MAX_HAPPENINGS);
  }
}
