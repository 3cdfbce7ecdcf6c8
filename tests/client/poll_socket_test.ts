/** A socket that polls does what a WebSocket does. docs/TRANSPORTS.md. @module */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { pollSocket } from "../../lib/client/poll_socket.ts";
import { type PollRequest, serverClose, serverFrame, settled } from "../support/poll_server.ts";
import { PollScene } from "./poll_scene.ts";

const headersOf = ({ headers }: PollRequest) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith("sockeye-")));

Deno.test("a session begins with the route, the transport and the subprotocols, at the server's poll endpoint", async () => {
  const asked: [string, RequestInit][] = [];
  const scene = new PollScene({}, ["sockeye.v1", "mqtt"]);
  scene.server.subprotocol = "mqtt";
  assertEquals([scene.socket.readyState, scene.socket.protocol, scene.socket.extensions], [0, "", ""]);
  await settled();
  assertEquals(headersOf(scene.server.requests[0]!), {
    "sockeye-route": "/chat?room=%C3%A9",
    "sockeye-transport": "long-poll",
    "sockeye-protocol": "sockeye.v1, mqtt",
  });
  assertEquals([scene.socket.readyState, scene.socket.protocol, scene.events], [1, "mqtt", [["open"]]]);
  const fetch = (url: string, init: RequestInit) => {
    asked.push([url, init]);
    return scene.server.fetch(url, init);
  };
  for (const url of ["ws://example.com:4000/a#b", "wss://example.com/"]) {
    new (pollSocket({ transport: "poll", fetch, clock: scene.clock }))(url, []);
  }
  assertEquals(asked.map(([url]) => url), [
    "http://example.com:4000/_sockeye/poll",
    "https://example.com/_sockeye/poll",
  ]);
  const { method, cache, credentials, redirect } = asked[0]![1];
  assertEquals({ method, cache, credentials, redirect }, {
    method: "POST",
    cache: "no-store",
    credentials: "include",
    redirect: "error",
  });
});

Deno.test("a session that is refused is a handshake that failed: error, then close 1006", async () => {
  const body = new TextEncoder().encode("There is no route here.");
  for (const refusal of [{ status: 404, body }, { status: 200, body }, { status: 201, body }, { status: 503, body }]) {
    const scene = new PollScene();
    scene.server.refusal = refusal;
    await settled();
    assertEquals(scene.events.map(([type]) => type), ["error", "close"]);
    assertMatch(scene.events[0]![1] as string, /no session: \d+ There is no route here/);
    assertEquals([scene.events[1], scene.socket.readyState], [["close", 1006, "", false], 3]);
    assertEquals(scene.clock.pendingTimers, 0);
  }
});

Deno.test("a session whose beginning is not answered fails after 10 s", async () => {
  const scene = new PollScene();
  scene.server.fate = () => "late";
  await scene.pass(9_900);
  assertEquals(scene.events, []);
  await scene.pass(100);
  assertEquals(scene.events, [["error", "no session: no answer"], ["close", 1006, "", false]]);
});

