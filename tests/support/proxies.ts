/**
 * Proxies of others in front of a server, with the lines that docs/TRANSPORTS.md gives and their defaults otherwise.
 *
 * @module
 */
import { BrokerProcess } from "./broker_process.ts";
import { findProgram } from "./requires.ts";

/** How a proxy passes on. */
export interface ProxySetting {
  /** Where the server is. */
  readonly port: number;
  /** False: it knows nothing of WebSocket, and answers or passes on an upgrade as an ordinary request. Default: true. */
  readonly hasWebSocket?: boolean;
}

/** nginx, on a free port. */
export function startNginx({ port: server, hasWebSocket = true }: ProxySetting): Promise<BrokerProcess> {
  const upgrade = `
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;`;
  const configured = (port: number, folder: string): string => `
daemon off;
master_process off;
pid ${folder}/pid;
error_log stderr notice;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  map $http_upgrade $connection_upgrade {
    default upgrade;
    "" "";
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${server};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;${hasWebSocket ? upgrade : ""}
    }
  }
}
`;
  return BrokerProcess.start({
    path: findProgram("nginx") ?? "nginx",
    args: (port, folder) => ["-c", written(folder, "nginx.conf", configured(port, folder)), "-p", folder],
    ready: /using the "\w+" event method/,
  });
}

/** HAProxy, on a free port. */
export function startHaproxy({ port: server, hasWebSocket = true }: ProxySetting): Promise<BrokerProcess> {
  const blocked = "\n  http-request deny deny_status 403 if { hdr(Upgrade) -i websocket }";
  const configured = (port: number): string => `
global
  log stderr format raw local0
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
frontend web
  bind 127.0.0.1:${port}${hasWebSocket ? "" : blocked}
  default_backend sockeye
backend sockeye
  server one 127.0.0.1:${server}
`;
  return BrokerProcess.start({
    path: findProgram("haproxy") ?? "haproxy",
    args: (port, folder) => ["-f", written(folder, "haproxy.cfg", configured(port)), "-db", "-V"],
    ready: /Using \w+\(\) as the polling mechanism/,
  });
}

/** What HAProxy says of a node. */
export interface NodeState {
  /** `UP`, `DOWN`, or on its way from one to the other: `UP 1/2`. */
  readonly status: string;
  /** Connections that are open to it now. */
  readonly open: number;
  /** Requests that were to be its, and were given to another one. */
  readonly redispatched: number;
}

/** HAProxy as `deploy/haproxy.cfg` has it, on free ports, in front of three nodes of this machine. */
export class DeployedHaproxy implements AsyncDisposable {
  readonly #process: BrokerProcess;
  readonly #statePort: number;

  private constructor(process: BrokerProcess, statePort: number) {
    this.#process = process;
    this.#statePort = statePort;
  }

  /** @param nodes the ports of the nodes, in order. */
  static async start(nodes: readonly number[]): Promise<DeployedHaproxy> {
    const deployed = await Deno.readTextFile(new URL("../../deploy/haproxy.cfg", import.meta.url));
    const statePort = freePort();
    const process = await BrokerProcess.start({
      path: findProgram("haproxy") ?? "haproxy",
      args(port, folder) {
        const text = replaced(deployed, [
          ["bind :80", `bind 127.0.0.1:${port}`],
          ["bind :8404", `bind 127.0.0.1:${statePort}`],
          ...nodes.map((node, at): [string, string] => [`node${at + 1}:4000`, `127.0.0.1:${node}`]),
        ]);
        return ["-f", written(folder, "haproxy.cfg", text), "-db", "-V"];
      },
      ready: /Using \w+\(\) as the polling mechanism/,
    });
    return new DeployedHaproxy(process, statePort);
  }

  /** `http://127.0.0.1:12345`. */
  get url(): string {
    return `http://127.0.0.1:${this.#process.port}`;
  }

  /** What it says of each node, in order. */
  async nodes(): Promise<readonly NodeState[]> {
    const response = await fetch(`http://127.0.0.1:${this.#statePort}/stats;csv`);
    const [head = "", ...lines] = (await response.text()).replace(/^# /, "").split("\n");
    const names = head.split(",");
    const rows = lines.map((line) => line.split(","));
    const of = (row: readonly string[], name: string): string => row[names.indexOf(name)] ?? "";
    return rows.filter((row) => of(row, "pxname") === "sockeye" && of(row, "svname").startsWith("node"))
      .map((row) => ({
        status: of(row, "status"),
        open: Number(of(row, "scur")),
        redispatched: Number(of(row, "wredis")),
      }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

/** @throws {Error} where something to replace is not there exactly once. */
function replaced(text: string, pairs: readonly (readonly [from: string, to: string])[]): string {
  return pairs.reduce((so, [from, to]) => {
    const parts = so.split(new RegExp(`${from}\\b`));
    if (parts.length !== 2) throw new Error(`"${from}" stands there ${parts.length - 1} times`);
    return parts.join(to);
  }, text);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function written(folder: string, name: string, text: string): string {
  const path = `${folder}/${name}`;
  Deno.writeTextFileSync(path, text);
  return path;
}

/** HAProxy that passes bytes on as they are, behind a PROXY header. */
export function startHaproxyPassThrough(
  server: number,
  header: "send-proxy" | "send-proxy-v2",
): Promise<BrokerProcess> {
  const configured = (port: number): string => `
global
  log stderr format raw local0
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen web
  bind 127.0.0.1:${port}
  server one 127.0.0.1:${server} ${header}
`;
  return BrokerProcess.start({
    path: findProgram("haproxy") ?? "haproxy",
    args: (port, folder) => ["-f", written(folder, "haproxy.cfg", configured(port)), "-db", "-V"],
    ready: /Using \w+\(\) as the polling mechanism/,
  });
}
