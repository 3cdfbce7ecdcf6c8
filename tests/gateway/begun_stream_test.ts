import { assertEquals } from "@std/assert";
import { BegunStream } from "../../lib/gateway/begun_stream.ts";
import { MemoryStream } from "../../lib/testing/mod.ts";

Deno.test("BegunStream gives what was read first, in pieces of any size, and then the rest", async () => {
  const [far, near] = MemoryStream.pair();
  await far.write(Uint8Array.of(4, 5));
  await far.closeWrite();
  const stream = new BegunStream(Uint8Array.of(1, 2, 3), near);
  const seen: number[][] = [];
  const buffer = new Uint8Array(2);
  for (let count = await stream.read(buffer); count !== null; count = await stream.read(buffer)) {
    seen.push([...buffer.subarray(0, count)]);
  }
  assertEquals(seen, [[1, 2], [3], [4, 5]]);
  assertEquals(await stream.write(Uint8Array.of(6)), 1);
  await stream.closeWrite();
  assertEquals([await far.read(buffer), buffer[0], await far.read(buffer)], [1, 6, null]);
  stream.close();
  far.close();
});
