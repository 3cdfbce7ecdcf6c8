/** The line that is being typed, over a keyboard and a screen in memory. @module */
import { PassThrough } from "node:stream";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Prompt } from "../../lib/terminal/prompt.ts";

function promptOf(columns = 80) {
  const input = new PassThrough();
  const screen = { text: "" };
  let interrupts = 0;
  const write = (text: string) => void (screen.text += text);
  const prompt = new Prompt({
    write: (bytes) => write(new TextDecoder().decode(bytes)),
    columns: () => columns,
    complete: (line) => ["/ping ", "/pong "].filter((name) => name.startsWith(line)),
    onInterrupt: () => void interrupts++,
    input,
  });
  return { prompt, input, screen, write, interrupts: () => interrupts };
}

/** Gives the keys to readline, one after the other, as a keyboard does. */
function type(input: PassThrough, ...keys: readonly string[]): void {
  for (const key of keys) input.write(key);
}

Deno.test("Prompt gives lines, edited, and with history by the up key", async () => {
  const { prompt, input } = promptOf();
  using _ = prompt;
  const lines = prompt.lines();
  const first = lines.next();
  type(input, "hellp", "\x7f", "o", "\r");
  assertEquals((await first).value, "hello");
  const second = lines.next();
  type(input, "\x1b[A", "!", "\r");
  assertEquals((await second).value, "hello!");
});

Deno.test("Prompt completes what is typed at the tab key", async () => {
  const { prompt, input } = promptOf();
  using _ = prompt;
  const line = prompt.lines().next();
  type(input, "/", "p", "i", "\t", "x", "\r");
  assertEquals((await line).value, "/ping x");
});

Deno.test("Prompt writes what comes meanwhile above the line, which stands below it as it was", () => {
  const { prompt, input, screen, write } = promptOf();
  using _ = prompt;
  void prompt.lines().next();
  type(input, "half a li");
  screen.text = "";
  prompt.above(() => write("< message\n"));
  // Column 1 and nothing to its right; the message; prompt and line; the cursor behind them.
  assertEquals(screen.text, "\r\x1b[0J< message\n\x1b[1G\x1b[0J> half a li\x1b[12G");
});

Deno.test("Prompt goes up to where a line began that fills several", () => {
  const { prompt, input, screen, write } = promptOf(20);
  using _ = prompt;
  void prompt.lines().next();
  type(input, "x".repeat(45));
  for (let time = 0; time < 2; time++) {
    screen.text = "";
    prompt.above(() => write("< message\n"));
    // Two rows up, and not a third time by readline: that would be over what was written.
    assertStringIncludes(screen.text, "\x1b[2A\r\x1b[0J< message\n\x1b[1G\x1b[0J> xxx");
  }
});

Deno.test("Prompt ends at Ctrl+D, and tells of Ctrl+C", async () => {
  const { prompt, input, interrupts } = promptOf();
  using _ = prompt;
  const line = prompt.lines().next();
  type(input, "\x03");
  type(input, "\x04");
  assertEquals((await line).done, true);
  assertEquals(interrupts(), 1);
});

Deno.test("Prompt takes its line away when it is disposed of, and writes plainly after", () => {
  const { prompt, input, screen, write } = promptOf();
  void prompt.lines().next();
  type(input, "half");
  screen.text = "";
  prompt[Symbol.dispose]();
  assertEquals(screen.text.startsWith("\r\x1b[0J"), true);
  screen.text = "";
  prompt.above(() => write("end\n"));
  prompt[Symbol.dispose]();
  assertEquals(screen.text, "end\n");
});
