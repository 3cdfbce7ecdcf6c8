/** The read window: who gets the next read when many want one. @module */
import { assert, assertEquals, assertFalse, assertLessOrEqual } from "@std/assert";
import { ReadWindow, type WindowMember } from "../../lib/gateway/read_window.ts";
import { FakeClock } from "../support/fake_clock.ts";

class Member implements WindowMember {
  windowGeneration = 0;
  isReading = false;
  isPaused = false;
  arms = 0;

  get wantsRead(): boolean {
    return !this.isReading && !this.isPaused;
  }

  arm(): void {
    assert(this.wantsRead, "a read was armed that nobody wanted");
    this.isReading = true;
    this.arms++;
  }
}

function open(count: number): { clock: FakeClock; window: ReadWindow; members: Member[] } {
  const clock = new FakeClock();
  return { clock, window: new ReadWindow(clock), members: Array.from({ length: count }, () => new Member()) };
}

/** The reads of these members complete in one turn. */
function turn(window: ReadWindow, served: readonly Member[]): void {
  for (const member of served) member.isReading = false;
  window.finish(served);
}

const reading = (members: readonly Member[]) => members.filter(({ isReading }) => isReading);

Deno.test("ReadWindow re-arms everybody at once while fewer than 128 are ready", () => {
  const { clock, window, members } = open(127);
  for (const member of members) window.enter(member);
  turn(window, members);
  assertEquals([reading(members).length, window.isSaturated, clock.pendingTimers], [127, false, 0]);
});

Deno.test("ReadWindow does not read for who is paused", () => {
  const { window, members } = open(3);
  for (const member of members) window.enter(member);
  members[1]!.isPaused = true;
  turn(window, members);
  assertEquals(members.map(({ isReading }) => isReading), [true, false, true]);
});

Deno.test("ReadWindow with 128 ready keeps a window of reads outstanding, and serves all in turn", () => {
  const { clock, window, members } = open(500);
  for (const member of members) window.enter(member);
  turn(window, members);
  assert(window.isSaturated);
  clock.advance(1);
  for (let turns = 0; turns < 100 && window.isSaturated; turns++) {
    const outstanding = reading(members);
    assertLessOrEqual(outstanding.length, 32);
    turn(window, outstanding);
  }
  // Everybody answers at once, so the window never empties: each had its turn, none twice as many as another.
  const arms = members.map((member) => member.arms);
  assertLessOrEqual(Math.max(...arms) - Math.min(...arms), 1);
  assert(Math.min(...arms) >= 2);
});

Deno.test("ReadWindow opens after a millisecond, wider each time that who has a read is quiet", () => {
  const { clock, window, members } = open(2_000);
  for (const member of members) window.enter(member);
  turn(window, members);
  assertEquals(reading(members).length, 0);
  for (const width of [32, 32, 64, 128, 256, 512, 512, 464]) {
    const before = reading(members).length;
    clock.advance(1);
    assertEquals(reading(members).length - before, width);
  }
  assertFalse(window.isSaturated);
  clock.advance(10);
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("ReadWindow does not keep who talks waiting for thousands that are quiet, while others have their turns", () => {
  const { clock, window, members } = open(20_000);
  const [talker, other] = [members.pop()!, members.pop()!];
  for (const member of [...members, talker, other]) window.enter(member);
  // All answer a ping, and then are quiet; the one that talks is served last, the other never needs a place.
  turn(window, [...members, talker]);
  let waitedMs = 0;
  for (; !talker.isReading; waitedMs++) {
    clock.advance(1);
    other.isReading = false;
    window.finish([]);
    assertLessOrEqual(waitedMs, 100, "the talker still has no read");
  }
  assertLessOrEqual(waitedMs, 50);
});

Deno.test("ReadWindow stays narrow where all have something to say, though now and then a millisecond brings nothing", () => {
  const { clock, window, members } = open(2_000);
  for (const member of members) window.enter(member);
  turn(window, members);
  clock.advance(1);
  for (let round = 0; round < 20; round++) {
    clock.advance(1); // The process was not let run.
    for (let turns = 0; turns < 3; turns++) {
      const talking = reading(members);
      assertLessOrEqual(talking.length, 64);
      turn(window, talking);
    }
    clock.advance(1);
  }
});

Deno.test("ReadWindow is narrow again as soon as half of it talk", () => {
  const { clock, window, members } = open(4_000);
  for (const member of members) window.enter(member);
  turn(window, members);
  clock.advance(5);
  const wide = reading(members);
  assertEquals(wide.length, 32 + 32 + 64 + 128 + 256);
  // The 256 of the last millisecond had something to say, but too many for one turn.
  const talking = wide.slice(32 + 32 + 64 + 128);
  turn(window, talking.slice(0, 127));
  turn(window, talking.slice(127, 254));
  const before = reading(members).length;
  clock.advance(1);
  assertEquals(reading(members).length - before, 0, "as many as the narrow window takes have a read");
  assert(window.isSaturated);
});

Deno.test("ReadWindow leaves the mode when nobody waits, and re-arms at once again", () => {
  const { clock, window, members } = open(130);
  for (const member of members) window.enter(member);
  turn(window, members);
  clock.advance(10);
  assertFalse(window.isSaturated);
  turn(window, members.slice(0, 50));
  assertEquals(reading(members).length, 130);
});

Deno.test("ReadWindow lets who enters while it is saturated wait for their turn", () => {
  const { clock, window, members } = open(201);
  const late = members.pop()!;
  for (const member of members) window.enter(member);
  turn(window, members);
  window.enter(late);
  assertFalse(late.isReading);
  clock.advance(10);
  assert(late.isReading);
});

Deno.test("ReadWindow skips who has gone or paused while it waited, and arms nobody twice", () => {
  const { clock, window, members } = open(200);
  for (const member of members) window.enter(member);
  turn(window, members);
  for (const member of members.slice(0, 100)) member.isPaused = true;
  for (const member of members.slice(150)) window.enter(member);
  clock.advance(20);
  assertEquals(members.map(({ arms }) => arms), [...new Array(100).fill(1), ...new Array(100).fill(2)]);
});

Deno.test("ReadWindow fills the place of a connection that went while its read was outstanding", () => {
  const { clock, window, members } = open(200);
  for (const member of members) window.enter(member);
  turn(window, members);
  clock.advance(1);
  const gone = reading(members);
  for (const member of gone) {
    member.isPaused = true;
    member.isReading = false;
    window.forget(member);
    window.forget(member);
  }
  clock.advance(1);
  assertEquals(reading(members).length, 32);
});

Deno.test("ReadWindow does not count a quiet peer's read that completes late against those armed since", () => {
  const { clock, window, members } = open(200);
  for (const member of members) window.enter(member);
  turn(window, members);
  clock.advance(1);
  const quiet = reading(members);
  clock.advance(1);
  assertEquals(reading(members).length, 64);
  turn(window, quiet);
  assertEquals(reading(members).length, 32);
});

Deno.test("ReadWindow.clear stops its alarm", () => {
  const { clock, window, members } = open(200);
  for (const member of members) window.enter(member);
  turn(window, members);
  assertEquals(clock.pendingTimers, 1);
  window.clear();
  assertEquals(clock.pendingTimers, 0);
});
