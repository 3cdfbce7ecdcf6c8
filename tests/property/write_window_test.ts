/** Whatever is read and written: everybody who has something to write gets to, once, in order, and soon. @module */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { type WriteMember, WriteWindow } from "../../lib/gateway/write_window.ts";

const MIN_WRITES = 32;

/** A member, and the line that it must stand in. */
class Member implements WriteMember {
  isWaiting = false;
  /** Rounds of the event loop since it was added. */
  rounds = 0;
  ahead = 0;
  readonly #line: Member[];

  constructor(line: Member[]) {
    this.#line = line;
  }

  flush(): void {
    assert(this.isWaiting, "a member was flushed that had nothing to write");
    assert(this.#line.shift() === this, "a member was flushed before one that came first");
    this.isWaiting = false;
  }
}

/** One round: who gets something to write, what is read, and whether a turn comes before the round ends. */
const rounds = fc.array(
  fc.record({
    touched: fc.array(fc.nat(499), { maxLength: 400 }),
    reads: fc.nat(300),
    turns: fc.nat(3),
  }),
  { maxLength: 40 },
);

Deno.test("WriteWindow flushes every member once for each time it was added, in order, in a bounded number of rounds", () => {
  fc.assert(fc.property(rounds, (script) => {
    const window = new WriteWindow();
    const line: Member[] = [];
    const members = Array.from({ length: 500 }, () => new Member(line));
    const endRound = (): void => {
      window.goOn();
      for (const member of line) {
        assertLessOrEqual(++member.rounds, Math.ceil(member.ahead / MIN_WRITES));
      }
      assertEquals(window.isWaiting, line.length > 0);
    };
    for (const { touched, reads, turns } of script) {
      for (const at of touched) {
        const member = members[at]!;
        if (member.isWaiting) continue;
        member.isWaiting = true;
        member.rounds = 0;
        member.ahead = line.push(member);
        window.add(member);
      }
      for (let turn = 0; turn < turns; turn++) assertEquals(window.flush(reads), line.length > 0);
      endRound();
    }
    while (line.length > 0) endRound();
    assertEquals(members.some(({ isWaiting }) => isWaiting), false);
  }));
});
