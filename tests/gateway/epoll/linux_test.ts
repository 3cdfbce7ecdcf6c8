import { assertEquals } from "@std/assert";
import { EPOLL, ERRNO, EVENT_LAYOUTS, SOCKET } from "../../../lib/gateway/epoll/linux.ts";

Deno.test("the numbers of Linux are those of its headers (asm-generic, linux/eventpoll.h)", () => {
  assertEquals([SOCKET.NONBLOCK, SOCKET.CLOEXEC, EPOLL.CLOEXEC], [0x800, 0x80000, 0x80000]);
  assertEquals([EPOLL.IN, EPOLL.OUT, EPOLL.ERR, EPOLL.HUP, EPOLL.RDHUP, EPOLL.EDGE >>> 31], [1, 4, 8, 16, 0x2000, 1]);
  assertEquals([ERRNO.EAGAIN, ERRNO.EINTR, ERRNO.EMFILE], [11, 4, 24]);
});

Deno.test("an event is packed on x64 and aligned on arm64", () => {
  assertEquals(Object.entries(EVENT_LAYOUTS).map(([arch, { words, ownAt }]) => [arch, words * 4, ownAt * 4]), [
    ["x86_64", 12, 4],
    ["aarch64", 16, 8],
  ]);
});
