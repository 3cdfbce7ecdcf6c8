/**
 * The brokers that join servers, for tests that must hold with each of them.
 *
 * @module
 */
import type { BrokerProcess } from "./broker_process.ts";
import { startNats } from "./nats_server.ts";
import { startRedis } from "./redis_server.ts";
import { requires } from "./requires.ts";

/** One kind of broker. */
export interface BrokerSetting {
  /** Begins the names of the tests. */
  readonly name: string;
  start(): Promise<BrokerProcess>;
  /** The environment that leads a server to it. */
  env(broker: BrokerProcess): Readonly<Record<string, string>>;
  readonly definition: Partial<Deno.TestDefinition>;
}

/** All of them. */
export const BROKERS: readonly BrokerSetting[] = [
  {
    name: "NATS",
    start: () => startNats(),
    env: ({ port }) => ({ NATS_URL: `nats://127.0.0.1:${port}` }),
    definition: requires("nats-server"),
  },
  {
    name: "Redis",
    start: () => startRedis(),
    env: ({ port }) => ({ REDIS_URL: `redis://127.0.0.1:${port}` }),
    definition: requires("redis-server"),
  },
];
