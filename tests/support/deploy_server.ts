/**
 * A server that takes deployments, and the commands for it, all as processes.
 *
 * @module
 */
import { RawClient } from "./raw_client.ts";
import { PROJECT, type ServerProcess, type ServerSetting, startServer } from "./server_process.ts";

/** The token of these servers. */
export const TOKEN = "a-token-for-the-tests-alone";

/** Folders of one test, gone after it. */
export class Workshop implements AsyncDisposable {
  readonly #path: string;
  readonly #servers: ServerProcess[] = [];
  readonly #clients: RawClient[] = [];

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(): Promise<Workshop> {
    return new Workshop(await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-deploy-" })));
  }

  path(name: string): string {
    return `${this.#path}/${name}`;
  }

  /** Writes a routes folder, and returns its path. */
  async routes(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const folder = this.path(name);
    await Deno.mkdir(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${file}`, text);
    return folder;
  }

  /** Starts a server with the flags of the start task, unless another is named. */
  async serve(
    routes: string,
    setting: Pick<ServerSetting, "args" | "env" | "denoFlags" | "folder" | "task"> = {},
  ): Promise<DeployServer> {
    const { args = [], env = {}, denoFlags = [], task, ...others } = setting;
    const server = await startServer({
      ...others,
      ...(task === undefined ? {} : { task }),
      args: ["--routes", routes, "--admin", "127.0.0.1:0", ...args],
      env: { SOCKEYE_DEPLOY_TOKEN: TOKEN, ...env },
      // Another task may read everything: a list would take that back.
      denoFlags: [...task === undefined ? [`--allow-read=.,${this.#path}`] : [], ...denoFlags],
    });
    this.#servers.push(server);
    const [, port] = await server.printed(/the admin listener is on port (\d+)/);
    const connect = async (path = "/") => {
      const client = await RawClient.connect({ port: server.port, path });
      this.#clients.push(client);
      return client;
    };
    return { process: server, admin: `http://127.0.0.1:${port}`, adminPort: Number(port), connect };
  }

  /** The flags that let a server store deployments in a folder of this test. */
  store(name: string): { readonly args: readonly string[]; readonly denoFlags: readonly string[] } {
    const folder = this.path(name);
    return { args: ["--data-dir", folder], denoFlags: [`--allow-write=${folder}`] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
    await Deno.remove(this.#path, { recursive: true });
  }
}

/** One server. */
export interface DeployServer {
  readonly process: ServerProcess;
  /** URL of its admin listener. */
  readonly admin: string;
  readonly adminPort: number;
  connect(path?: string): Promise<RawClient>;
}

/** Runs `deno task NAME` with these arguments. */
export async function command(
  name: "deploy" | "promote" | "rollback" | "deployments",
  args: readonly string[],
  token: string = TOKEN,
): Promise<{ readonly code: number; readonly output: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", name, ...args],
    cwd: PROJECT,
    env: { NO_COLOR: "1", SOCKEYE_DEPLOY_TOKEN: token },
    stdin: "null",
  }).output();
  return { code, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** A request to an admin listener, on a connection of its own. */
export async function admin(
  { admin: url }: DeployServer,
  method: string,
  path: string,
  body?: FormData | object | string,
  headers: Readonly<Record<string, string>> = {},
) {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const isOrder = typeof body === "object" && !(body instanceof FormData);
  const response = await fetch(url + path, {
    client,
    method,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(isOrder ? { "content-type": "application/json" } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isOrder ? JSON.stringify(body) : body as FormData | string }),
  });
  const { status, headers: answered } = response;
  const isJson = answered.get("content-type") === "application/json";
  return { status, headers: answered, answer: isJson ? await response.json() : await response.text() };
}

/** `name state` of what a server has. */
export async function states(server: DeployServer): Promise<readonly string[]> {
  const { answer } = await admin(server, "GET", "/deployments");
  return answer.deployments.map(({ name, state }: Record<string, string>) => `${name} ${state}`);
}

/** A route that counts what each peer says, across swaps. */
export function counterRoute(word: string, extra = ""): string {
  return `
import { defineRoute } from "sockeye";
const counts = new Map<string, number>();
export const get = () => new Response("<!doctype html><title>${word}</title>", { headers: { "content-type": "text/html" } });
export default defineRoute("/", {
  message(peer) {
    counts.set(peer.id, (counts.get(peer.id) ?? 0) + 1);
    peer.send("${word} " + counts.get(peer.id));
  },
  suspend: (peer) => counts.get(peer.id),
  resume: (peer, state) => void counts.set(peer.id, (state as number | undefined) ?? 0),
  ${extra}
});
`;
}
