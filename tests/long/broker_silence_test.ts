/** A broker that is silent for so long that it is taken for gone, and then goes on. @module */
import { assertEquals } from "@std/assert";
import { BROKERS } from "../support/brokers.ts";
import { RestartableServer } from "../support/restartable_server.ts";
import { Room } from "../support/room.ts";

const SOME = 300;
/** Longer than it takes to ask, and to give up: docs/BACKPLANES.md. */
const SILENCE_SECONDS = 18;

for (const { name, start, env, definition } of BROKERS) {
  Deno.test({
    name: `${name}: stopped for ${SILENCE_SECONDS} s under load, it does what it was told before, and all is read once`,
    ...definition,
    // Sockets of the platform close after the test.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using broker = await start();
      const setting = { routes: "tests/fault/rooms", env: env(broker) };
      await using one = await RestartableServer.start(setting);
      await using two = await RestartableServer.start(setting);
      await using room = await Room.open([one.url, two.url]);
      await room.goesOn(SOME);
      await broker.freeze(SILENCE_SECONDS);
      for (const { process } of [one, two]) await process.printed(/the broker is there/);
      await room.goesOn(SOME);
      await room.assertNothingLost();
      assertEquals(room.readers.map(({ awayCount }) => awayCount), room.readers.map(() => 0));
      assertEquals(room.writers.map(({ lost }) => lost.size), [0, 0]);
    },
  });
}
