/**
 * Caddy in front of servers, with the lines that docs/TLS.md gives and its defaults otherwise.
 *
 * @module
 */
import { BrokerProcess } from "./broker_process.ts";
import { CERT_FILE, KEY_FILE } from "./certificates.ts";
import type { ProxySetting } from "./proxies.ts";
import { findProgram } from "./requires.ts";

/** How it is reached, and what stands behind it. */
export interface CaddySetting extends Partial<ProxySetting> {
  /** In place of one server: several, of which those count that are ready. */
  readonly ports?: readonly number[];
  /** With the certificate of the tests, with one of its own authority, or in the clear. Default: in the clear. */
  readonly tls?: "given" | "internal";
  /** Lines of the handler besides. */
  readonly lines?: string;
}

const NODES = `
    lb_policy least_conn
    lb_try_duration 5s
    health_uri /ready
    health_interval 200ms`;

/** Caddy, on a free port. */
export class Caddy implements AsyncDisposable {
  readonly #process: BrokerProcess;
  readonly #setting: CaddySetting;

  private constructor(process: BrokerProcess, setting: CaddySetting) {
    this.#process = process;
    this.#setting = setting;
  }

  static async start(setting: CaddySetting): Promise<Caddy> {
    const process = await BrokerProcess.start({
      path: findProgram("caddy") ?? "caddy",
      args: (port, folder) => ["run", "--adapter", "caddyfile", "--config", written(folder, port, setting)],
      // It keeps certificates and its configuration at home.
      env: (folder) => ({ HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }),
      ready: /"serving initial configuration"/,
    });
    return new Caddy(process, setting);
  }

  get port(): number {
    return this.#process.port;
  }

  /** The certificate of its own authority, once it has made it. */
  async root(): Promise<string> {
    return await Deno.readTextFile(`${this.#process.folder}/caddy/pki/authorities/local/root.crt`);
  }

  /** Has it load a configuration with these lines. */
  async reload(lines: string): Promise<void> {
    const { port, folder } = this.#process;
    const path = written(folder, port, { ...this.#setting, lines });
    const args = ["reload", "--adapter", "caddyfile", "--config", path, "--address", admin(folder)];
    const { success, stderr } = await new Deno.Command(findProgram("caddy") ?? "caddy", { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

function admin(folder: string): string {
  return `unix/${folder}/admin`;
}

function written(folder: string, port: number, setting: CaddySetting): string {
  const { tls, hasWebSocket = true, ports = [setting.port], lines = "" } = setting;
  const scheme = tls === undefined ? "http" : "https";
  const certificate = tls === "given"
    ? `\n  tls ${CERT_FILE} ${KEY_FILE}`
    : tls === "internal"
    ? "\n  tls internal"
    : "";
  const blocked = "\n  @websocket header Upgrade websocket\n  respond @websocket 403";
  const nodes = ports.map((node) => `127.0.0.1:${node}`).join(" ");
  const text = `{
  admin ${admin(folder)}
  auto_https disable_redirects
  skip_install_trust
}
${scheme}://127.0.0.1:${port}, ${scheme}://localhost:${port} {
  bind 127.0.0.1${certificate}${hasWebSocket ? "" : blocked}
  reverse_proxy ${nodes} {${ports.length > 1 ? NODES : ""}
    ${lines}
  }
}
`;
  const path = `${folder}/Caddyfile`;
  Deno.writeTextFileSync(path, text);
  return path;
}
