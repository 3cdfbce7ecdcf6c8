/** A WebSocket that comes back: when it connects, waits and stops. @module */
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { SockeyeSocket } from "../../lib/client/mod.ts";
import { FakeSocket, refusalOf, Scene, settled } from "./fake_network.ts";

Deno.test("a client is a WebSocket: its constants, its properties, its listeners", () => {
  const scene = new Scene();
  const socket: WebSocket = scene.client;
  assertEquals([socket.CONNECTING, socket.OPEN, socket.CLOSING, socket.CLOSED], [0, 1, 2, 3]);
  const { CONNECTING, OPEN, CLOSING, CLOSED } = SockeyeSocket;
  assertEquals([CONNECTING, OPEN, CLOSING, CLOSED], [0, 1, 2, 3]);
  const { url, readyState, bufferedAmount, binaryType, protocol, extensions } = socket;
  const blank = { url, readyState, bufferedAmount, binaryType, protocol, extensions };
  assertEquals(blank, {
    url: "wss://example.com/chat",
    readyState: 0,
    bufferedAmount: 0,
    binaryType: "blob",
    protocol: "",
    extensions: "",
  });
  const seen: string[] = [];
  socket.onopen = (event) => seen.push(event.type);
  socket.onmessage = (event) => seen.push(event.data);
  socket.onerror = (event) => seen.push(event.type);
  socket.onclose = (event) => seen.push(`${event.type} ${event.code} ${event.reason} ${event.wasClean}`);
  scene.socket.extensions = "permessage-deflate";
  scene.socket.hello();
  assertEquals([socket.readyState, socket.protocol, socket.extensions], [1, "sockeye.v1", "permessage-deflate"]);
  scene.socket.say(undefined, "hi");
  scene.socket.dispatchEvent(new Event("error"));
  scene.socket.end(1000, "bye");
  assertEquals(seen, ["open", "hi", "error", "close 1000 bye true"]);
  assertEquals(socket.readyState, 3);
});

Deno.test("it offers sockeye.v1 first, then what it is given as a WebSocket would be", () => {
  assertEquals(new Scene().socket.protocols, ["sockeye.v1"]);
  assertEquals(new Scene({ protocols: ["mqtt"] }).socket.protocols, ["sockeye.v1", "mqtt"]);
  assertEquals(new Scene({ protocols: ["mqtt"], isPlain: true }).socket.protocols, ["mqtt"]);
  const saved = globalThis.WebSocket;
  const sockets: FakeSocket[] = [];
  globalThis.WebSocket = class extends FakeSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  } as unknown as typeof WebSocket;
  try {
    for (const protocols of ["mqtt", ["mqtt", "wamp"]]) new SockeyeSocket("ws://example.com", protocols).close();
  } finally {
    globalThis.WebSocket = saved;
  }
  assertEquals(sockets.map(({ protocols }) => protocols), [["sockeye.v1", "mqtt"], ["sockeye.v1", "mqtt", "wamp"]]);
  for (const socket of sockets) socket.end();
});

Deno.test("a URL that is none, and a platform without WebSocket, are told at once", () => {
  assertThrows(() => new Scene({}, "/chat"), TypeError);
  assertThrows(() => new Scene({ WebSocket: undefined as never }), TypeError, "no WebSocket");
  assertThrows(() => new Scene({ transports: [] }), TypeError, "no WebSocket");
});

Deno.test("it is open with the first hello, and not before", () => {
  const scene = new Scene();
  scene.socket.accept();
  scene.socket.say(undefined, "too early");
  assertEquals([scene.client.readyState, scene.events], [0, []]);
  scene.socket.say(["hello", "p7"]);
  assertEquals([scene.client.readyState, scene.events], [1, [["open", false]]]);
});

Deno.test("it comes back after a wait, opens again, and closes once, for good", () => {
  const scene = Scene.open();
  scene.clock.advance(1);
  scene.socket.end(1006);
  assertEquals([scene.client.readyState, scene.sockets.length], [0, 1]);
  scene.clock.advance(249);
  assertEquals(scene.sockets.length, 1);
  scene.clock.advance(1);
  assertEquals(scene.sockets.length, 2);
  scene.socket.hello();
  scene.clock.advance(1_000);
  scene.socket.end(4000, "enough");
  scene.clock.advance(1_000_000);
  assertEquals(scene.sockets.length, 2);
  assertEquals(scene.events, [["open", false], ["away", 1006, 250], ["open", true], ["close", 4000, "enough"]]);
  assertEquals([scene.clock.pendingTimers, scene.page.listeners.size], [0, 0]);
});

