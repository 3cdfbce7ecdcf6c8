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
