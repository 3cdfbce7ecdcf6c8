import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { encodeValue } from "../../../../lib/runtime/remote/value.ts";
import { DOWN, UP, WireError } from "../../../../lib/runtime/remote/wire.ts";
import { peerBench } from "../support/peer_bench.ts";
import { valueOf } from "../support/records.ts";
import { numberBytes } from "../support/scripted_code.ts";

Deno.test("RemotePeer is in no more topics than ten thousand, and its code has no more open calls than that", () => {
  const { peer, commands, link, heard, say } = peerBench();
  const subscribe = (call: number): void => say(UP.SUBSCRIBE, encodeValue({ call, topic: `topic ${call}` }));
  for (let call = 0; call < 10_000; call++) subscribe(call);
  assertEquals(commands.topics.names.size, 10_000);
  assertThrows(() => subscribe(10_000), WireError, "more topics");
  heard();
  commands.drained = () => new Promise(() => {});
  for (let call = 0; call < 10_000; call++) say(UP.WANT_DRAINED, numberBytes(call));
  assertEquals([heard(), link.waiting], [[], 10_000]);
  say(UP.WANT_DRAINED, numberBytes(10_000));
  const [refusal] = heard();
  assertEquals([refusal!.kind, refusal!.id], [DOWN.FAILURE, 10_000]);
  assertStringIncludes((valueOf(refusal!) as Error).message, "more than 10000 calls of one peer");
  peer.lost();
  assertEquals(link.waiting, 0);
});