Deno.test("an attempt that takes longer than connectTimeoutMs has failed, and what comes of it later is ignored", () => {
  const scene = new Scene({ connectTimeoutMs: 2_000 });
  scene.socket.accept();
  scene.clock.advance(2_000);
  const [slow] = scene.sockets;
  assertEquals(slow!.closedWith, []);
  slow!.say(["hello", "p1"]);
  slow!.dispatchEvent(new Event("error"));
  slow!.end();
  assertEquals([scene.client.readyState, scene.events], [0, [["away", 1006, 250]]]);
  scene.clock.advance(250);
  assertEquals(scene.sockets.length, 2);
});

Deno.test("a token is sent first, before anything else", () => {
  const scene = new Scene({ token: "secret" });
  scene.client.send("hi");
  scene.socket.accept();
  assertEquals(scene.socket.sent, ['["auth","secret"]']);
  scene.socket.say(["hello", "p1"]);
  assertEquals(scene.socket.sent, ['["auth","secret"]', "\nhi"]);
  assertEquals(scene.socket.url.includes("secret"), false);
});

Deno.test("a token can be a subprotocol, and is not sent again then", () => {
  const scene = new Scene({ token: "sé", tokenIn: "subprotocol", protocols: ["mqtt"] });
  assertEquals(scene.socket.protocols, ["sockeye.v1", "sockeye.token.c8Op", "mqtt"]);
  scene.socket.hello();
  assertEquals(scene.socket.sent, []);
});

Deno.test("URL and token are asked for before each attempt; a refused token is said to be one", async () => {
  const asked: unknown[] = [];
  let count = 0;
  const scene = new Scene({
    token: (request) => {
      asked.push(request);
      return Promise.resolve(`t${++count}`);
    },
  }, () => `/chat/${count}`);
  assertEquals(scene.client.url, "");
  await settled();
  assertEquals(scene.sockets.length, 0, "a relative URL without a page is none");
  assertInstanceOf(scene.events[0]![1], TypeError);

  const other = new Scene({
    token: ({ isRefused }) => {
      asked.push(isRefused);
      return Promise.resolve("t");
    },
  }, () => Promise.resolve(new URL("https://example.com/x")));
  for (const code of [1006, 4401, 4403]) {
    await settled();
    assertEquals(other.client.url, "wss://example.com/x");
    other.socket.accept();
    other.socket.end(code);
    other.clock.advance(1_000);
  }
  await settled();
  assertEquals(asked, [false, false, true]);
  assertEquals(other.events.at(-1), ["close", 4403, ""]);
  scene.client.close();
});

Deno.test("what URL or token throw is an attempt that failed", async () => {
  const oops = new Error("oops");
  let isBroken = true;
  const scene = new Scene({ token: () => isBroken ? Promise.reject(oops) : "t" });
  await settled();
  assertEquals(scene.events, [["error", oops], ["away", 1006, 250]]);
  isBroken = false;
  scene.clock.advance(250);
  await settled();
  scene.socket.hello();
  assertEquals(scene.client.readyState, 1);
});

Deno.test("a socket class that throws is an attempt that failed", () => {
  const scene = new Scene({
    WebSocket: class extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        throw new DOMException("no", "SecurityError");
      }
    },
  });
  assertEquals(scene.client.readyState, 0);
  scene.clock.advance(250);
  assertEquals(scene.events.map(([type]) => type), ["error", "away"]);
});

