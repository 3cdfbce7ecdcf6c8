/** All that lets code be replaced, put together; with processes, it is in `tests/fault/deploy_test.ts`. @module */
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { AdminListenError, DataDirError, DeploymentStore, DeployService } from "../../lib/deploy/mod.ts";
import { Gateway, type GatewayOptions, resolveOptions, systemClock } from "../../lib/gateway/mod.ts";
import { RouteTable } from "../../lib/route/table.ts";
import { inlineRuntimesOf } from "./support/inline_runtimes.ts";

const TOKEN = "0123456789abcdef";

/** A service without routes; what it logged. */
async function begin(
  config: Partial<GatewayOptions>,
  { token, publish, metrics, isStored = true }: {
    token?: string;
    publish?: string;
    metrics?: string;
    isStored?: boolean;
  } = {},
) {
  const lines: string[] = [];
  const line = (message: string) => void lines.push(message);
  const log = { info: line, warn: line, error: line };
  const options = resolveOptions({ config: { admin: "127.0.0.1:0", ...config } });
  const service = await DeployService.begin({
    options,
    tokens: { deploy: token, publish, metrics },
    isStored,
    folder: () => Promise.resolve({ name: "local", make: () => Promise.resolve([]) }),
    folderName: "local",
    runtimesOf: inlineRuntimesOf(log),
    exposition: (metrics) => ({ text: metrics.map(({ name }) => `${name}\n`).join(""), type: "text/plain" }),
    version: "1.2.3",
    log,
  });
  return { service, lines, gateway: new Gateway({ options, table: RouteTable.of(service.runtimes) }) };
}

/** The port in the log. */
function portOf(lines: readonly string[]): number {
  return Number(/port (\d+)/.exec(lines.join("\n"))?.[1]);
}

Deno.test("DeployService without a token has deployments, and no admin listener", async () => {
  const { service, lines, gateway } = await begin({});
  const deployments = await service.serve(gateway, () => {});
  assertEquals([deployments.list().map(({ name }) => name), lines], [["local"], []]);
  await service.close();
});

Deno.test("DeployService with a token listens, passes orders on, and ends", async () => {
  const { service, lines, gateway } = await begin({}, { token: TOKEN });
  let drains = 0;
  await service.serve(gateway, () => drains++);
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const url = `http://127.0.0.1:${portOf(lines)}`;
  const ask = (method: string, path: string) =>
    fetch(url + path, { method, client, headers: { authorization: `Bearer ${TOKEN}` } }).then((answer) =>
      answer.json()
    );
  assertEquals((await ask("GET", "/deployments")).deployments[0].name, "local");
  assertEquals([await ask("POST", "/drain"), drains], [{ draining: true }, 1]);
  await service.close();
  assertEquals(await ask("GET", "/deployments").catch(() => "gone"), "gone");
});

Deno.test("DeployService publishes for whoever has the other token, which is good for nothing else", async () => {
  const { service, lines, gateway } = await begin({}, { publish: TOKEN });
  await service.serve(gateway, () => {});
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const ask = async (method: string, path: string): Promise<[number, string]> => {
    const url = `http://127.0.0.1:${portOf(lines)}${path}`;
    const answer = await fetch(url, { method, client, headers: { authorization: `Bearer ${TOKEN}` } });
    return [answer.status, await answer.text()];
  };
  assertEquals(await ask("POST", "/publish?topic=a"), [200, '{"published":1}']);
  assertEquals((await ask("GET", `/connections/${gateway.hub.node}-1`))[0], 404);
  const [status, answer] = await ask("GET", "/deployments");
  assertEquals(status, 403);
  assertStringIncludes(answer, "SOCKEYE_DEPLOY_TOKEN");
  await service.close();
});

Deno.test("DeployService has the folder of its store to itself, until it is closed or spared", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "sockeye-service-" });
  const { service } = await begin({ dataDir });
  await assertRejects(() => begin({ dataDir }), DataDirError, "another server has");
  // In development nothing is stored, and nobody is in the way.
  await (await begin({ dataDir }, { isStored: false })).service.close();
  const failing = () => {
    throw new Error("in use");
  };
  await assertRejects(() => service.sparing(failing), Error, "in use");
  const again = await begin({ dataDir });
  assertEquals(await again.service.sparing(() => 1), 1);
  await again.service.close();
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("DeployService whose admin address is in use says so", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { service, gateway } = await begin({ admin: `127.0.0.1:${taken.addr.port}` }, { token: TOKEN });
  await assertRejects(() => service.serve(gateway, () => {}), AdminListenError, "choose another address");
  await service.close();
});

Deno.test("DeployService goes away in good order also where that cannot be stored, and says so", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "sockeye-service-" });
  const store = await DeploymentStore.open(dataDir, systemClock);
  await store.begin("0123456789ab");
  const { deployments } = await store.load();
  assertEquals(deployments, []);
  const trial = await Deno.readTextFile(`${dataDir}/deployments.json`);
  await store.close();
  await Deno.writeTextFile(`${dataDir}/deployments.json`, trial);
  const { service, lines } = await begin({ dataDir });
  await Deno.remove(dataDir, { recursive: true });
  await service.leave();
  await service.close();
  assertEquals(lines.length > 0 && lines.every((line) => line.startsWith("that the server was asked to end")), true);
});

Deno.test("DeployService has the gateway answer with the metrics, where it is to, and warns where all may read them", async () => {
  for (
    const [config, metrics, warning] of [
      [{ publicMetrics: true }, undefined, /^\/metrics is open to whoever can connect to 0\.0\.0\.0/],
      [{ publicMetrics: true }, TOKEN, /^the admin listener/],
      [{ publicMetrics: true, hostname: "127.0.0.1" }, undefined, /^$/],
    ] as const
  ) {
    const { service, lines, gateway } = await begin(config, metrics === undefined ? {} : { metrics });
    await service.serve(gateway, () => {});
    assertMatch(lines.join(), warning);
    const response = await gateway.publicMetrics!.answer();
    assertEquals([response.status, response.headers.get("content-type")], [200, "text/plain"]);
    assertMatch(await response.text(), /^sockeye_peers\n(?:.*\n)*process_cpu_seconds_total\n/);
    await service.close();
    gateway.close();
  }
  const { service, gateway } = await begin({});
  await service.serve(gateway, () => {});
  assertEquals(gateway.publicMetrics, undefined);
  await service.close();
});
