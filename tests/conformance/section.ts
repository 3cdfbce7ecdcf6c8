/**
 * The requirements of one section of the RFC, tried on the real server with bytes.
 *
 * @module
 */
import { LAB_ROUTES } from "../clients/servers.ts";
import { startServer } from "../support/server_process.ts";
import { type Lines, RawClient } from "./raw_client.ts";

/** What a case is given. */
export interface Wire {
  readonly port: number;
  /** Where the server prints. */
  printed(pattern: RegExp): Promise<unknown>;
  /** An open WebSocket, disposed of when the case ends. */
  open(path?: string, lines?: Lines): Promise<RawClient>;
  /** A connection on which nothing was sent yet, disposed of when the case ends. */
  connect(): Promise<RawClient>;
}

/** Runs the cases, by name, against one server with the routes of `tests/clients/routes`. */
export function section(title: string, cases: Readonly<Record<string, (wire: Wire) => Promise<void>>>): void {
  Deno.test(title, async (test) => {
    await using server = await startServer({ routes: LAB_ROUTES });
    for (const [name, run] of Object.entries(cases)) {
      await test.step(name, async () => {
        using clients = new DisposableStack();
        const { port } = server;
        await run({
          port,
          printed: (pattern) => server.printed(pattern),
          open: async (path, lines) => clients.use(await RawClient.open(port, path, lines)),
          connect: async () => clients.use(await RawClient.connect(port)),
        });
      });
    }
  });
}
