/**
 * A real Redis server for a test.
 *
 * @module
 */
import { BrokerProcess } from "./broker_process.ts";
import { findProgram } from "./requires.ts";

/** What may differ. */
export interface RedisSetting {
  readonly password?: string;
}

/** Starts `redis-server` on a free port; what it has acknowledged is on the disk. */
export function startRedis({ password }: RedisSetting = {}): Promise<BrokerProcess> {
  return BrokerProcess.start({
    path: findProgram("redis-server") ?? "redis-server",
    args: (port, folder) => [
      ...["--bind", "127.0.0.1", "--port", String(port), "--dir", folder, "--save", ""],
      ...["--appendonly", "yes", "--appendfsync", "always"],
      ...(password === undefined ? [] : ["--requirepass", password]),
    ],
    ready: /Ready to accept connections/,
  });
}
