/** The members of one topic. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Statement, TopicMembers } from "../../lib/pubsub/topic_members.ts";

function members(): { readonly members: TopicMembers; readonly told: string[] } {
  const told: string[] = [];
  const members = new TopicMembers((type, { key, state }) => told.push(`${type} ${key} ${JSON.stringify(state)}`));
  return { members, told };
}

Deno.test("TopicMembers tells of a member that comes, changes and goes, and of nothing else", () => {
  const { members: one, told } = members();
  one.set("a", ["ann", "1", 1]);
  one.set("a", ["ann", "1", 2]);
  one.set("a", ["ann", "2", 3]);
  one.delete("a", "bob");
  one.delete("b", "ann");
  one.delete("a", "ann");
  one.delete("a", "ann");
  assertEquals(told, ["join ann 1", "update ann 2", "leave ann 2"]);
  assertEquals([one.size, one.list()], [0, []]);
});

Deno.test("TopicMembers has a member there while one node says so, as what those that are left said last", () => {
  const { members: one, told } = members();
  one.set("a", ["ann", "1", 1]);
  one.set("b", ["ann", "2", one.nextVersion("ann")]);
  one.set("a", ["ann", "3", one.nextVersion("ann")]);
  one.delete("a", "ann");
  assertEquals(one.list(), [{ key: "ann", state: 2 }]);
  one.delete("b", "ann");
  assertEquals(told, ["join ann 1", "update ann 2", "update ann 3", "update ann 2", "leave ann 2"]);
  assertEquals(one.nextVersion("ann"), 1);
});

Deno.test("TopicMembers gives what one node said, and takes its word for all of its members", () => {
  const { members: one, told } = members();
  for (const statement of [["ann", "1", 1], ["bob", "2", 1]] as const) one.set("a", statement);
  one.set("b", ["bob", "3", 2]);
  assertEquals(one.ofNode("a"), [["ann", "1", 1], ["bob", "2", 1]]);
  told.length = 0;
  one.replace("a", [["cat", "4", 1]]);
  assertEquals(told, ["leave ann 1", "join cat 4"]);
  assertEquals([one.ofNode("a"), one.ofNode("c")], [[["cat", "4", 1]], []]);
  one.replace("b", []);
  assertEquals(one.list(), [{ key: "cat", state: 4 }]);
});

Deno.test("TopicMembers knows the same in the end, in whatever order it hears what several nodes say", () => {
  const statement = fc.tuple(fc.constantFrom("ann", "bob"), fc.nat(3).map(String), fc.nat(3));
  const said = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.option(statement)), { maxLength: 20 });
  fc.assert(fc.property(said, fc.array(fc.nat()), (all, order) => {
    // Of each node in its order, the nodes among each other in any.
    const byNode = Map.groupBy(all, ([node]) => node);
    const mixed: [node: string, statement: Statement | null][] = [];
    for (const at of [...order, ...all.map((_, index) => index)]) {
      const nodes = [...byNode.values()].filter((list) => list.length > 0);
      if (nodes.length > 0) mixed.push(nodes[at % nodes.length]!.shift()!);
    }
    const [one, other] = [members().members, members().members];
    const hear = (to: TopicMembers, list: typeof mixed): void => {
      for (const [node, statement] of list) statement === null ? to.delete(node, "ann") : to.set(node, statement);
    };
    const inOrder = [...all];
    hear(one, inOrder);
    hear(other, mixed);
    const sorted = (list: TopicMembers): string[] => list.list().map((member) => JSON.stringify(member)).sort();
    assertEquals(mixed.length, all.length);
    assertEquals(sorted(one), sorted(other));
  }));
});
