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
  revoked.subscribe();
  revoked.unsubscribe();
  revoked.publish();
  revoked.fail();
  await revoked.drained();
  revoked.context = "after";
  assertEquals([commands.context, commands.calls, revoked.topics.size, revoked.bufferedAmount], ["before", [], 0, 0]);
});
