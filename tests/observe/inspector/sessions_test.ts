import { assert, assertEquals } from "@std/assert";
import { SESSION_MS, Sessions } from "../../../lib/observe/inspector/sessions.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const TOKEN = "0123456789abcdef";

function open() {
  const clock = new FakeClock();
  let count = 0;
  const sessions = new Sessions({ token: TOKEN, clock, random: () => new Uint8Array(32).fill(++count) });
  const logIn = (): string => {
    const result = sessions.logIn(TOKEN);
    assert(typeof result === "object");
    return result.id;
  };
  return { clock, sessions, logIn };
}

Deno.test("Sessions lets in who has the token, for twelve hours, or until logged out", () => {
  const { clock, sessions, logIn } = open();
  const [first, second] = [logIn(), logIn()];
  assertEquals([sessions.has(first), sessions.has(second), sessions.has("other"), sessions.has("")], [
    true,
    true,
    false,
    false,
  ]);
  sessions.logOut(first);
  assertEquals([sessions.has(first), sessions.has(second)], [false, true]);
  clock.advance(SESSION_MS - 1);
  assert(sessions.has(second));
  clock.advance(1);
  assertEquals(sessions.has(second), false);
});

Deno.test("Sessions looks at ten wrong tokens a minute: not at the right one either, until the minute is over", () => {
  const { clock, sessions } = open();
  for (let at = 0; at < 10; at++) assertEquals(sessions.logIn("0123456789abcdeg"), "wrong");
  assertEquals(sessions.logIn(TOKEN), "too often");
  clock.advance(60_000);
  assert(typeof sessions.logIn(TOKEN) === "object");
});

Deno.test("Sessions ends the oldest of too many", () => {
  const { sessions, logIn } = open();
  const ids = Array.from({ length: 17 }, logIn);
  assertEquals(ids.map((id) => sessions.has(id)), [false, ...Array(16).fill(true)]);
});
