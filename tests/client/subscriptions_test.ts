/** All topics of one client. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { Scene } from "./fake_network.ts";

Deno.test("all are asked for again after a reconnect, before what was sent meanwhile", () => {
  const scene = Scene.open();
  for (const topic of ["a", "b"]) scene.client.subscribe(topic);
  scene.socket.end();
  scene.client.send("hi");
  scene.client.subscribe("c");
  scene.client.reconnect();
  scene.socket.hello();
  assertEquals(scene.socket.headers().map(([kind, , topic]) => [kind, topic]), [
    ["sub", "a"],
    ["sub", "b"],
    ["sub", "c"],
    [undefined, undefined],
  ]);
});

Deno.test("listeners of open may ask for something first: to say who one is, for example", () => {
  const scene = new Scene();
  scene.client.addEventListener("open", () => scene.client.send("I am Ann"));
  scene.client.subscribe("a");
  scene.socket.hello();
  assertEquals(scene.socket.sent[0], "\nI am Ann");
});

Deno.test("more than 1 024 topics are asked for as answers come", () => {
  const scene = Scene.open();
  for (let n = 0; n < 1_030; n++) scene.client.subscribe(`t${n}`);
  assertEquals(scene.socket.sent.length, 1_024);
  for (let id = 0; id < 10; id++) scene.socket.say(["subbed", id, `t${id}`, { recovered: false }]);
  assertEquals(scene.socket.sent.length, 1_030);
});

Deno.test("onMessage gets each publication", () => {
  const scene = Scene.open();
  const seen: unknown[] = [];
  scene.client.subscribe("a", { onMessage: ({ data, offset }) => seen.push([data, offset]) });
  scene.socket.say(["subbed", 0, "a", { recovered: false }]);
  scene.socket.say(["pub", "a", 4], "x");
  assertEquals(seen, [["x", 4]]);
});

Deno.test("bytes that are published come as binaryType says", () => {
  const scene = Scene.open();
  scene.client.binaryType = "arraybuffer";
  const seen: unknown[] = [];
  scene.client.subscribe("a", { onMessage: ({ data }) => seen.push(data) });
  scene.socket.say(["subbed", 0, "a", { recovered: false }]);
  scene.socket.receive(new TextEncoder().encode('["pub","a"]\n\n!').buffer);
  assertEquals(seen, [new TextEncoder().encode("\n!").buffer]);
});

Deno.test("topics that are left are remembered, and no more than that", () => {
  const scene = Scene.open();
  for (let n = 0; n < 150; n++) scene.client.subscribe(`t${n}`).unsubscribe();
  scene.socket.say(["pub", "t149"], "on its way");
  assertEquals(scene.events.length, 1);
});

Deno.test("once it is closing nothing can be subscribed to", () => {
  const scene = Scene.open();
  scene.client.close();
  assertEquals(assertThrows(() => scene.client.subscribe("a"), Error).name, "SockeyeError");
});
