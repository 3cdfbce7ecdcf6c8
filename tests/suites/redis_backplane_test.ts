/** The backplane over a real Redis server. @module */
import { createClient } from "redis";
import { RedisBackplane } from "../../lib/backplane/mod.ts";
import { systemClock } from "../../lib/gateway/clock.ts";
import { startRedis } from "../support/redis_server.ts";
import { requires } from "../support/requires.ts";
import { backplaneSuite } from "./backplane_suite.ts";

backplaneSuite({
  name: "RedisBackplane",
  definition: requires("redis-server"),
  async meet() {
    const server = await startRedis();
    const url = `redis://127.0.0.1:${server.port}`;
    return {
      node: () => new RedisBackplane({ url, clock: systemClock, told() {} }),
      forget: () => flushAll(url),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
});

/** As an operator would. */
async function flushAll(url: string): Promise<void> {
  const client = createClient({ url });
  await client.connect();
  await client.flushAll();
  await client.close();
}
