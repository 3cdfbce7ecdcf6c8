import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { NatsBackplane } from "../../lib/backplane/nats.ts";
import { RefusedError } from "../../lib/backplane/refused_error.ts";
import { systemClock } from "../../lib/gateway/clock.ts";
import { BackplaneNode } from "../suites/backplane_node.ts";
import { startNats } from "../support/nats_server.ts";
import { requires } from "../support/requires.ts";

const RULE = { limit: 10, ttlMs: 60_000 };
const made = (url: string, prefix?: string) =>
  new NatsBackplane({ url, clock: systemClock, told() {}, ...(prefix === undefined ? {} : { prefix }) });

Deno.test("an address that is none, and a prefix that is none, are refused when it is made", () => {
  assertThrows(() => made("redis://127.0.0.1"), RefusedError, "NATS_URL begins with");
  assertThrows(() => made("nats://127.0.0.1", "a.b"), RefusedError, "a prefix is letters");
  assertEquals(made("nats://127.0.0.1").name, "nats");
});

Deno.test({
  name: "credentials: refused ones fail open, and given ones connect",
  ...requires("nats-server"),
  async fn() {
    await using server = await startNats({ user: "app", password: "secret" });
    const where = `127.0.0.1:${server.port}`;
    for (const wrong of [`nats://${where}`, `nats://app:public@${where}`]) {
      const { message } = await assertRejects(() => new BackplaneNode(made(wrong)).open(), RefusedError, "NATS_URL");
      assertStringIncludes(message, where);
      assertEquals(message.includes("public"), false);
    }
    await using node = await new BackplaneNode(made(`nats://app:secret@${where}`)).open();
    assertEquals(node.backplane.isUp, true);
  },
});

Deno.test({
  name: "without JetStream it opens, and passes on; histories say how it is put on",
  ...requires("nats-server"),
  async fn() {
    await using server = await startNats({ hasJetStream: false });
    const url = `nats://127.0.0.1:${server.port}`;
    await using one = await new BackplaneNode(made(url)).open();
    await using two = await new BackplaneNode(made(url)).open();
    await two.backplane.join("a", undefined);
    one.backplane.send("a", { payload: "x", from: "" });
    await two.count("a", 1);
    const asked = [
      () => one.backplane.append("b", RULE, { payload: "x", from: "" }),
      () => one.backplane.read("b", RULE, {}),
      () => one.backplane.join("b", RULE),
    ];
    for (const ask of asked) {
      await assertRejects(() => Promise.resolve(ask()), RefusedError, "start it as `nats-server -js`");
    }
    assertEquals([one.backplane.isUp, one.states], [true, []]);
  },
});

Deno.test({
  name: "two prefixes on one server do not meet",
  ...requires("nats-server"),
  async fn() {
    await using server = await startNats();
    const url = `nats://127.0.0.1:${server.port}`;
    await using one = await new BackplaneNode(made(url, "one")).open();
    await using two = await new BackplaneNode(made(url, "two")).open();
    for (const node of [one, two]) {
      await node.backplane.join("now", undefined);
      await node.backplane.join("kept", RULE);
    }
    one.backplane.send("now", { payload: "x", from: "" });
    await one.backplane.append("kept", RULE, { payload: "x", from: "" });
    await two.backplane.append("kept", RULE, { payload: "y", from: "" });
    await two.count("kept", 1);
    assertEquals([two.payloads("kept"), two.payloads("now")], [["y"], []]);
  },
});
