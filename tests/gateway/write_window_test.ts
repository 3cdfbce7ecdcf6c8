/** The write window: who writes now, and who when the system's events have had their turn. @module */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { type WriteMember, WriteWindow } from "../../lib/gateway/write_window.ts";

class Member implements WriteMember {
  flushes = 0;
  onFlush: () => void = () => {};

  flush(): void {
    this.flushes++;
    this.onFlush();
  }
}

function open(count: number): { window: WriteWindow; members: Member[] } {
  const window = new WriteWindow();
  const members = Array.from({ length: count }, () => new Member());
  for (const member of members) window.add(member);
  return { window, members };
}

const written = (members: readonly Member[]) => members.filter(({ flushes }) => flushes > 0).length;

Deno.test("WriteWindow lets 128 write at once, however much was read", () => {
  const { window, members } = open(128);
  assertFalse(window.flush(128));
  assertEquals([written(members), window.isWaiting], [128, false]);
});

Deno.test("WriteWindow lets 112 of more write, in the order they came, and the others when it goes on", () => {
  const { window, members } = open(300);
  assert(window.flush(0));
  assertEquals([written(members), written(members.slice(0, 112))], [112, 112]);
  // The same poll: what it grants is spent, but some must go on.
  assert(window.goOn());
  assertEquals([written(members), written(members.slice(0, 144))], [144, 144]);
  assert(window.goOn());
  assertEquals(written(members), 256);
  assertFalse(window.goOn());
  assertEquals(members.every(({ flushes }) => flushes === 1), true);
});

Deno.test("WriteWindow counts reads against what may be written", () => {
  const { window, members } = open(300);
  window.flush(100);
  assertEquals(written(members), 12);
  window.goOn();
  window.flush(60);
  assertEquals(written(members), 12 + 32 + 52);
});

Deno.test("WriteWindow lets 32 write each time it goes on, even where reads take all there is", () => {
  const { window, members } = open(200);
  window.flush(500);
  assertEquals(written(members), 0);
  for (let round = 1; round <= 6; round++) {
    window.goOn();
    assertEquals(written(members), 32 * round);
    window.flush(500);
  }
});

Deno.test("WriteWindow rations until nobody waits, also when few are left", () => {
  const { window, members } = open(130);
  window.flush(112);
  window.goOn();
  assert(window.isWaiting);
  window.flush(112);
  assertEquals(written(members), 32);
  while (window.goOn());
  const { window: fresh, members: few } = open(20);
  fresh.flush(112);
  assertEquals([written(members), written(few)], [130, 20]);
});

Deno.test("WriteWindow lets who comes while others wait write after them", () => {
  const { window, members } = open(200);
  const late = new Member();
  window.flush(0);
  window.add(late);
  // Who has written and has something to write again is behind the newcomer.
  window.add(members[0]!);
  for (window.goOn(); late.flushes === 0; window.goOn()) assertEquals(members[0]!.flushes, 1);
  assertEquals([written(members), members[0]!.flushes], [200, 2]);
});

Deno.test("WriteWindow does not start in the same go what is added by a write", () => {
  const { window, members } = open(1);
  const added = new Member();
  members[0]!.onFlush = () => window.add(added);
  assert(window.flush(0));
  assertEquals(added.flushes, 0);
  assertFalse(window.flush(0));
  assertEquals(added.flushes, 1);
});
