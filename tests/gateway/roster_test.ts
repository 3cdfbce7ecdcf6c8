/** Members that come and go. @module */
import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { Roster, type Seated } from "../../lib/gateway/roster.ts";

class Member implements Seated {
  seat = -1;
}

Deno.test("Roster holds what a Set would after any sequence of comings and goings", () => {
  const members = Array.from({ length: 12 }, () => new Member());
  fc.assert(fc.property(fc.array(fc.nat(members.length - 1), { maxLength: 60 }), (script) => {
    const roster = new Roster<Member>();
    const expected = new Set<Member>();
    for (const at of script) {
      const member = members[at]!;
      // Whoever is there goes, and whoever is not comes.
      if (!expected.delete(member)) expected.add(member), roster.add(member);
      else assert(roster.delete(member));
      assertEquals(roster.size, expected.size);
    }
    assertEquals(new Set(roster.list()), expected);
    for (const member of expected) assert(roster.delete(member));
    assert(members.every(({ seat }) => seat === -1));
  }));
});

Deno.test("Roster.delete tells of a stranger, and leaves a member of another roster where it is", () => {
  const [ours, theirs] = [new Roster<Member>(), new Roster<Member>()];
  const [member, other] = [new Member(), new Member()];
  theirs.add(other);
  assertFalse(ours.delete(member));
  ours.add(member);
  assertFalse(ours.delete(other));
  assertEquals([ours.list(), theirs.list()], [[member], [other]]);
});

Deno.test("Roster.list is of its moment: who is in it may leave meanwhile", () => {
  const roster = new Roster<Member>();
  for (let count = 0; count < 5; count++) roster.add(new Member());
  for (const member of roster.list()) assert(roster.delete(member));
  assertEquals(roster.size, 0);
});
