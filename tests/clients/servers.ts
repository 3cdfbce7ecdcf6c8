/**
 * The servers that clients are tested against: one with the routes that ship, one with routes made for tests.
 *
 * @module
 */
import { type ServerProcess, startServer } from "../support/server_process.ts";

/** Where a client finds both, as `ws:` addresses without a slash at the end. */
export interface Addresses {
  /** `/`, `/echo`, `/rooms/[room]`, `/broadcast`. */
  readonly shipped: string;
  /** `/lab`, `/closes`, `/gate`, `/narrow`, `/clock`, `/echo`, `/deflate`: see `routes/`. Pings soon and often, and takes any origin. */
  readonly lab: string;
}

/** Both servers; disposing of it ends them. */
export interface Servers extends AsyncDisposable {
  readonly addresses: Addresses;
  readonly shipped: ServerProcess;
  readonly lab: ServerProcess;
}

/**
 * A client that does not answer pings is dropped 2.7 s after its last byte, which is before `/clock` has said four
 * things: one at once and three a second apart.
 */
const QUICK_PINGS = ["--ping-interval-ms", "200ms", "--pong-timeout-ms", "2500ms"] as const;

/** So that one page can talk to both servers. */
const ANY_ORIGIN = ["--allowed-origins", "*"] as const;

/** Where the routes made for tests are, relative to the project. */
export const LAB_ROUTES = "tests/clients/routes";

/** Starts both. @param args flags for both. */
export async function startServers(args: readonly string[] = []): Promise<Servers> {
  const [shipped, lab] = await Promise.all([
    startServer({ args }),
    startServer({ routes: LAB_ROUTES, args: [...QUICK_PINGS, ...ANY_ORIGIN, ...args] }),
  ]);
  return {
    addresses: { shipped: webSocketUrl(shipped), lab: webSocketUrl(lab) },
    shipped,
    lab,
    async [Symbol.asyncDispose]() {
      await Promise.all([shipped[Symbol.asyncDispose](), lab[Symbol.asyncDispose]()]);
    },
  };
}

/** `ws://127.0.0.1:12345`. */
export function webSocketUrl({ port }: { readonly port: number }): string {
  return `ws://127.0.0.1:${port}`;
}
