/**
 * A real Prometheus that reads a real server, as `deploy/prometheus` has it.
 *
 * @module
 */
import { pathOfUrl } from "../../lib/runtime/file_url.ts";
import { BrokerProcess } from "./broker_process.ts";
import { findProgram } from "./requires.ts";

/** Where `deploy/` is, with a slash at its end. */
const DEPLOY = pathOfUrl(new URL("../../deploy/", import.meta.url));

/** One row of an answer. */
interface Series {
  readonly metric: Readonly<Record<string, string>>;
}

/** It asks once a second. Disposing of it ends it. */
export class Prometheus implements AsyncDisposable {
  readonly #process: BrokerProcess;

  private constructor(process: BrokerProcess) {
    this.#process = process;
  }

  /**
   * Starts it.
   *
   * @param targets `127.0.0.1:12345` each, in place of the nodes of `deploy/prometheus/scrape.yaml`.
   * @param token that it shows there.
   */
  static async start(targets: readonly string[], token: string): Promise<Prometheus> {
    const deployed = await Deno.readTextFile(`${DEPLOY}prometheus/scrape.yaml`);
    const process = await BrokerProcess.start({
      path: findProgram("prometheus") ?? "prometheus",
      args(port, folder) {
        Deno.writeTextFileSync(`${folder}/token`, token);
        const text = deployed
          .replace("scrape_interval: 15s", "scrape_interval: 1s\n  evaluation_interval: 1s")
          .replace("[alerts.yaml]", JSON.stringify([`${DEPLOY}prometheus/alerts.yaml`]))
          .replace("credentials_file: sockeye-metrics-token", `credentials_file: ${folder}/token`)
          .replace('["node1:4001", "node2:4001", "node3:4001"]', JSON.stringify(targets))
          .replace('["haproxy:8404"]', "[]");
        Deno.writeTextFileSync(`${folder}/prometheus.yaml`, text);
        return [
          `--config.file=${folder}/prometheus.yaml`,
          `--storage.tsdb.path=${folder}/store`,
          `--web.listen-address=127.0.0.1:${port}`,
        ];
      },
      ready: /Server is ready to receive web requests/,
    });
    return new Prometheus(process);
  }

  /** What an expression gives now. @throws {Error} where it is none. */
  async query(expression: string): Promise<readonly Series[]> {
    const { result } = await this.#get<{ readonly result: readonly Series[] }>("query", { query: expression });
    return result;
  }

  /** The names of all metrics that it has read. */
  async names(): Promise<readonly string[]> {
    return await this.#get<readonly string[]>("label/__name__/values", {});
  }

  /** The alerts that have begun, by name. */
  async alerts(): Promise<readonly string[]> {
    const { alerts } = await this.#get<{ readonly alerts: readonly { labels: Record<string, string> }[] }>(
      "alerts",
      {},
    );
    return alerts.map(({ labels }) => labels["alertname"] ?? "");
  }

  /** `name: health` of each rule. */
  async rules(): Promise<readonly string[]> {
    type Group = { readonly rules: readonly { readonly name: string; readonly health: string }[] };
    const { groups } = await this.#get<{ readonly groups: readonly Group[] }>("rules", {});
    return groups.flatMap(({ rules }) => rules.map(({ name, health }) => `${name}: ${health}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }

  async #get<Answer>(path: string, parameters: Record<string, string>): Promise<Answer> {
    const url = `http://127.0.0.1:${this.#process.port}/api/v1/${path}?${new URLSearchParams(parameters)}`;
    const { data, error } = await (await fetch(url)).json();
    if (error !== undefined) throw new Error(`${error}: ${Object.values(parameters)}`);
    return data;
  }
}
