/**
 * Two servers, joined by a broker, and clients of both in one room: whatever is killed, nothing that was acknowledged is
 * lost. Written once: run with each broker by its own test.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { HELD_LIMITS } from "../../lib/backplane/held_appends.ts";
import { SockeyeError } from "../../lib/client/mod.ts";
import type { BrokerProcess } from "../support/broker_process.ts";
import type { BrokerSetting } from "../support/brokers.ts";
import { freeze } from "../support/other_process.ts";
import { RestartableServer } from "../support/restartable_server.ts";
import { Room, type RoomReader, type RoomWriter } from "../support/room.ts";
import { until } from "../support/until.ts";

/** What a test is given. */
interface Outage {
  readonly broker: BrokerProcess;
  readonly servers: readonly [RestartableServer, RestartableServer];
  readonly room: Room;
}

/** So much is read before something breaks, and after it is mended. */
const SOME = 300;

const AWAY = /the broker cannot be reached/;
const BACK = /the broker is there/;

/** Defines the tests with one kind of broker. */
export function roomsOutages(setting: BrokerSetting): void {
  const define = (name: string, run: (outage: Outage) => Promise<void>) =>
    Deno.test({
      name: `${setting.name}: ${name}`,
      ...setting.definition,
      // Sockets of the platform close after the test.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        await using broker = await setting.start();
        const start = () => RestartableServer.start({ routes: "tests/fault/rooms", env: setting.env(broker) });
        await using one = await start();
        await using two = await start();
        await using room = await Room.open([one.url, two.url]);
        await room.goesOn(SOME);
        await run({ broker, servers: [one, two], room });
        await room.assertNothingLost();
      },
    });

  brokerAway(define);
  serverAway(define);
}

type Define = (name: string, run: (outage: Outage) => Promise<void>) => void;

function brokerAway(define: Define): void {
  define("the broker killed twice under load, nothing acknowledged is lost, and no client notices", async (outage) => {
    const { broker, servers, room } = outage;
    for (const _ of [1, 2]) {
      const from = servers.map(({ process }) => process.output().length);
      await broker.kill();
      await allPrinted(servers, AWAY, from);
      await broker.restart();
      await allPrinted(servers, BACK, from);
      await room.goesOn(SOME);
    }
    assertUndisturbed(room.readers, room.writers);
  });

  define("the broker stopped for 3 s under load, nothing is lost, and no client notices", async ({ broker, room }) => {
    await broker.freeze(3);
    await room.goesOn(SOME);
    assertUndisturbed(room.readers, room.writers);
  });

  define(
    "more than is held for a broker that is away is refused; what was held is read, the rest is not",
    async (outage) => {
      const { broker, servers, room } = outage;
      await room.stop();
      await broker.kill();
      await allPrinted(servers, AWAY);
      const [{ socket }] = room.writers as [RoomWriter];
      const said = socket.request(`many ${HELD_LIMITS.maxCount + 50}`, { timeoutMs: 25_000 });
      // There is no room for one more: its handler fails, which ends the connection.
      const { code } = await assertRejects(() => room.visitor(servers[0].url).request("one more"), SockeyeError);
      assertEquals(code, "lost");
      await broker.restart();
      const refused: readonly number[] = JSON.parse(await said as string);
      assertEquals(refused, Array.from({ length: 50 }, (_, at) => HELD_LIMITS.maxCount + at));
      const held = Array.from({ length: HELD_LIMITS.maxCount }, (_, number) => `many:${number}`);
      await until(() => room.readers.every(({ got }) => got.at(-1) === held.at(-1)), "all that was held is read");
      for (const { got } of room.readers) assertEquals(got.slice(-held.length).join(), held.join());
      assertUndisturbed(room.readers, room.writers);
    },
  );
}

function serverAway(define: Define): void {
  define("a server killed under load, its clients go on where they were, the others notice nothing", async (outage) => {
    const { servers: [one, two], room } = outage;
    const [others, ours] = [room.readersAt(one.url), room.readersAt(two.url)];
    await two.end("SIGKILL");
    await room.goesOn(SOME, others);
    await two.restart();
    await room.goesOn(SOME);
    assertEquals(ours.map(({ recoveries }) => recoveries), ours.map(() => [true]));
    assertUndisturbed(others, room.writers.slice(0, 1));
  });

  define("a server killed while the broker is away, nothing that it had acknowledged is lost", async (outage) => {
    const { broker, servers: [one, two], room } = outage;
    await broker.kill();
    await allPrinted([one, two], AWAY);
    await two.end("SIGKILL");
    await two.restart();
    // They have asked for what they missed, and are told to ask again.
    await until(() => room.readers.every(({ socket }) => socket.readyState === socket.OPEN), "all are connected");
    await broker.restart();
    await room.goesOn(SOME);
    const [others, ours] = [room.readersAt(one.url), room.readersAt(two.url)];
    assertEquals(ours.map(({ recoveries }) => recoveries), ours.map(() => [true]));
    assertUndisturbed(others, room.writers.slice(0, 1));
  });

  define("a server stopped for 3 s under load, nothing is lost, and no client notices", async ({ servers, room }) => {
    await freeze(servers[1].process.pid, 3);
    await room.goesOn(SOME);
    assertUndisturbed(room.readers, room.writers);
  });
}

async function allPrinted(
  servers: readonly RestartableServer[],
  pattern: RegExp,
  from: readonly number[] = [],
): Promise<void> {
  await Promise.all(servers.map(({ process }, index) => process.printed(pattern, from[index])));
}

/** Of these, no connection ended, and no request was lost. */
function assertUndisturbed(readers: readonly RoomReader[], writers: readonly RoomWriter[]): void {
  assertEquals(readers.map(({ awayCount, recoveries }) => [awayCount, recoveries]), readers.map(() => [0, []]));
  assertEquals(writers.map(({ lost }) => lost.size), writers.map(() => 0));
}
