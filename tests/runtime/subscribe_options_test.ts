import { assertEquals, assertThrows } from "@std/assert";
import { checkSubscribeOptions } from "../../lib/runtime/subscribe_options.ts";

const SINCE = { epoch: "e1", offset: 7 };

Deno.test("checkSubscribeOptions gives what is said, and nothing else", () => {
  assertEquals(checkSubscribeOptions(undefined), undefined);
  assertEquals(checkSubscribeOptions({}), undefined);
  assertEquals(checkSubscribeOptions({ since: undefined, last: undefined }), undefined);
  assertEquals(checkSubscribeOptions({ last: 0 }), { last: 0 });
  assertEquals(checkSubscribeOptions({ since: { ...SINCE, more: 1 }, other: 2 }), { since: SINCE });
  assertEquals(checkSubscribeOptions({ since: SINCE, last: 5 }), { since: SINCE, last: 5 });
});

for (
  const [options, problem] of [
    ["all", "takes { since, last } as options, not all (a string)"],
    [null, "takes { since, last } as options, not null"],
    [{ since: 5 }, 'takes a position { epoch, offset } as "since", as an earlier subscribe gave it, not 5 (a number)'],
    [{ since: null }, "not null"],
    [{ since: { epoch: 1, offset: 1 } }, "not an object"],
    [{ since: { epoch: "e".repeat(257), offset: 1 } }, "not an object"],
    [{ since: { epoch: "e", offset: -1 } }, "not an object"],
    [{ since: { epoch: "e", offset: 1.5 } }, "not an object"],
    [{ last: "1" }, 'takes a whole number from 0 on as "last", not 1 (a string)'],
    [{ last: -1 }, 'takes a whole number from 0 on as "last", not -1'],
    [{ last: NaN }, "not NaN"],
  ] as const
) {
  Deno.test(`checkSubscribeOptions refuses ${JSON.stringify(options).slice(0, 60)}`, () => {
    assertThrows(() => checkSubscribeOptions(options), TypeError, problem);
  });
}
