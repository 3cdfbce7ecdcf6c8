import { assert, assertEquals } from "@std/assert";
import { enter, LinkDoor, readWhole, TICKET_BYTES } from "../../lib/workers/handshake.ts";
import { MemoryStream } from "../../lib/testing/mod.ts";

Deno.test("LinkDoor admits who has the ticket, and nobody else", async () => {
  const door = new LinkDoor();
  const ticket = door.ticket;
  assertEquals(ticket.length, TICKET_BYTES);
  const admitted = door.admit();
  const wrong = ticket.slice();
  wrong[TICKET_BYTES - 1]! ^= 1;
  using stranger = await enter(wrong);
  // The stranger is shown the door.
  assertEquals(await stranger.read(new Uint8Array(1)).catch(() => null), null);
  using worker = await enter(ticket);
  using parent = await admitted;
  assert(parent !== undefined);
  await worker.write(Uint8Array.of(7));
  assertEquals(await readWhole(parent, new Uint8Array(1)), Uint8Array.of(7));
});

Deno.test("LinkDoor: each has a secret of its own, and one that is closed admits nobody", async () => {
  const [one, other] = [new LinkDoor(), new LinkDoor()];
  assert(one.ticket.slice(2).toHex() !== other.ticket.slice(2).toHex());
  const admitted = one.admit();
  one.close();
  other.close();
  assertEquals(await admitted, undefined);
});

Deno.test("readWhole fills the buffer from what comes in parts; undefined when it ends before", async () => {
  const [one, other] = MemoryStream.pair();
  other.limitReads(1);
  await one.write(Uint8Array.of(1, 2, 3));
  await one.closeWrite();
  assertEquals(await readWhole(other, new Uint8Array(2)), Uint8Array.of(1, 2));
  assertEquals(await readWhole(other, new Uint8Array(2)), undefined);
});
