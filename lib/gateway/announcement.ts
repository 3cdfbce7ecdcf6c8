/**
 * What a server says of itself when it listens.
 *
 * @module
 */
import type { GatewayOptions } from "./option_table.ts";

/** What there is to say. */
export interface Announcement {
  readonly version: string;
  readonly options: Pick<GatewayOptions, "hostname" | "routes" | "cert" | "socket">;
  readonly port: number;
  readonly transport: string;
  /** The route table, for a terminal; empty without routes. */
  readonly routes: string;
  /** A line for each. */
  readonly plugins: readonly string[];
  readonly isDev: boolean;
  /** Processes that share the port. */
  readonly workers: number;
}

/** The words. */
export function announcement(
  { version, options, port, transport, routes, plugins, isDev, workers }: Announcement,
): string {
  const { listens, tryIt } = placeOf(options, port);
  const how = transport === "deno" ? "" : ` over ${transport}`;
  const many = workers === 1 ? "" : `, ${workers} workers`;
  return [
    `sockeye ${version} listens on ${listens}${how}${many}\n`,
    routes === "" ? `  no routes: put a file into ${options.routes}/ and start again` : routes.replaceAll(/^/gm, "  "),
    ...(plugins.length === 0 ? [] : ["\n  plug-ins, each in a process of its own:"]),
    ...plugins.map((line) => `    ${line}`),
    `\n  try it: ${tryIt}`,
    ...(isDev ? ["  change it: save a file, and the open sockets go on with the new code"] : []),
    "  stop it: press Ctrl+C",
  ].join("\n");
}

function placeOf(options: Announcement["options"], port: number): { readonly listens: string; readonly tryIt: string } {
  const { hostname, cert, socket } = options;
  if (socket !== "") {
    return { listens: `the Unix socket ${socket}`, tryIt: `curl --unix-socket ${socket} http://localhost/health` };
  }
  const host = hostOf({ hostname, port });
  if (cert === "") return { listens: `http://${host} (${hostname})`, tryIt: `open http://${host}/ in a browser` };
  const tryIt = `open https://${host}/ in a browser, by a name of the certificate; WebSocket is at wss://${host}/`;
  return { listens: `https://${host} (${hostname})`, tryIt };
}

/** How this machine reaches itself: the unspecified address is no name to connect to. */
export function hostOf({ hostname, port }: Pick<GatewayOptions, "hostname" | "port">): string {
  if (hostname === "0.0.0.0" || hostname === "::") return `127.0.0.1:${port}`;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
