/** Clients that poll, where several processes share the port: whoever is asked finds the session. @module */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodeClientFrame } from "../../lib/testing/mod.ts";
import { BROKERS } from "../support/brokers.ts";
import { type DeployServer, Workshop } from "../support/deploy_server.ts";
import { ended } from "../support/other_process.ts";
import { asking, PollClient } from "../support/poll_client.ts";
import { serveWorkers, TALKING_ROUTE, workersOf } from "../support/workers_server.ts";

const ignore = Deno.build.os !== "linux";

/** Each request on a connection of its own, so that it may come to either process. */
function begin({ process: { port } }: DeployServer): Promise<PollClient> {
  const ask = asking((path, init) => {
    const headers = new Headers(init.headers);
    headers.set("connection", "close");
    return fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
  });
  return PollClient.begin(ask, "/");
}

/** The texts that come, one after the other: all are short. */
async function* textsOf(client: PollClient): AsyncGenerator<string, undefined> {
  for (let bytes = await client.receive(); bytes !== null; bytes = await client.receive()) {
    for (let at = 0; at < bytes.length; at += 2 + bytes[at + 1]!) {
      yield new TextDecoder().decode(bytes.subarray(at + 2, at + 2 + bytes[at + 1]!));
    }
  }
}

const text = (payload: string): Uint8Array => encodeClientFrame({ opcode: 1, payload });

Deno.test({
  name: "a client that polls is served by its process, whichever is asked; with that process its session is over",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serveWorkers(here, await here.routes("one", { "index.ts": TALKING_ROUTE }));
    const pids = await workersOf(server);
    const client = await begin(server);
    const texts = textsOf(client);
    const [, pid] = /^process (\d+)$/.exec((await texts.next()).value ?? "") ?? [];
    // 60 requests to send and about as many to receive: that all came to one process has a chance of 2 to the minus 120.
    for (let number = 0; number < 60; number++) {
      await client.send(text(`echo ${number}`));
      assertEquals((await texts.next()).value, `echo ${number}`);
    }
    await Promise.all([ended(Number(pid)), Deno.kill(Number(pid), "SIGKILL")]);
    assertEquals(await texts.next(), { value: undefined, done: true });
    const next = await begin(server);
    assertMatch((await textsOf(next).next()).value ?? "", /^process \d+$/);
    assertEquals(pids.length, 2);
    await Promise.all([client.close(), next.close()]);
  },
});

/** How long the server takes to say that a session is over: where nobody answers, it is asked again. */
async function msUntilGone(client: PollClient): Promise<number> {
  const since = performance.now();
  for (;;) {
    const response = await client.request("GET").catch(() => undefined);
    await response?.body?.cancel();
    if (response?.status === 410) return performance.now() - since;
  }
}

/** Far below the time after which a silent node counts as gone, which is put up to show that nobody waits for it. */
const SOON_MS = 5_000;
const SILENCE = { SOCKEYE_PRESENCE_TTL_MS: "60000" };

for (const broker of [undefined, ...BROKERS]) {
  Deno.test({
    name: `killed, a worker takes its sessions along, and whoever asks for one is told so at once: ${
      broker?.name ?? "without a broker"
    }`,
    ...broker?.definition,
    ignore: ignore || broker?.definition.ignore === true,
    async fn() {
      await using here = await Workshop.open();
      await using joining = await broker?.start();
      const env = { ...SILENCE, ...joining && broker?.env(joining) };
      const server = await serveWorkers(here, await here.routes("one", { "index.ts": TALKING_ROUTE }), { env });
      const clients = await Promise.all(Array.from({ length: 8 }, () => begin(server)));
      const texts = await Promise.all(clients.map((client) => textsOf(client).next()));
      const pids = texts.map(({ value }) => Number(value?.replace("process ", "")));
      const [pid = 0] = pids;
      const lost = clients.filter((_, at) => pids[at] === pid);
      // Some of these requests are held by the worker itself, some by the other one, which has passed them on.
      const waiting = lost.map((client) => client.request("GET").catch(() => undefined));
      await Promise.all([ended(pid), Deno.kill(pid, "SIGKILL")]);
      const times = await Promise.all(lost.map(msUntilGone));
      assert(Math.max(...times) < SOON_MS, `${times.map(Math.round)} ms`);
      for (const answer of waiting) await (await answer)?.body?.cancel();
      await Promise.all(clients.map((client) => client.close()));
    },
  });
}
