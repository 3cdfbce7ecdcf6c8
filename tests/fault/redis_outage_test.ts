/** Redis is killed, started again, stopped, and not there. @module */
import { RedisBackplane } from "../../lib/backplane/mod.ts";
import { systemClock } from "../../lib/gateway/clock.ts";
import { startRedis } from "../support/redis_server.ts";
import { requires } from "../support/requires.ts";
import { backplaneOutages } from "./backplane_outages.ts";

backplaneOutages({
  name: "Redis",
  start: () => startRedis(),
  node: ({ port }) => new RedisBackplane({ url: `redis://127.0.0.1:${port}`, clock: systemClock, told() {} }),
  definition: requires("redis-server"),
});
