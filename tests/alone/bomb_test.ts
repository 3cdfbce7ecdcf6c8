/** Compressed messages that inflate a thousandfold: they cost what the limit allows, and no more. @module */
import { assert, assertEquals, assertLess } from "@std/assert";
import { constants, createDeflateRaw } from "node:zlib";
import { OPCODE } from "../../lib/frame/mod.ts";
import { maskedFrame, RawClient } from "../support/raw_client.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";

const MIB = 1024 * 1024;

/** So many mebibytes of zeros, compressed: about a kibibyte for each. */
async function bomb(mebibytes: number): Promise<Uint8Array> {
  const stream = createDeflateRaw({ level: 9 });
  const parts: Uint8Array[] = [];
  stream.on("data", (part: Uint8Array) => parts.push(part));
  for (let at = 0; at < mebibytes; at++) stream.write(new Uint8Array(MIB));
  await new Promise<void>((resolve) => stream.flush(constants.Z_SYNC_FLUSH, resolve));
  stream.close();
  return Uint8Array.from(parts.flatMap((part) => [...part])).subarray(0, -4);
}

/** The most memory the process has ever had resident, in bytes. */
async function peakBytes(server: ServerProcess): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${server.pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

async function connect(server: ServerProcess): Promise<RawClient> {
  const headers = { "sec-websocket-extensions": "permessage-deflate" };
  return await RawClient.connect({ port: server.port, path: "/echo", headers });
}

Deno.test({
  name: "a message that would inflate to 1 GiB costs at most three times maxMessageBytes, and ends with 1009",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using server = await startServer({ routes: "tests/fault/routes" });
    const payload = await bomb(1024);
    assertLess(payload.length, 1.1 * MIB);
    using good = await connect(server);
    await good.sendText("before");
    assertEquals(await good.nextButPings(), { kind: "text", text: "before" });
    const before = await peakBytes(server);
    for (let count = 0; count < 3; count++) {
      using client = await connect(server);
      await client.write(maskedFrame(OPCODE.BINARY, payload, { rsv: 4 }));
      const answer = await client.nextButPings();
      assert(answer.kind === "close" && answer.code === 1009, JSON.stringify(answer));
    }
    await good.sendText("after");
    assertEquals(await good.nextButPings(), { kind: "text", text: "after" });
    // The route's limit is 32 MiB: while the buffer grows, the old one and the new one are there, and what was outgrown
    // before lies in the pool, or waits to be collected.
    assertLess(await peakBytes(server) - before, 3 * 32 * MIB);
  },
});