Deno.test("texts, bytes and Blobs are sent in order, what is sent in one turn in one request", async () => {
  const scene = await PollScene.open();
  scene.socket.send("a");
  scene.socket.send(new Blob(["b", "c"]));
  scene.socket.send("d");
  scene.socket.send(new TextEncoder().encode("e"));
  assertEquals(scene.socket.bufferedAmount > 5, true);
  await scene.pass(100);
  while (scene.texts().length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
  await settled();
  assertEquals(scene.texts(), ["a", "bc", "d", "e"]);
  assertEquals(scene.server.frames().map(([opcode]) => opcode), [1, 2, 1, 2]);
  assertEquals([scene.socket.bufferedAmount, scene.server.violations], [0, []]);
  const before = scene.requests("POST").length;
  scene.socket.send("f");
  scene.socket.send("g");
  await settled();
  assertEquals([scene.requests("POST").length - before, scene.texts().slice(4)], [1, ["f", "g"]]);
});

Deno.test("bytes that the sender changes afterwards are sent as they were", async () => {
  const scene = await PollScene.open();
  const bytes = new TextEncoder().encode("old");
  scene.socket.send(bytes);
  bytes.fill(0);
  await settled();
  assertEquals(scene.texts(), ["old"]);
});

Deno.test("what is sent too early throws; too late, it is counted and dropped, as with a WebSocket", async () => {
  const scene = new PollScene();
  assertThrows(() => scene.socket.send("early"), DOMException, "not open");
  await settled();
  scene.socket.close();
  scene.socket.send("late");
  await settled();
  assertEquals(scene.texts(), []);
  assertEquals(scene.socket.bufferedAmount, 4);
});

Deno.test("messages come in order, bytes as binaryType says, a Ping is answered with a Pong", async () => {
  const scene = await PollScene.open();
  scene.server.say(serverFrame(1, "one"), serverFrame(2, new Uint8Array([1, 2])), serverFrame(9, "p"));
  await settled();
  assertEquals(scene.events, [["message", "one"], ["message", [1, 2]]]);
  assertEquals(scene.server.frames().map(([opcode, payload]) => [opcode, ...payload]), [[10, 112]]);
  scene.socket.binaryType = "blob";
  scene.server.say(serverFrame(2, new Uint8Array([3])));
  await settled();
  assertEquals(await (scene.events.at(-1)![1] as Blob).bytes(), new Uint8Array([3]));
});

Deno.test("close: our frame is answered, and then it is over, cleanly", async () => {
  const scene = await PollScene.open();
  scene.socket.send("last");
  scene.socket.close(3000, "bye");
  scene.socket.close(4000);
  assertEquals(scene.socket.readyState, 2);
  await settled();
  assertEquals(scene.server.frames().at(-1), [8, new Uint8Array([11, 184, 98, 121, 101])]);
  assertEquals(scene.texts(), ["last"]);
  scene.server.say(serverFrame(1, "too late for the listeners"), serverClose(3000, "bye"));
  await settled();
  assertEquals(scene.events, [["close", 3000, "bye", true]]);
  assertEquals([scene.socket.readyState, scene.clock.pendingTimers, scene.server.violations], [3, 0, []]);
});

Deno.test("close: the frame does not wait for the request before it, and may outlive the page", async () => {
  const scene = await PollScene.open();
  scene.server.busy = new Promise(() => {});
  scene.socket.send("slow");
  await settled();
  assertEquals([scene.server.parked, scene.texts()], [1, ["slow"]]);
  scene.socket.close(1000);
  await settled();
  assertEquals(scene.server.parked, 0, "nothing of a page that is left stays open");
  const { init, body } = scene.requests("POST").at(-1)!;
  assertEquals([init.keepalive, body.length > 8], [true, true]);
  assertEquals([scene.server.frames().at(-1)![0], scene.server.violations], [8, []]);
});

Deno.test("close: a server that has our frame and forgets the session ends it cleanly, with our code", async () => {
  const scene = await PollScene.open();
  scene.socket.close(3001, "enough");
  await settled();
  scene.server.end();
  await settled();
  assertEquals(scene.events, [["close", 3001, "", true]]);
  const other = await PollScene.open();
  other.socket.close();
  await settled();
  other.server.end();
  await settled();
  assertEquals(other.events, [["close", 1005, "", true]]);
});

Deno.test("close: a server that never answers is not waited for", async () => {
  const scene = await PollScene.open();
  scene.socket.close(1000);
  await scene.pass(10_000);
  assertEquals(scene.events, [["error", "no answer to the close"], ["close", 1006, "", false]]);
  await settled();
  assertEquals([scene.server.isGone, scene.requests("DELETE").length], [true, 1], "the server is told");
  assertEquals(scene.clock.pendingTimers, 0);
});

Deno.test("close before it is open: no session is left behind", async () => {
  const scene = new PollScene();
  scene.socket.close(1000);
  assertEquals(scene.events, []);
  await settled();
  assertEquals(scene.events, [["error", "it was closed before it was open"], ["close", 1006, "", false]]);
  assertEquals(scene.server.frames(), [[8, new Uint8Array([3, 233])]]);
  await settled();
  assertEquals(scene.clock.pendingTimers, 0);
});

Deno.test("close: the server's frame is answered with its code, and it is over", async () => {
  const scene = await PollScene.open();
  scene.server.say(serverFrame(1, "hi"), serverClose(4001, "out"), serverFrame(1, "nothing"));
  await settled();
  assertEquals(scene.events, [["message", "hi"], ["close", 4001, "out", true]]);
  assertEquals(scene.server.frames(), [[8, new Uint8Array([15, 161])]]);
  assertEquals([scene.clock.pendingTimers, scene.server.violations], [0, []]);
});

Deno.test("close: the server's frame counts although the answer to it is lost, or refused", async () => {
  for (const fate of ["request lost", "late", 502] as const) {
    const scene = await PollScene.open();
    scene.server.fate = ({ method }) => method === "POST" ? fate : "arrives";
    scene.server.say(serverClose(1012, "restart"));
    await scene.pass(3_000);
    assertEquals(scene.events, [["close", 1012, "restart", true]]);
  }
});

Deno.test("what is no stream of frames ends it with 1002 or 1007 for the server, and with 1006 here", async () => {
  for (
    const [bytes, code] of [[new Uint8Array([0x83, 0]), 1002], [serverFrame(1, new Uint8Array([255])), 1007]] as const
  ) {
    const scene = await PollScene.open();
    scene.server.say(serverFrame(1, "fine"), bytes, serverFrame(1, "never seen"));
    await settled();
    assertEquals(scene.events.map(([type]) => type), ["message", "error", "close"]);
    assertEquals(scene.events[2], ["close", 1006, "", false]);
    assertEquals(scene.server.frames(), [[8, new Uint8Array([code >> 8, code & 255])]]);
  }
});

Deno.test("a listener that closes in the middle of a body gets nothing more of it", async () => {
  const scene = await PollScene.open();
  scene.socket.addEventListener("message", () => scene.socket.close(1000));
  scene.server.say(serverFrame(1, "one"), serverFrame(1, "two"));
  await settled();
  scene.server.say(serverClose(1000));
  await settled();
  assertEquals(scene.events, [["message", "one"], ["close", 1000, "", true]]);
});

Deno.test("a page that is left says so, where a Close frame has not gone, or might have to wait for its turn", async () => {
  const leave = () => globalThis.dispatchEvent(new Event("pagehide"));
  const silent = await PollScene.open();
  leave();
  await settled();
  assertEquals(silent.events, [["error", "the page was left"], ["close", 1006, "", false]]);
  assertEquals([silent.server.isGone, silent.requests("DELETE")[0]!.init.keepalive], [true, true]);
  const polite = await PollScene.open();
  polite.socket.close(1000);
  leave();
  await settled();
  assertEquals([polite.server.frames(), polite.requests("DELETE").length], [[[8, new Uint8Array([3, 232])]], 0]);
  const behind = await PollScene.open();
  behind.server.busy = new Promise(() => {});
  behind.socket.send("slow");
  await settled();
  behind.socket.close(1000);
  leave();
  await settled();
  assertEquals([behind.server.isGone, behind.requests("DELETE").length], [true, 1]);
  for (const { clock } of [silent, polite, behind]) assertEquals(clock.pendingTimers, 0);
});
