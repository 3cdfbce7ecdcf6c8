/** Who waits for a connection to drain. @module */
import { assertEquals } from "@std/assert";
import { HighWater } from "../../lib/gateway/high_water.ts";

Deno.test("HighWater.sink tells once that it was above, and releases who waited", async () => {
  const mark = new HighWater();
  assertEquals(mark.sink(), false);
  mark.pass();
  mark.pass();
  const order: string[] = [];
  const waiting = ["first", "second"].map((name) => mark.wait().then(() => order.push(name)));
  assertEquals(mark.sink(), true);
  await Promise.all(waiting);
  assertEquals(order, ["first", "second"]);
  assertEquals(mark.sink(), false);
});

Deno.test("HighWater.release lets everybody go on without its having sunk", async () => {
  const mark = new HighWater();
  mark.pass();
  const waiting = mark.wait();
  mark.release();
  await waiting;
  assertEquals(mark.sink(), true);
});
