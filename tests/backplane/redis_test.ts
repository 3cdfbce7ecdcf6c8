import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { createClient } from "redis";
import { RedisBackplane } from "../../lib/backplane/redis.ts";
import { RefusedError } from "../../lib/backplane/refused_error.ts";
import { systemClock } from "../../lib/gateway/clock.ts";
import { BackplaneNode } from "../suites/backplane_node.ts";
import { startRedis } from "../support/redis_server.ts";
import { requires } from "../support/requires.ts";

const RULE = { limit: 10, ttlMs: 60_000 };
const made = (url: string, prefix?: string) =>
  new RedisBackplane({ url, clock: systemClock, told() {}, ...(prefix === undefined ? {} : { prefix }) });

Deno.test("an address that is none, and a prefix that is none, are refused when it is made", () => {
  assertThrows(() => made("nats://127.0.0.1"), RefusedError, "REDIS_URL begins with");
  assertThrows(() => made("redis://127.0.0.1,redis://127.0.0.2"), RefusedError, "names several servers");
  assertThrows(() => made("redis://127.0.0.1/main"), RefusedError, 'ends with "/main"');
  assertThrows(() => made("redis://127.0.0.1", "{a}"), RefusedError, "a prefix is letters");
  assertEquals(made("redis://127.0.0.1/3").name, "redis");
});

Deno.test({
  name: "credentials: refused ones fail open, and given ones connect",
  ...requires("redis-server"),
  async fn() {
    await using server = await startRedis({ password: "secret" });
    const where = `127.0.0.1:${server.port}`;
    for (const wrong of [`redis://${where}`, `redis://:public@${where}`]) {
      const { message } = await assertRejects(() => new BackplaneNode(made(wrong)).open(), RefusedError, "REDIS_URL");
      assertStringIncludes(message, where);
      assertEquals(message.includes("public"), false);
    }
    await using node = await new BackplaneNode(made(`redis://:secret@${where}`)).open();
    assertEquals(node.backplane.isUp, true);
  },
});

Deno.test({
  name: "two databases, and two prefixes, on one server do not meet",
  ...requires("redis-server"),
  async fn() {
    await using server = await startRedis();
    const url = `redis://127.0.0.1:${server.port}`;
    await using one = await new BackplaneNode(made(url)).open();
    const others = [made(`${url}/1`), made(url, "two")].map((backplane) => new BackplaneNode(backplane));
    for (const other of others) {
      await other.open();
      for (const node of [one, other]) {
        await node.backplane.join("now", undefined);
        await node.backplane.join("kept", RULE);
      }
      one.backplane.send("now", { payload: "x", from: "" });
      await one.backplane.append("kept", RULE, { payload: "x", from: "" });
      await other.backplane.append("kept", RULE, { payload: "y", from: "" });
      await other.count("kept", 1);
      assertEquals([other.payloads("kept"), other.payloads("now")], [["y"], []]);
      await other.backplane.close();
    }
  },
});

Deno.test({
  name: "scripts that the server was told to forget are loaded again",
  ...requires("redis-server"),
  async fn() {
    await using server = await startRedis();
    const url = `redis://127.0.0.1:${server.port}`;
    await using node = await new BackplaneNode(made(url)).open();
    const client = createClient({ url });
    await client.connect();
    await client.scriptFlush();
    client.destroy();
    assertEquals(await node.backplane.append("a", RULE, { payload: "x", from: "" }), 1);
    assertEquals((await node.backplane.read("a", RULE, { last: 1 })).envelopes.length, 1);
  },
});
