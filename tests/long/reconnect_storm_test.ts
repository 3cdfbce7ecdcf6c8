/**
 * Five thousand clients are dropped at once, and come back: spread in time, with nothing missed, and the server answers
 * others meanwhile.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { SockeyeSocket, type Subscription } from "../../lib/client/mod.ts";
import { Bystander, type EchoTimes, percentile } from "../support/bystander.ts";
import { startServer } from "../support/server_process.ts";
import { until } from "../support/until.ts";

const CLIENTS = 5_000;
/** So many connect at a time at first; the storm is for later. */
const BATCH = 250;
const PUBLICATIONS = 20;
/** So long all of them may take before the test gives up. */
const DEADLINE_MS = 60_000;

/** One client, and what it got. */
interface Client {
  readonly socket: SockeyeSocket;
  readonly subscription: Subscription;
  readonly got: string[];
  /** When it was subscribed again, and whether it had missed nothing. */
  back: { readonly at: number; readonly recovered: boolean } | undefined;
}

Deno.test({
  name: `${CLIENTS} clients that are dropped at once come back spread in time, and all go on where they were`,
  // Sockets of the platform close after the test.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using server = await startServer({ routes: "tests/long/routes", maxOpenFiles: 20_000 });
    const clients = await connectAll(`${server.url.replace("http", "ws")}/storm`);
    using bystander = await Bystander.at(`${server.url.replace("http", "ws")}/echo`);
    const publish = (text: string) => server.fetch("/storm", { method: "POST", body: text });
    for (let at = 0; at < PUBLICATIONS; at++) await publish(`before ${at}`);
    await until(
      () => clients.every(({ got }) => got.length === PUBLICATIONS),
      "all have what was published before",
      DEADLINE_MS,
    );

    const quiet = await bystander.take();

    const away = Promise.all(clients.map(({ socket }) => once(socket, "away")));
    const back = Promise.all(clients.map((client) => subscribedAgain(client)));
    const droppedAt = performance.now();
    await server.fetch("/storm", { method: "POST" });
    await away;
    for (let at = 0; at < PUBLICATIONS; at++) await publish(`during ${at}`);
    await back;
    const stormy = await bystander.take();
    for (let at = 0; at < PUBLICATIONS; at++) await publish(`after ${at}`);
    await until(() => clients.every(({ got }) => got.length >= 3 * PUBLICATIONS), "all have everything", DEADLINE_MS);

    const expected = ["before", "during", "after"].flatMap((when) =>
      Array.from({ length: PUBLICATIONS }, (_, at) => `${when} ${at}`)
    );
    for (const { got, back } of clients) {
      assertEquals(got, expected);
      assert(back?.recovered);
    }
    const backAfter = clients.map(({ back }) => back!.at - droppedAt).sort((a, b) => a - b);
    const [p10, p90, last] = [0.1, 0.9, 1].map((share) => percentile(backAfter, share)) as [number, number, number];
    const told = (times: EchoTimes): string =>
      `p50 ${percentile(times, 0.5).toFixed(1)}, p99 ${percentile(times, 0.99).toFixed(1)} ms`;
    console.log(
      `back after ${p10.toFixed(0)} to ${p90.toFixed(0)} ms (10th to 90th percentile), the last after ${
        last.toFixed(0)
      }; ` +
        `a bystander's echo before: ${told(quiet)}; in the storm: ${told(stormy)} (${stormy.length} echoes)`,
    );
    // Evenly over the first wait of half a second, at the least: 80 % of them take 400 ms of it.
    assertLess(200, p90 - p10);
    assert(stormy.length > 0);
    await Promise.all(clients.map(({ socket }) => {
      const closed = once(socket, "close");
      socket.close();
      return closed;
    }));
  },
});

async function connectAll(url: string): Promise<readonly Client[]> {
  const clients: Client[] = [];
  while (clients.length < CLIENTS) {
    const batch = Array.from({ length: BATCH }, () => connect(url));
    await Promise.all(batch.map(({ subscription }) => once(subscription, "subscribed")));
    clients.push(...batch);
  }
  return clients;
}

function connect(url: string): Client {
  const socket = new SockeyeSocket(url);
  const got: string[] = [];
  const subscription = socket.subscribe("storm", { onMessage: ({ data }) => void got.push(data) });
  return { socket, subscription, got, back: undefined };
}

async function subscribedAgain(client: Client): Promise<void> {
  const { recovered } = await once(client.subscription, "subscribed") as unknown as { readonly recovered: boolean };
  client.back = { at: performance.now(), recovered };
}

function once(target: EventTarget, type: string): Promise<Event> {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}
