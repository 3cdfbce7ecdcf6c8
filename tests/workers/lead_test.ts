import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { AdminListenError, type AdminTokens } from "../../lib/deploy/mod.ts";
import { GATEWAY_DEFAULTS } from "../../lib/gateway/mod.ts";
import type { Log } from "../../lib/observe/mod.ts";
import { RingHistory } from "../../lib/pubsub/mod.ts";
import { Lead } from "../../lib/workers/lead.ts";
import type { Seat } from "../../lib/workers/seat.ts";
import { FakeWorker } from "./support/fake_workers.ts";

const TOKEN = "a-token-for-the-tests-alone";

interface Setting {
  readonly tokens: AdminTokens;
  readonly admin: string;
}

/** A server whose two workers are none. */
async function led({ tokens = { deploy: TOKEN }, admin = "127.0.0.1:0" }: Partial<Setting> = {}) {
  const lines: string[] = [];
  const line = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const log: Log = { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
  const workers: FakeWorker[] = [];
  const seats: Seat[] = [];
  const reloads: string[] = [];
  const lead = await Lead.begin({
    options: { ...GATEWAY_DEFAULTS, admin },
    count: 2,
    tokens,
    histories: new RingHistory({ maxBytes: 1000, now: () => 0, epoch: "e" }),
    log,
    version: "1.2.3",
    start(number) {
      const worker = new FakeWorker(number, number);
      workers.push(worker);
      const reload = (version: string) =>
        Promise.resolve({ moved: reloads.push(`${number} ${version}`), dismissed: 0, lost: 0 });
      void worker.serve({ reload, back: () => Promise.resolve() }).then((seat) => seats.push(seat), () => {});
      return worker.started;
    },
  });
  return { lead, lines, workers, seats, reloads };
}

Deno.test("Lead tells each worker its number, and nothing that is the parent's", async () => {
  const { lead, seats, lines } = await led();
  assertEquals(seats.map(({ boot }) => [boot.number, boot.options.workers, boot.options.dataDir]), [[1, 1, ""], [
    2,
    1,
    "",
  ]]);
  assertEquals(seats.map(({ boot }) => boot.options.port), [GATEWAY_DEFAULTS.port, lead.ready.port]);
  assertEquals(lines, ["info 2 workers: 1 is process 1, 2 is process 2"]);
  await lead.drain();
});

Deno.test("Lead answers admin requests where there is a token, and closes when all workers have gone", async () => {
  const { lead, lines, workers } = await led();
  let drains = 0;
  lead.listen(() => drains++);
  const [, port] = /port (\d+)/.exec(lines.at(-1)!)!;
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const ask = async (path: string, method: string) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { client, method, headers });
    return [response.status, await response.text()] as const;
  };
  const [status] = await ask("/drain", "POST");
  assertEquals([status, drains], [202, 1]);
  // These workers have no answers of their own.
  const [unanswered, words] = await ask("/deployments", "GET");
  assertEquals(unanswered, 503);
  assertStringIncludes(words, "worker 1: it takes no admin requests");
  await lead.drain();
  for (const { started } of workers) assertEquals(await started.ended, "it exited with 0");
  const silent = await led({ tokens: {} });
  silent.lead.listen(() => {});
  assert(!silent.lines.join().includes("admin listener"));
  await silent.lead.drain();
});

Deno.test("Lead.reload has all workers take over what is in the routes folder, under one version", async () => {
  const { lead, lines, reloads } = await led();
  const { reload } = lead;
  await reload.run("SIGUSR2", {});
  await reload.run("SIGUSR2", {});
  assertEquals(reloads, ["1 2", "2 2", "1 3", "2 3"]);
  assertStringIncludes(lines.at(-1)!, "SIGUSR2: new code in");
  await lead.drain();
});

Deno.test("Lead: what is wrong with the admin address is told, and no worker is left", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { lead, workers } = await led({ admin: `127.0.0.1:${listener.addr.port}` });
  await assertRejects(async () => await lead.listen(() => {}), AdminListenError, "is in use");
  for (const { started } of workers) assertEquals(await started.ended, "it was ended by SIGKILL");
});
