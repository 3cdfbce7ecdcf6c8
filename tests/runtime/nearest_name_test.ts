import { assertEquals } from "@std/assert";
import { nearestName } from "../../lib/runtime/nearest_name.ts";

const HOOKS = ["start", "stop", "upgrade", "open", "message", "drain", "close", "error"];

const GUESSES: ReadonlyArray<readonly [wrong: string, guess: string | undefined]> = [
  ["mesage", "message"],
  ["messages", "message"],
  ["onMessage", "message"],
  ["onclose", "close"],
  ["Open", "open"],
  ["opne", undefined],
  ["upgarde", "upgrade"],
  ["err", "error"],
  ["banana", undefined],
  ["x", undefined],
  ["on", undefined],
  ["", undefined],
  ["message".repeat(10_000), undefined],
];

for (const [wrong, guess] of GUESSES) {
  Deno.test(`nearestName: "${wrong.slice(0, 20)}" is ${guess === undefined ? "nothing known" : `"${guess}"`}`, () => {
    assertEquals(nearestName(wrong, HOOKS), guess);
  });
}
