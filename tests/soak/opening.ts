/**
 * Opening many connections a few at a time, and counting how they end.
 *
 * @module
 */

/** So many are opened at once: less than what waits for a server to accept it. */
const AT_ONCE = 200;

/** Opens so many. @throws what the first that fails throws. */
export async function openAll<Client>(count: number, open: (at: number) => Promise<Client>): Promise<Client[]> {
  const clients: Client[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) clients.push(await open(next++));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, lane));
  return clients;
}

/** Close codes, until it is stopped: what ends after that was meant to. */
export class CloseCodes {
  readonly #counts: Record<string, number> = {};
  #isStopped = false;

  add(code: number): void {
    if (!this.#isStopped) this.#counts[code] = (this.#counts[code] ?? 0) + 1;
  }

  /** Counts no more. @returns how many had each. */
  stop(): Readonly<Record<string, number>> {
    this.#isStopped = true;
    return this.#counts;
  }
}
