/** One connection: opened once, ended once. @module */
import { assertEquals } from "@std/assert";
import { createLink } from "../../lib/client/link.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeSocket } from "./fake_network.ts";

function begin(token?: string) {
  const socket = new FakeSocket("ws://example.com", []);
  const clock = new FakeClock();
  const seen: unknown[] = [];
  const terms = { clock, pingIntervalMs: 25_000, pongTimeoutMs: 10_000 };
  const link = createLink(socket, terms, token, {
    hasOpened: (peer) => seen.push(["opened", peer]),
    message: ({ header, payload }) => seen.push([header, payload]),
    error: () => seen.push(["error"]),
    ended: ({ code, reason, wasClean }) => seen.push(["ended", code, reason, wasClean]),
  });
  return { socket, clock, seen, link };
}

Deno.test("bytes are read as an ArrayBuffer, so that all come in order", () => {
  assertEquals(begin().socket.binaryType, "arraybuffer");
});

Deno.test("it is open once, with the first hello, after the token", () => {
  const { socket, seen, link } = begin("t");
  socket.accept();
  assertEquals([socket.sent, link.isWritable()], [['["auth","t"]'], false]);
  socket.say(["hello", "p1"]);
  socket.say(["hello", "p2"]);
  assertEquals(seen, [["opened", "p1"], [["hello", "p2"], ""]]);
  assertEquals(link.isWritable(), true);
  socket.readyState = 2;
  assertEquals(link.isWritable(), false);
});

Deno.test("an empty token is a token", () => {
  const { socket } = begin("");
  socket.accept();
  assertEquals(socket.sent, ['["auth",""]']);
});

Deno.test("cut off before hello it has ended, and nothing is told of it any more", () => {
  const { socket, clock, seen, link } = begin();
  socket.accept();
  link.cutOff("no answer");
  socket.say(["hello", "p1"]);
  socket.dispatchEvent(new Event("error"));
  socket.end(1000);
  link.cutOff("again");
  assertEquals([seen, clock.pendingTimers], [[["ended", 1006, "no answer", false]], 0]);
});

Deno.test("its end is told as it is, once", () => {
  const { socket, clock, seen } = begin();
  socket.hello();
  socket.dispatchEvent(new Event("error"));
  socket.end(4000, "bye");
  socket.end(4000, "bye");
  assertEquals([seen.slice(1), clock.pendingTimers], [[["error"], ["ended", 4000, "bye", true]], 0]);
});

Deno.test("an end without a code is 1006", () => {
  const { socket, seen } = begin();
  socket.end(0);
  assertEquals(seen, [["ended", 1006, "", true]]);
});

Deno.test("a handshake that is answered after it was dropped is nothing", () => {
  const { socket, seen, link } = begin("t");
  link.cutOff("changed my mind");
  socket.accept();
  assertEquals([seen, socket.sent], [[["ended", 1006, "changed my mind", false]], []]);
});

Deno.test("where the server does not speak sockeye.v1, nothing of it is sent, and nobody is asked whether he lives", () => {
  const { socket, clock, seen, link } = begin("t");
  socket.accept("");
  socket.receive("hi");
  link.send("ho", ["req", 1]);
  link.probe(100);
  clock.advance(1_000_000);
  assertEquals([seen, socket.sent], [[["opened", ""], [[], "hi"]], ["ho"]]);
});
