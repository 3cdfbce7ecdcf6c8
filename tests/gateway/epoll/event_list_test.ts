import { assertEquals } from "@std/assert";
import { EventList } from "../../../lib/gateway/epoll/event_list.ts";
import { EPOLL, EVENT_LAYOUTS } from "../../../lib/gateway/epoll/linux.ts";

/** Two events each, as `struct epoll_event` lies in memory: little endian, packed on x64 only. */
const VECTORS: Readonly<Record<string, string>> = {
  x86_64: "01200000" + "07000000" + "02000000" + "040000c0" + "ff000100" + "ffffffff",
  aarch64: "01200000" + "00000000" + "07000000" + "02000000" + "040000c0" + "00000000" + "ff000100" + "ffffffff",
};

for (const [arch, hex] of Object.entries(VECTORS)) {
  Deno.test(`EventList lays events out as ${arch} has them (linux/eventpoll.h)`, () => {
    const list = new EventList(2, EVENT_LAYOUTS[arch]!);
    list.set(0, EPOLL.IN | EPOLL.RDHUP, 7, 2);
    list.set(1, EPOLL.OUT | EPOLL.EDGE | 1 << 30, 65_791, -1);
    assertEquals(list.bytes.toHex(), hex);
    const read = new EventList(2, EVENT_LAYOUTS[arch]!);
    read.bytes.set(Uint8Array.fromHex(hex));
    assertEquals([0, 1].map((at) => [read.fdAt(at), read.generationAt(at)]), [[7, 2], [65_791, -1]]);
    assertEquals(read.eventsAt(0), EPOLL.IN | EPOLL.RDHUP);
    assertEquals(read.eventsAt(1) & (EPOLL.IN | EPOLL.OUT), EPOLL.OUT);
  });
}
