/** What the client does after each close code is a table. docs/PROTOCOL.md §Closing. @module */
import { assertEquals } from "@std/assert";
import { type AfterClose, afterClose } from "../../lib/client/close_code.ts";
import { Scene } from "./fake_network.ts";

/** As docs/PROTOCOL.md words it. */
function wanted(code: number): AfterClose {
  if (code === 1000 || Math.floor(code / 100) === 40) return "stop";
  if (code === 4401 || code === 4403) return "refresh";
  if (code === 1012 || Math.floor(code / 100) === 42) return "hurry";
  return "wait";
}

const CODES = Array.from({ length: 4_000 }, (_, index) => 1_000 + index);

Deno.test("afterClose knows every code from 1000 to 4999", () => {
  assertEquals(CODES.filter((code) => afterClose(code) !== wanted(code)), []);
});

for (const name of ["PROTOCOL", "CLIENT"]) {
  Deno.test(`docs/${name}.md has the same table`, async () => {
    const page = await Deno.readTextFile(new URL(`../../docs/${name}.md`, import.meta.url));
    const rows = [...page.matchAll(/^\| (\d{4}[\d, –]*?) +\| (.*?) +\|$/gm)].map(([, codes = "", does = ""]) => ({
      ranges: codes.split(", ").map((range) => range.split("–").map(Number)),
      does,
    }));
    const actions: Record<string, AfterClose> = { stops: "stop", asks: "refresh", comes: "hurry" };
    const written = (code: number): AfterClose => {
      const row = rows.find(({ ranges }) => ranges.some(([first = 0, last = first]) => first <= code && code <= last));
      return actions[row?.does.split(" ")[0] ?? ""] ?? "wait";
    };
    assertEquals(rows.length, 3);
    assertEquals(CODES.filter((code) => afterClose(code) !== written(code)), []);
  });
}

Deno.test("a client whose connection is closed with each code from 1000 to 4999 does what the table says", () => {
  const wrong = CODES.filter((code) => {
    const scene = Scene.open({ random: () => 1 });
    // Has lived.
    scene.clock.advance(1);
    scene.socket.end(code);
    scene.clock.advance(500);
    const isOver = scene.client.readyState === 3;
    return isOver !== (wanted(code) === "stop") || scene.sockets.length !== (isOver ? 1 : 2);
  });
  assertEquals(wrong, []);
});
