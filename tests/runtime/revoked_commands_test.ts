/** What code can do with a peer that it has lost: nothing, without an error. @module */
import { assertEquals } from "@std/assert";
import { RevokedCommands } from "../../lib/runtime/revoked_commands.ts";
import { RecordedCommands } from "../suites/recorded_commands.ts";

Deno.test("RevokedCommands know what the peer was, and do nothing", async () => {
  const commands = new RecordedCommands({
    id: "p-9",
    params: { room: "blue" },
    subprotocol: "chat",
    context: "before",
  });
  const revoked = new RevokedCommands(commands);
  assertEquals([revoked.id, revoked.params, revoked.subprotocol], ["p-9", { room: "blue" }, "chat"]);
  assertEquals([revoked.request, revoked.transport], [commands.request, "websocket"]);
  assertEquals([revoked.send(), revoked.forward()], [false, false]);
  revoked.ping();
  revoked.close();
  revoked.terminate();
  revoked.reply();
  revoked.fail();
  revoked.giveBack();
  await revoked.drained();
  revoked.context = "after";
  assertEquals([commands.context, commands.calls, revoked.topics.names.size, revoked.bufferedAmount], [
    "before",
    [],
    0,
    0,
  ]);
});

Deno.test("RevokedCommands: what is asked of topics is not done, and nobody waits for it", async () => {
  const commands = new RecordedCommands();
  const { topics } = new RevokedCommands(commands);
  assertEquals(await topics.subscribe("all", { last: 1 }), { recovered: false });
  assertEquals(await topics.members("all"), []);
  assertEquals([topics.publish("all", "x", true), topics.join("all", "", "null"), topics.watch("all")], [
    ...[undefined, undefined, undefined],
  ]);
  topics.unsubscribe("all");
  topics.leave("all");
  topics.unwatch("all");
  assertEquals([commands.calls, topics.names.size], [[], 0]);
});