Deno.test("close ends it for good in each state, and close follows once", async () => {
  const unconnected = new Scene({ token: () => new Promise(() => {}) });
  const waiting = new Scene();
  waiting.socket.end();
  for (const scene of [unconnected, waiting]) {
    scene.client.close(3000, "bye");
    assertEquals(scene.client.readyState, 2);
    scene.client.close();
    await settled();
    assertEquals(scene.events.at(-1), ["close", 3000, "bye"]);
    assertEquals([scene.client.readyState, scene.clock.pendingTimers, scene.page.listeners.size], [3, 0, 0]);
  }
  for (const scene of [new Scene(), Scene.open()]) {
    scene.client.close(1000, "bye");
    assertEquals([scene.client.readyState, scene.socket.closedWith], [2, [1000, "bye"]]);
    scene.socket.say(undefined, "on its way");
    scene.socket.end(1000, "bye");
    await settled();
    assertEquals(scene.events.at(-1), ["close", 1000, "bye"]);
    assertEquals(scene.events.filter(([type]) => type === "close").length, 1);
    assertEquals([scene.client.readyState, scene.clock.pendingTimers], [3, 0]);
  }
});

Deno.test("close in a listener of error and of away counts", async () => {
  for (const type of ["error", "away"]) {
    const scene = new Scene({ token: () => Promise.reject(new Error("oops")) });
    scene.client.addEventListener(type, () => scene.client.close());
    await settled();
    assertEquals(scene.events.filter(([type]) => type === "close"), [["close", 1005, ""]]);
    assertEquals(scene.clock.pendingTimers, 0);
  }
});

Deno.test("close takes the codes that a page may send, and is no attempt when it throws", () => {
  const scene = Scene.open();
  for (const code of [1001, 1005, 2999, 5000]) {
    assertThrows(() => scene.client.close(code), DOMException, String(code));
  }
  assertThrows(() => scene.client.close(1000, "é".repeat(62)), DOMException, "ééé");
  assertEquals(scene.client.readyState, 1);
});

Deno.test("reconnect tries now, and does nothing while it is connected or tries already", () => {
  const scene = Scene.open();
  scene.client.reconnect();
  scene.socket.end(1011);
  scene.client.reconnect();
  scene.client.reconnect();
  assertEquals(scene.sockets.length, 2);
  scene.clock.advance(5_000);
  assertEquals(scene.sockets.length, 2);
});

Deno.test("while the page is away there is no attempt; when it is back there is one at once", () => {
  const scene = Scene.open();
  scene.page.turn(true);
  assertEquals(scene.client.readyState, 1, "a live connection is kept");
  scene.socket.end(1006);
  scene.clock.advance(1_000_000);
  assertEquals([scene.sockets.length, scene.clock.pendingTimers], [1, 0]);
  assertEquals(scene.events.at(-1), ["away", 1006, undefined]);
  scene.page.turn(false);
  scene.clock.advance(50);
  assertEquals(scene.sockets.length, 2);
});

Deno.test("a page that turns away while the client waits stops the wait; one that turns up ends it", () => {
  const scene = new Scene({ random: () => 1 });
  for (let n = 0; n < 6; n++) {
    scene.socket.end();
    scene.clock.advance(500 * 2 ** n);
  }
  scene.socket.end();
  scene.page.turn(true);
  assertEquals(scene.clock.pendingTimers, 0);
  scene.page.turn(false);
  assertEquals(scene.sockets.length, 7);
  scene.clock.advance(100);
  assertEquals(scene.sockets.length, 8);
});

Deno.test("a page that is back asks at once whether its connection lives, and does not wait long", () => {
  const scene = Scene.open();
  scene.page.turn(false);
  assertEquals(scene.socket.headers(), [["ping"]]);
  scene.socket.say(["pong"]);
  scene.clock.advance(3_000);
  assertEquals(scene.client.readyState, 1);
  scene.page.turn(false);
  scene.clock.advance(3_000);
  assertEquals(scene.events.at(-1), ["away", 1006, 250]);
});

Deno.test("a page that is left drops its connection, and is back when it is shown again", () => {
  const scene = Scene.open();
  scene.page.turn(true, "leave");
  assertEquals([scene.socket.closedWith, scene.client.readyState], [[], 0]);
  scene.clock.advance(1_000_000);
  assertEquals(scene.sockets.length, 1);
  scene.page.turn(false);
  scene.clock.advance(50);
  scene.socket.hello();
  assertEquals(scene.events, [["open", false], ["away", 1006, undefined], ["open", true]]);
});

