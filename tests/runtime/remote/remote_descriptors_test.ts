import { assertThrows } from "@std/assert";
import { checkDescriptors } from "../../../lib/runtime/remote/remote_descriptors.ts";
import { mayUseTopic } from "../../../lib/runtime/remote/grants.ts";
import { descriptor } from "./support/scripted_code.ts";

const LIMITS = {
  patterns: ["/hook"],
  mayUseTopic: (topic: string) => mayUseTopic({ topics: ["mine", "hook:*"] }, topic),
};

Deno.test("checkDescriptors takes what routes are, where they may be, with what they may say of topics", () => {
  checkDescriptors([descriptor()], {});
  checkDescriptors([], LIMITS);
  const topics = { mine: { history: true }, "hook:*": {}, "hook:a*": {}, "hook:b": {} };
  checkDescriptors([descriptor({ pattern: "/hook", hasAuthenticate: true, topics })], LIMITS);
});

for (
  const [what, descriptors, problem] of [
    ["what is no list", { 0: descriptor() }, "does not say what its routes are"],
    ["null", [null], "does not say what its routes are"],
    ["a route without a pattern", [{ ...descriptor(), pattern: 5 }], "does not say what its routes are"],
    ["a route that may ask for a token", [{ ...descriptor(), hasAuthenticate: 1 }], "does not say what its routes are"],
    ["a route elsewhere", [descriptor({ pattern: "/other" })], "a route at /other, where it was given /hook"],
    ["topics that are none", [descriptor({ pattern: "/hook", topics: 5 as never })], 'its "topics" must be an object'],
    [
      "a history without end",
      [descriptor({ pattern: "/hook", topics: { mine: { history: { limit: 1e9 } } } })],
      "from 1 to 10000",
    ],
    ["others' topics", [descriptor({ pattern: "/hook", topics: { theirs: {} } })], "of theirs, which was not granted"],
    ["all topics", [descriptor({ pattern: "/hook", topics: { "*": {} } })], "of *, which was not granted"],
    ["more than one's own", [descriptor({ pattern: "/hook", topics: { "mine*": {} } })], "of mine*, which was not"],
    ["half of others' topics", [descriptor({ pattern: "/hook", topics: { "hook*": {} } })], "of hook*, which was not"],
  ] as const
) {
  Deno.test(`checkDescriptors refuses ${what}`, () => {
    assertThrows(() => checkDescriptors(descriptors, LIMITS), TypeError, problem);
  });
}
