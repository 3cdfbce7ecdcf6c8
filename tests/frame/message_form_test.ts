/** The bits of a message's form. @module */
import { assertEquals } from "@std/assert";
import { FORM } from "../../lib/frame/message_form.ts";

Deno.test("FORM: each bit is one of its own, so that they can be joined and told apart", () => {
  const bits = Object.values(FORM);
  assertEquals(bits.reduce((all, bit) => all | bit, 0), bits.reduce((sum, bit) => sum + bit, 0));
});

Deno.test("FORM: the three bits that the kernel writes are the three lowest", () => {
  assertEquals([FORM.TEXT, FORM.ASCII, FORM.COMPRESSED], [1, 2, 4]);
});
