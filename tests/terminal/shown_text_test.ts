/** Text from elsewhere on a terminal. @module */
import { assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { preview, shownLine, shownText } from "../../lib/terminal/shown_text.ts";

Deno.test("shownLine makes escape sequences visible, of seven and of eight bits", () => {
  assertEquals(shownLine("\x1b]0;title\x07\x1b[2J\x9b31m"), "\\e]0;title\\x07\\e[2J\\x9b31m");
  assertEquals(shownLine("a\r\nb\0\x7f"), "a\\r\\nb\\0\\x7f");
});

Deno.test("shownLine makes visible what turns the direction of writing, and what is invisible", () => {
  assertEquals(shownLine("a\u202eb\u2066c\u200b\u2028\ufeff"), "a\\u202eb\\u2066c\\u200b\\u2028\\ufeff");
});

Deno.test("shownLine leaves letters, tabs and pictures as they are", () => {
  assertEquals(shownLine("naïve\t漢字 👩\u200d👧 می\u200cخواهم"), "naïve\t漢字 👩\u200d👧 می\u200cخواهم");
});

Deno.test("shownText indents lines after the first, so that none poses as a message", () => {
  assertEquals(shownText("a\n< b"), "a\n  < b");
  assertEquals(shownText("a\nb", ""), "a\nb");
});

Deno.test("nothing that shownText or shownLine returns acts on a terminal", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  fc.assert(
    fc.property(text, (text) => {
      // deno-lint-ignore no-control-regex -- none of them may be there
      assertFalse(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(shownText(text)));
      // deno-lint-ignore no-control-regex -- none of them may be there
      assertFalse(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/.test(shownLine(text)));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("preview cuts before it escapes, and says so", () => {
  assertEquals(preview("abc\x1bdef", 4), '"abc\\e"…');
  assertEquals(preview("abc", 4), '"abc"');
});
