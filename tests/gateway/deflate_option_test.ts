/** The option perMessageDeflate: its fields, their ranges, and what is said against a wrong one. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { DEFLATE_DEFAULTS, deflateProblem, deflateSettings } from "../../lib/gateway/deflate_option.ts";

Deno.test("deflateSettings: on is no context takeover, a threshold of 1 KiB and the full window (design §4)", () => {
  assertEquals(deflateSettings(true), {
    threshold: 1024,
    level: 1,
    memLevel: 8,
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: 15,
    clientMaxWindowBits: 15,
  });
});

Deno.test("deflateSettings puts the fields of an object over the defaults", () => {
  assertEquals(deflateSettings({}), DEFLATE_DEFAULTS);
  assertEquals(deflateSettings({ level: 9, threshold: 0 }), { ...DEFLATE_DEFAULTS, level: 9, threshold: 0 });
});

Deno.test("deflateProblem has nothing against a boolean, the defaults and the ends of every range", () => {
  const ends = [
    { threshold: 0, level: 1, memLevel: 1, serverMaxWindowBits: 9, clientMaxWindowBits: 9 },
    { threshold: 2 ** 31 - 1, level: 9, memLevel: 9, serverMaxWindowBits: 15, clientMaxWindowBits: 15 },
  ];
  for (const value of [true, false, {}, DEFLATE_DEFAULTS, ...ends]) assertEquals(deflateProblem(value), undefined);
});

for (
  const [value, words] of [
    ["on", "must be true, false, or an object of threshold, level, memLevel"],
    [null, "must be true, false"],
    [[], "must be true, false"],
    [1, "must be true, false"],
    [{ level: 0 }, "its level must be a whole number, 1 to 9"],
    [{ level: "6" }, "its level must be a whole number, 1 to 9"],
    [{ memLevel: 10 }, "its memLevel must be a whole number, 1 to 9"],
    [{ threshold: -1 }, "its threshold must be a whole number of bytes, 0 to 2147483647"],
    [{ threshold: 1.5 }, "its threshold must be a whole number of bytes"],
    [{ serverMaxWindowBits: 8 }, "its serverMaxWindowBits must be a whole number, 9 to 15"],
    [{ clientMaxWindowBits: 16 }, "its clientMaxWindowBits must be a whole number, 9 to 15"],
    [{ serverNoContextTakeover: 1 }, "its serverNoContextTakeover must be true or false"],
    [{ clientNoContextTakeover: "yes" }, "its clientNoContextTakeover must be true or false"],
    [{ thresholds: 1 }, "it has no thresholds; did you mean threshold?"],
    [{ zzzzzzzzzzzz: 1 }, "it has no zzzzzzzzzzzz; known are threshold"],
    [{ toString: 1 }, "it has no toString"],
  ] as const
) {
  Deno.test(`deflateProblem refuses ${JSON.stringify(value)}: ${words}`, () => {
    assertStringIncludes(deflateProblem(value) ?? "", words);
  });
}
