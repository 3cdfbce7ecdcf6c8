/** `/rooms/[room]`. @module */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { deliver, GONE } from "../../suites/runtime_bench.ts";
import { type Connected, type Shipped, withShippedRoutes } from "../shipped_routes.ts";

const PATTERN = "/rooms/[room]";

function join({ connect }: Shipped, room: string, name: string): Connected {
  return connect(PATTERN, { id: name, params: { room }, context: { name } });
}

/** What a peer published, with the topic and `self` before the parsed event. */
function publishedBy({ commands }: Connected): unknown[] {
  return commands.calls.filter(([name]) => name === "publish")
    .map(([, topic, text, self]) => [topic, self, JSON.parse(String(text))]);
}

Deno.test("/rooms/[room] tells all members, the new one too, who joined and how many are there", async () => {
  await withShippedRoutes(async (shipped) => {
    const ada = join(shipped, "lobby", "ada");
    await ada.events.open();
    const bob = join(shipped, "lobby", "bob");
    await bob.events.open();
    const room = "lobby";
    assertEquals(ada.commands.calls[0], ["subscribe", "room:lobby"]);
    assertEquals(publishedBy(ada), [["room:lobby", true, { type: "join", room, from: "ada", text: "", count: 1 }]]);
    assertEquals(publishedBy(bob), [["room:lobby", true, { type: "join", room, from: "bob", text: "", count: 2 }]]);
    await ada.events.close(GONE);
    assertEquals(publishedBy(ada)[1], ["room:lobby", false, { type: "leave", room, from: "ada", text: "", count: 1 }]);
    await bob.events.close(GONE);
  });
});

Deno.test("/rooms/[room] counts each room for itself, and starts from nothing when all have left", async () => {
  await withShippedRoutes(async (shipped) => {
    const ada = join(shipped, "red", "ada");
    const bob = join(shipped, "blue", "bob");
    await ada.events.open();
    await bob.events.open();
    await ada.events.close(GONE);
    const cleo = join(shipped, "red", "cleo");
    await cleo.events.open();
    const counts = [bob, cleo].map((member) => JSON.parse(String(member.commands.calls[1]?.[2])).count);
    assertEquals(counts, [1, 1]);
    await bob.events.close(GONE);
    await cleo.events.close(GONE);
  });
});

Deno.test("/rooms/[room] passes text on to all members, trimmed", async () => {
  await withShippedRoutes(async (shipped) => {
    const ada = join(shipped, "lobby", "ada");
    await ada.events.open();
    await deliver(ada.events, "  hello\n");
    const event = { type: "message", room: "lobby", from: "ada", text: "hello", count: 1 };
    assertEquals(publishedBy(ada)[1], ["room:lobby", true, event]);
    await ada.events.close(GONE);
  });
});

Deno.test("/rooms/[room] answers binary, empty and too long messages to their sender alone", async () => {
  await withShippedRoutes(async (shipped) => {
    const ada = join(shipped, "lobby", "ada");
    await ada.events.open();
    await deliver(ada.events, [1]);
    await deliver(ada.events, " ");
    await deliver(ada.events, "x".repeat(2_001));
    await deliver(ada.events, "x".repeat(2_000));
    const answers = ada.commands.sentObjects.map((text) => JSON.parse(String(text)));
    assertEquals(answers.map(({ type, text }) => [type, text]), [
      ["error", "This room takes text messages only."],
      ["error", "The message is empty."],
      ["error", "The message has 2001 characters; at most 2000 are passed on."],
    ]);
    assertEquals(publishedBy(ada).length, 2);
    await ada.events.close(GONE);
  });
});

Deno.test("/rooms/[room] takes ?name=, and finds a friendly one where there is none", async () => {
  await withShippedRoutes(async ({ upgrade }) => {
    const chosen = await upgrade(PATTERN, "http://example.com/rooms/lobby?name=%20Zo%C3%AB%20", { room: "lobby" });
    assertEquals(chosen, { accept: true, context: { name: "Zoë" } });
    const found = await upgrade(PATTERN, "http://example.com/rooms/lobby?name=", { room: "lobby" });
    assert(found.accept);
    assertMatch((found.context as { name: string }).name, /^[a-z]+ [a-z]+$/);
  });
});

Deno.test("/rooms/[room] refuses names of rooms and members that are empty, long or hold control characters", async () => {
  const cases: ReadonlyArray<readonly [room: string, name: string, accept: boolean]> = [
    ["Ärger im Büro-2.0_b", "ada", true],
    ["x".repeat(64), "x".repeat(32), true],
    ["x".repeat(65), "ada", false],
    ["..", "ada", false],
    ["a/b", "ada", false],
    ["a\nb", "ada", false],
    ["lobby", "x".repeat(33), false],
    ["lobby", "a\u0007b", false],
    ["lobby", "a\u202eb", false],
  ];
  await withShippedRoutes(async ({ upgrade }) => {
    for (const [room, name, accept] of cases) {
      const url = `http://example.com/rooms/x?name=${encodeURIComponent(name)}`;
      const decision = await upgrade(PATTERN, url, { room });
      assertEquals(decision.accept, accept, JSON.stringify([room, name]));
      if (!decision.accept) {
        assertEquals(decision.response.status, 400);
        assertMatch(await decision.response.text(), /has 1 to \d+/);
      }
    }
  });
});

Deno.test("/rooms/[room] counts whom its code takes over", async () => {
  await withShippedRoutes(async (shipped) => {
    const ada = join(shipped, "moved", "ada");
    await ada.events.resume(undefined, "swap");
    const bob = join(shipped, "moved", "bob");
    await bob.events.open();
    const room = "moved";
    assertEquals(publishedBy(ada), []);
    assertEquals(publishedBy(bob), [["room:moved", true, { type: "join", room, from: "bob", text: "", count: 2 }]]);
    for (const { events } of [ada, bob]) await events.close(GONE);
  });
});
