import { assertEquals, assertThrows } from "@std/assert";
import { UP, WireError } from "../../../../lib/runtime/remote/wire.ts";
import { peerBench } from "../support/peer_bench.ts";

Deno.test("RemotePeer is in no more topics than ten thousand, and its code waits no more often than a thousand times", () => {
  const { commands, say } = peerBench();
  for (let count = 0; count < 10_000; count++) say(UP.SUBSCRIBE, new TextEncoder().encode(`topic ${count}`));
  assertEquals(commands.topics.size, 10_000);
  assertThrows(() => say(UP.SUBSCRIBE, new TextEncoder().encode("one more")), WireError, "more topics");
  commands.drained = () => new Promise(() => {});
  const call = new Uint8Array(4);
  for (let count = 0; count < 1000; count++) say(UP.WANT_DRAINED, call);
  assertThrows(() => say(UP.WANT_DRAINED, call), WireError, "more waits");
});
