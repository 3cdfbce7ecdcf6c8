/** Clients of one server in one room, while it is killed, or one of its workers: what they missed is in its history. @module */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Workshop } from "../support/deploy_server.ts";
import { withDescendants } from "../support/other_process.ts";
import { RestartableServer } from "../support/restartable_server.ts";
import { Room } from "../support/room.ts";
import type { ServerSetting } from "../support/server_process.ts";
import { WORKERS_TASK } from "../support/workers_server.ts";

/** So much is read before something breaks, and after it is mended. */
const SOME = 300;
// Sockets of the platform close after the test.
const DEFINITION = { sanitizeOps: false, sanitizeResources: false } as const;

/** A server, with its histories in a folder, or in its memory. */
function setting(here: Workshop, isKept: boolean, args: readonly string[] = []): ServerSetting {
  const folder = here.path("kept");
  return {
    routes: "tests/fault/rooms",
    args: [...args, ...(isKept ? ["--data-dir", folder] : [])],
    denoFlags: isKept ? [`--allow-read=.,${folder}`, `--allow-write=${folder}`] : [],
  };
}

Deno.test({
  name: "a server with a data folder, killed twice under load: all that was acknowledged is read, in one epoch",
  ...DEFINITION,
  async fn() {
    await using here = await Workshop.open();
    await using server = await RestartableServer.start(setting(here, true));
    await using room = await Room.open([server.url]);
    await room.goesOn(SOME);
    const epochs = room.readers.map(({ epoch }) => epoch);
    for (const _ of [1, 2]) {
      await server.end("SIGKILL");
      await server.restart();
      await room.goesOn(SOME);
    }
    await room.assertNothingLost();
    assertEquals(room.readers.map(({ recoveries }) => recoveries), room.readers.map(() => [true, true]));
    assertEquals(room.readers.map(({ epoch }) => epoch), epochs);
    assertNotEquals(epochs[0], undefined);
  },
});

Deno.test({
  name: "a server without a data folder, killed under load: its clients are told that they have missed something",
  ...DEFINITION,
  async fn() {
    await using here = await Workshop.open();
    await using server = await RestartableServer.start(setting(here, false));
    await using room = await Room.open([server.url]);
    await room.goesOn(SOME);
    await server.end("SIGKILL");
    await server.restart();
    await room.goesOn(SOME);
    assertEquals(room.readers.map(({ recoveries }) => recoveries), room.readers.map(() => [false]));
  },
});

Deno.test({
  name: "the parent of two workers killed under load, with a data folder: all that was acknowledged is read",
  ignore: Deno.build.os !== "linux",
  ...DEFINITION,
  async fn() {
    await using here = await Workshop.open();
    const workers = { ...setting(here, true, ["--workers=2"]), task: WORKERS_TASK };
    await using server = await RestartableServer.start(workers);
    await using room = await Room.open([server.url, server.url]);
    await room.goesOn(SOME);
    await server.end("SIGKILL");
    await server.restart();
    await room.goesOn(SOME);
    await room.assertNothingLost();
    // Twice, where a client first came back to a worker that was about to end.
    for (const { recoveries } of room.readers) assertNotEquals(recoveries, []);
  },
});

for (const isKept of [false, true]) {
  Deno.test({
    name: `one of two workers killed under load, histories in ${isKept ? "a data folder" : "memory"}: nothing is lost`,
    ignore: Deno.build.os !== "linux",
    ...DEFINITION,
    async fn() {
      await using here = await Workshop.open();
      const workers = { ...setting(here, isKept, ["--workers=2"]), task: WORKERS_TASK };
      await using server = await RestartableServer.start(workers);
      await using room = await Room.open([server.url, server.url]);
      await room.goesOn(SOME);
      // A long history, of which only the end is asked for.
      await room.writers[0]!.socket.request("many 5000", { timeoutMs: 25_000 });
      const places = await Promise.all(room.readers.map(({ socket }) => socket.request("who")));
      const killed = places[0]!;
      assert(withDescendants(server.process.pid).includes(Number(killed)));
      assertEquals(new Set(places).size, 2);
      Deno.kill(Number(killed), "SIGKILL");
      await server.process.printed(/worker \d serves again/);
      await room.goesOn(SOME);
      await room.assertNothingLost();
      const expected = places.map((place) => place === killed ? [true] : []);
      assertEquals(room.readers.map(({ recoveries }) => recoveries), expected);
      // The clients of the other one notice nothing.
      const undisturbed = room.readers.filter((_, index) => places[index] !== killed);
      assertEquals(undisturbed.map(({ awayCount }) => awayCount), undisturbed.map(() => 0));
    },
  });
}