Deno.test("a connection that is silent for too long is dropped", () => {
  const scene = Scene.open();
  scene.clock.advance(25_000 + 10_000);
  assertEquals([scene.socket.headers(), scene.client.readyState], [[["ping"]], 0]);
});

Deno.test("a publication without a subscription is a message: the route has subscribed the peer", () => {
  const scene = Scene.open();
  scene.socket.say(["pub", "room:1", 7], "hi");
  scene.socket.say(["later", "room:1"], "?");
  scene.socket.say(["subbed", 99, "room:1", { recovered: false }]);
  assertEquals(scene.events.slice(1), [["message", "hi"]]);
});

Deno.test("bytes come as a Blob or as an ArrayBuffer, as binaryType says", async () => {
  const scene = Scene.open();
  const bytes = new TextEncoder().encode("\nab").buffer;
  scene.socket.receive(bytes);
  scene.client.binaryType = "arraybuffer";
  scene.socket.receive(bytes);
  const [blob, buffer] = scene.events.slice(1).map(([, data]) => data);
  assertEquals(await (blob as Blob).text(), "ab");
  assertEquals(new Uint8Array(buffer as ArrayBuffer), new TextEncoder().encode("ab"));
});

Deno.test("a header that is none ends the connection, and the client comes back", () => {
  const scene = Scene.open();
  scene.socket.receive("hello");
  assertEquals([scene.events.at(-1), scene.socket.closedWith], [["away", 1006, 250], []]);
});

Deno.test("where the server does not speak sockeye.v1, messages are as they are, and it comes back all the same", () => {
  for (const protocol of ["", "mqtt"]) {
    const scene = new Scene({ isPlain: protocol === "", protocols: ["mqtt"], token: "secret" });
    scene.client.send("early");
    scene.socket.accept(protocol);
    scene.client.send(new Uint8Array([1, 2]));
    scene.socket.receive("a\nb");
    assertEquals(scene.socket.sent, ["early", new Uint8Array([1, 2])]);
    assertEquals(scene.client.protocol, protocol);
    scene.clock.advance(1_000_000);
    scene.socket.end(1012);
    scene.clock.advance(250);
    scene.socket.accept(protocol);
    assertEquals(scene.events, [["open", false], ["message", "a\nb"], ["away", 1012, 250], ["open", true]]);
  }
});

Deno.test("where the server does not speak sockeye.v1, subscribing and asking are refused by name", async () => {
  const scene = new Scene();
  const refusals: string[] = [];
  const early = scene.client.subscribe("room:1");
  early.addEventListener("error", ({ error }) => refusals.push(error.code));
  const asked = scene.client.request("?");
  scene.socket.accept("");
  assertEquals(refusals, ["unsupported"]);
  assertEquals(await refusalOf(asked), "unsupported");
  assertEquals(await refusalOf(scene.client.request("?")), "unsupported");
  assertThrows(() => scene.client.subscribe("room:2"), Error, "sockeye.v1");
  assertEquals([scene.socket.sent, scene.clock.pendingTimers], [[], 0]);
});

Deno.test("an error in one listener does not break the machine", () => {
  const scene = new Scene();
  const reported: string[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error.message);
  };
  globalThis.addEventListener("error", onError);
  for (const type of ["open", "away", "message"]) {
    scene.client.addEventListener(type, () => {
      throw new Error(type);
    });
  }
  scene.client.onopen = () => {
    throw new Error("onopen");
  };
  scene.client.send("kept");
  scene.socket.hello();
  scene.socket.say(undefined, "hi");
  scene.comeBack();
  globalThis.removeEventListener("error", onError);
  assertEquals(reported, ["onopen", "open", "message", "away", "onopen", "open"]);
  assertEquals([scene.client.readyState, scene.sockets[0]!.sent], [1, ["\nkept"]]);
});

Deno.test("a presence event without a subscription is told by the client: the route has the peer watch", () => {
  const scene = Scene.open();
  const seen: unknown[] = [];
  scene.client.addEventListener("presence", ({ topic, change, key, state }) => seen.push([topic, change, key, state]));
  scene.socket.say(["presence", "leave", "room:1", "ann", null]);
  assertEquals(seen, [["room:1", "leave", "ann", null]]);
});
