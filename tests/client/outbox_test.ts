/** What is sent while away, and what is asked: kept in order, within bounds, and never dropped without a word. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { refusalOf, Scene, settled } from "./fake_network.ts";

Deno.test("what is sent while away goes out in order, after what listeners of open send", () => {
  const scene = new Scene();
  scene.client.send("1");
  scene.client.send(new Uint8Array([2]));
  scene.client.addEventListener("open", () => scene.client.send("first"));
  scene.socket.hello();
  scene.client.send("3");
  assertEquals(scene.socket.sent, ["\nfirst", "\n1", new Uint8Array([10, 2]), "\n3"]);
});

Deno.test("what is kept is a copy of what was sent", () => {
  const scene = new Scene();
  const bytes = new Uint8Array([1]);
  scene.client.send(bytes);
  bytes[0] = 9;
  scene.socket.hello();
  assertEquals(scene.socket.sent, [new Uint8Array([10, 1])]);
});

Deno.test("more than maxBufferedBytes are not kept: send throws, and what was kept before is", () => {
  const scene = new Scene({ maxBufferedBytes: 4 });
  scene.client.send("éé");
  assertEquals(scene.client.bufferedAmount, 4);
  const error = assertThrows(() => scene.client.send("x"), DOMException);
  assertEquals([error.name, scene.client.bufferedAmount], ["QuotaExceededError", 4]);
  scene.socket.hello();
  assertEquals([scene.socket.sent, scene.client.bufferedAmount], [["\néé"], 0]);
  scene.client.send("as much as you like");
  scene.socket.bufferedAmount = 20;
  assertEquals(scene.client.bufferedAmount, 20);
});

Deno.test("what is sent while the server closes is kept for the next connection", () => {
  const scene = Scene.open();
  scene.socket.readyState = 2;
  scene.client.send("hi");
  assertEquals(scene.socket.sent, []);
  scene.comeBack();
  assertEquals(scene.socket.sent, ["\nhi"]);
});

Deno.test("once it is closing, nothing is sent", () => {
  const scene = Scene.open();
  scene.client.close();
  scene.client.send("hi");
  assertEquals(scene.socket.sent, []);
});

Deno.test("a client that is closed in a listener of open sends nothing of what it kept", () => {
  const scene = new Scene();
  scene.client.send("hi");
  scene.client.subscribe("room:1");
  scene.client.addEventListener("open", () => scene.client.close());
  scene.socket.hello();
  assertEquals(scene.socket.sent, []);
});

Deno.test("a request is answered by ack, rep or err", async () => {
  const scene = Scene.open();
  const ask = (answer: (id: number) => void) => {
    const asked = scene.client.request("?");
    answer(scene.socket.last("req")[1]);
    return asked;
  };
  assertEquals(scene.socket.sent, []);
  assertEquals(await ask((id) => scene.socket.say(["ack", id])), undefined);
  assertEquals(await ask((id) => scene.socket.say(["rep", id], "yes")), "yes");
  assertEquals(
    await ask((id) => scene.socket.receive(new TextEncoder().encode(`["rep",${id}]\nab`).buffer)),
    new TextEncoder().encode("ab").buffer,
  );
  for (const code of ["forbidden", "unavailable", "limit", "failed"]) {
    assertEquals(await refusalOf(ask((id) => scene.socket.say(["err", id, code, "no"]))), code);
  }
  assertEquals(scene.socket.sent[0], '["req",0]\n?');
  assertEquals(scene.client.bufferedAmount, 0);
});

Deno.test("JSON goes both ways", async () => {
  const scene = Scene.open();
  scene.client.sendJson({ a: 1 });
  const asked = scene.client.requestJson<{ b: number }>({ a: 2 });
  assertEquals(scene.socket.sent, ['\n{"a":1}', '["req",0]\n{"a":2}']);
  scene.socket.say(["rep", 0], '{"b":3}');
  assertEquals((await asked).b, 3);
});

Deno.test("a request that is on its way when the connection breaks is lost; one that is not is sent later", async () => {
  const scene = Scene.open();
  const lost = scene.client.request("1");
  scene.socket.end();
  const later = scene.client.request("2");
  assertEquals(await refusalOf(lost), "lost");
  scene.clock.advance(250);
  scene.socket.hello();
  assertEquals(scene.socket.sent.length, 1);
  scene.socket.say(["ack", scene.socket.last("req")[1]]);
  assertEquals(await later, undefined);
});

Deno.test("a request without an answer in time is over, while away too, and is not sent any more", async () => {
  const scene = Scene.open();
  const slow = scene.client.request("1", { timeoutMs: 500 });
  scene.clock.advance(500);
  assertEquals(await refusalOf(slow), "TimeoutError");
  scene.socket.say(["rep", 0], "too late");
  scene.page.turn(true);
  scene.socket.end();
  const away = scene.client.request("2");
  assertEquals(scene.client.bufferedAmount, 1);
  scene.clock.advance(10_000);
  assertEquals([await refusalOf(away), scene.client.bufferedAmount], ["TimeoutError", 0]);
  scene.page.turn(false);
  scene.clock.advance(50);
  scene.socket.hello();
  assertEquals(scene.socket.sent, []);
});

Deno.test("a request is given up when its signal is aborted", async () => {
  const scene = new Scene();
  assertEquals(await refusalOf(scene.client.request("0", { signal: AbortSignal.abort() })), "AbortError");
  const controller = new AbortController();
  const asked = scene.client.request("1", { signal: controller.signal });
  controller.abort();
  assertEquals(await refusalOf(asked), "AbortError");
  scene.client.send("2");
  scene.socket.hello();
  assertEquals(scene.socket.sent, ["\n2"]);
  assertEquals(scene.clock.pendingTimers, 1, "the heartbeat's");
});

Deno.test("a request that would be too much to keep is refused", async () => {
  const scene = new Scene({ maxBufferedBytes: 1 });
  assertEquals(await refusalOf(scene.client.request("ab")), "QuotaExceededError");
  assertEquals(scene.client.bufferedAmount, 0);
});

Deno.test("no more than 1 024 are unanswered: the others wait for an answer, in order with what is sent", async () => {
  const scene = Scene.open();
  const asked = Array.from({ length: 1_026 }, (_, index) => scene.client.request(String(index)));
  scene.client.send("behind");
  assertEquals(scene.socket.sent.length, 1_024);
  scene.socket.say(["ack", 5]);
  assertEquals(scene.socket.sent.at(-1), '["req",1024]\n1024');
  scene.socket.say(["ack", 6]);
  assertEquals(scene.socket.sent.slice(-2), ['["req",1025]\n1025', "\nbehind"]);
  for (let id = 0; id < 1_026; id++) scene.socket.say(["ack", id]);
  await Promise.all(asked);
});

Deno.test("what is asked when it is over, or still waits then, is refused", async () => {
  const scene = new Scene();
  const asked = scene.client.request("1");
  scene.client.close();
  const late = scene.client.request("2");
  scene.socket.end();
  assertEquals([await refusalOf(asked), await refusalOf(late)], ["closed", "closed"]);
  const open = Scene.open();
  const lost = open.client.request("1");
  open.socket.end(1000);
  assertEquals(await refusalOf(lost), "lost");
  await settled();
  assertEquals([scene.clock.pendingTimers, open.clock.pendingTimers], [0, 0]);
});
