/** The two scripts, run by a real Redis. @module */
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertLess } from "@std/assert";
import { createClient } from "redis";
import { APPEND_SCRIPT, READ_SCRIPT } from "../../lib/backplane/redis_scripts.ts";
import { startRedis } from "../support/redis_server.ts";
import { requires } from "../support/requires.ts";

const KEYS = ["{t}:log", "{t}:place"];

async function running() {
  const server = await startRedis();
  const client = createClient({ url: `redis://127.0.0.1:${server.port}` });
  await client.connect();
  const run = (script: string, keys: readonly string[], values: readonly unknown[]) =>
    client.sendCommand(["EVAL", script, String(keys.length), ...keys, ...values.map(String)]) as Promise<string[]>;
  return {
    client,
    /** Appends texts, each under itself as its id. */
    append: (texts: readonly string[], { limit = 5, ttlMs = 60_000, epoch = "e1" } = {}) =>
      run(APPEND_SCRIPT, [...KEYS, ...texts.map((text) => `{t}:id:${text}`)], [
        ...[limit, ttlMs, epoch, 99_000],
        ...["live", 50_000, ...texts],
      ]),
    read: (since: readonly [epoch: string, offset: number] = ["", -1], last = 0, { limit = 5, ttlMs = 60_000 } = {}) =>
      run(READ_SCRIPT, KEYS, [limit, ttlMs, "e2", 99_000, ...since, last]),
    async [Symbol.asyncDispose]() {
      client.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

function define(name: string, run: (redis: Awaited<ReturnType<typeof running>>) => Promise<void>): void {
  Deno.test({
    name,
    ...requires("redis-server"),
    async fn() {
      await using redis = await running();
      await run(redis);
    },
  });
}

define("offsets count from 1; the same id is stored once, and told once", async ({ client, append, read }) => {
  const heard: string[] = [];
  const listener = client.duplicate();
  await listener.connect();
  await listener.subscribe("live", (message) => void heard.push(message));
  assertEquals(await append(["x", "y"]), ["1", "2"]);
  assertEquals(await append(["y", "z"]), ["2", "3"]);
  assertEquals(await read(["", -1], 9), ["e1", "3", "0", "1", "x", "2", "y", "3", "z"]);
  await listener.ping();
  assertEquals(heard, ["e1:1:x", "e1:2:y", "e1:3:z"]);
  listener.destroy();
});

define("the log keeps so many; positions before it are not recovered", async ({ client, append, read }) => {
  await append(["1", "2", "3", "4", "5", "6", "7"]);
  assertEquals(await client.xLen(KEYS[0]!), 5);
  assertEquals(await read(["e1", 1]), ["e1", "7", "0"]);
  assertEquals(await read(["e1", 2]), ["e1", "7", "1", "3", "3", "4", "4", "5", "5", "6", "6", "7", "7"]);
  assertEquals(await read(["e1", 7]), ["e1", "7", "1"]);
  assertEquals(await read(["e1", 8]), ["e1", "7", "0"]);
  assertEquals(await read(["e1", 0], 2), ["e1", "7", "0", "6", "6", "7", "7"]);
});

define("what is too old goes with the next that is done, however much it is", async ({ client, append, read }) => {
  const many = Array.from({ length: 100 }, (_, at) => `${at + 1}`);
  await append(many, { limit: 1_000 });
  // A ttl below 0: what was stored this millisecond is too old too.
  assertEquals(await read(["e1", 99], 9, { ttlMs: -1, limit: 1_000 }), ["e1", "100", "0"]);
  assertEquals(await client.xLen(KEYS[0]!), 0);
  assertEquals(await read(["e1", 100], 9, { limit: 1_000 }), ["e1", "100", "1"]);
  assertEquals(await append(["next"]), ["101"]);
  assertEquals(await read(["e1", 100]), ["e1", "101", "1", "101", "next"]);
});

define("without its place a topic begins anew, and what is left of the log counts no more", async (redis) => {
  const { client, append, read } = redis;
  await append(["x"]);
  await client.del(KEYS[1]!);
  assertEquals(await read(["e1", 0], 9), ["e2", "0", "0"]);
  // The id is known, but of another epoch.
  assertEquals(await append(["x"], { epoch: "e3" }), ["1"]);
  assertEquals(await read(["e2", 0]), ["e2", "1", "1", "1", "x"]);
});

define("without its log a topic says that something is gone", async ({ client, append, read }) => {
  await append(["x", "y"]);
  await client.del(KEYS[0]!);
  assertEquals(await read(["e1", 1], 9), ["e1", "2", "0"]);
  assertEquals(await read(["e1", 2], 9), ["e1", "2", "1"]);
});

define("everything that is kept goes by itself when nobody comes", async ({ client, append }) => {
  await append(["x"]);
  for (const [key, longest] of [[KEYS[0]!, 60_000], [KEYS[1]!, 99_000], ["{t}:id:x", 50_000]] as const) {
    const left = await client.pTTL(key);
    assert(left > longest - 10_000, `${key} ${left}`);
    assertLess(left, longest + 1);
  }
});

define("offsets stay exact beyond what Lua writes as it is", async ({ client, append, read }) => {
  const start = 2 ** 50;
  await client.hSet(KEYS[1]!, { epoch: "e1", offset: `${start}` });
  assertEquals(await append(["x", "y"]), [`${start + 1}`, `${start + 2}`]);
  assertEquals(await read(["e1", start + 1]), ["e1", `${start + 2}`, "1", `${start + 2}`, "y"]);
});

define("publications may hold any byte", async ({ client }) => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const values = ["5", "60000", "e1", "99000", "live", "50000", bytes];
  await client.sendCommand(["EVAL", APPEND_SCRIPT, "3", ...KEYS, "{t}:id:x", ...values]);
  const entries = await client.withTypeMapping({ [36]: Buffer }).xRange(KEYS[0]!, "-", "+");
  assertEquals(Buffer.from(entries?.[0]?.message["e"] as unknown as Buffer).equals(bytes), true);
});
