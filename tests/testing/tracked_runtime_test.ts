import { assertEquals } from "@std/assert";
import { createTestServer } from "../../lib/testing/mod.ts";

Deno.test("TrackedRuntime lets settled wait for handlers, upgrades and HTTP that take real time", async () => {
  const done: string[] = [];
  const slow = async (what: string) => {
    await crypto.subtle.digest("SHA-256", new Uint8Array(2_000_000));
    done.push(what);
  };
  await using server = await createTestServer({
    "/": {
      default: {
        upgrade: () => slow("upgrade"),
        open: () => slow("open"),
        message: () => slow("message"),
        close: () => slow("close"),
      },
      async get() {
        await slow("get");
        return new Response();
      },
    },
  });
  const peer = await server.connect("/");
  await server.settled();
  assertEquals(done, ["upgrade", "open"]);
  peer.send("x");
  await server.settled();
  void peer.close(1000);
  await server.settled();
  assertEquals(done, ["upgrade", "open", "message", "close"]);
  await server.fetch("/");
  assertEquals(done.at(-1), "get");
});
