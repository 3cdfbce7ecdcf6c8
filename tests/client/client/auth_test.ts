/** A WebSocket that comes back: another token on the connection that is there. @module */
import { assertEquals } from "@std/assert";
import { Scene, settled } from "../fake_network.ts";

Deno.test("auth brings another token on the connection that is there, and on no other", async () => {
  const scene = new Scene({ token: "first" });
  // Before there is a connection, the attempt itself brings one.
  scene.client.auth("early");
  await settled();
  scene.socket.hello();
  scene.client.auth("second");
  assertEquals(scene.socket.headers(), [["auth", "first"], ["auth", "second"]]);
  const [before] = scene.sockets;
  before!.end();
  scene.client.auth("late");
  scene.clock.advance(1_000);
  await settled();
  scene.socket.hello();
  assertEquals([before, scene.socket].map((socket) => socket!.headers().length), [2, 1]);
  scene.client.close();
  scene.client.auth("too late");
  assertEquals(scene.socket.headers(), [["auth", "first"]]);
});

Deno.test("auth says nothing to a server that does not speak sockeye.v1", async () => {
  const plain = new Scene({ token: "t", isPlain: true });
  await settled();
  plain.socket.accept("");
  plain.client.auth("secret");
  assertEquals(plain.socket.sent, []);
  plain.client.close();
});
