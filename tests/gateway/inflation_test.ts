/** What the handler queue of a connection needs where messages arrive compressed. @module */
import { assertEquals } from "@std/assert";
import { deflateAlone, FRESH_BUFFERS } from "../../lib/frame/mod.ts";
import { inflationOf } from "../../lib/gateway/inflation.ts";
import type { DeflateContract } from "../../lib/gateway/deflate_contract.ts";
import { Turn } from "../../lib/gateway/turn.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("inflationOf inflates as was agreed on, and waits for the gateway's turn", async () => {
  const contract = { theirs: { keepsContext: false, windowBits: 15 } } as DeflateContract;
  const turn = new Turn(new FakeClock());
  const inflation = inflationOf(contract, { maxMessageBytes: 1000 }, { buffers: FRESH_BUFFERS }, turn, () => {});
  const deflated = deflateAlone(new Uint8Array(500), { windowBits: 15, level: 6, memLevel: 8 })!;
  const { bytes, start, end } = inflation.inflater.inflate(false, deflated, 0, deflated.length);
  assertEquals(bytes.subarray(start, end), new Uint8Array(500));
  await new Promise<void>((resolve) => inflation.later(resolve));
  inflation.inflater.close();
});
