/**
 * The listener of the admin requests: apart from the data path, so that Deno's own HTTP server will do.
 *
 * @module
 */
import { limited, messageOf, type TimeLimit } from "../route/table.ts";

/** The address cannot be listened on: the message says why, and what to do. */
export class AdminListenError extends Error {
  override readonly name = "AdminListenError";
}

/** Where the requests come in. */
export class AdminListener {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /**
   * Listens.
   *
   * @param address `host:port`, as the option `admin` has it.
   * @throws {AdminListenError}
   */
  constructor(address: string, answer: (request: Request) => Promise<Response>) {
    const { hostname, port } = partsOf(address);
    try {
      this.#server = Deno.serve({ hostname, port, onListen() {} }, answer);
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) {
        throw new AdminListenError(`${address} is in use: choose another address for the admin listener with --admin`);
      }
      const reason = messageOf(error);
      throw new AdminListenError(`the admin listener cannot listen on ${address} (--admin): ${reason}`);
    }
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Answers what was asked, within the limit, and ends. */
  async close(limit: TimeLimit): Promise<void> {
    // What is still asked then ends with the process.
    await limited(this.#server.shutdown(), "the last admin request", limit).catch(() => {});
  }
}

/** Takes `[::1]:4001` apart. */
export function partsOf(address: string): { readonly hostname: string; readonly port: number } {
  const at = address.lastIndexOf(":");
  return { hostname: address.slice(0, at).replace(/^\[(.*)\]$/, "$1"), port: Number(address.slice(at + 1)) };
}
