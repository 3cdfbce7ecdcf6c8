/**
 * Tests of the order between options.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { relationProblems } from "../../lib/gateway/option_relations.ts";
import type { SetOption } from "../../lib/gateway/option_relations.ts";
import { GATEWAY_DEFAULTS, OPTION_NAMES } from "../../lib/gateway/option_table.ts";
import type { GatewayOptions, OptionName } from "../../lib/gateway/option_table.ts";

function settingsOf(own: Partial<GatewayOptions>): Map<OptionName, SetOption> {
  return new Map(OPTION_NAMES.map((name): [OptionName, SetOption] => {
    const value = own[name];
    return [
      name,
      value === undefined ? { value: GATEWAY_DEFAULTS[name], source: "default" } : { value, source: "own" },
    ];
  }));
}

const WRONG: readonly (readonly [lower: OptionName, upper: OptionName, own: Partial<GatewayOptions>])[] = [
  ["highWaterBytes", "maxBufferedBytes", { highWaterBytes: 2 ** 20 + 1 }],
  ["highWaterBytes", "maxBufferedBytes", { maxBufferedBytes: 1024 }],
  ["maxBufferedBytes", "maxMemoryBytes", { maxBufferedBytes: 2 ** 31 }],
  ["maxQueuedBytes", "maxMemoryBytes", { maxQueuedBytes: 2 ** 31 }],
  ["maxMessageBytes", "maxMemoryBytes", { maxMessageBytes: 2 ** 22, maxMemoryBytes: 2 ** 21 }],
  ["maxBodyBytes", "maxMemoryBytes", { maxBodyBytes: 2 ** 22, maxMemoryBytes: 2 ** 21 }],
  ["drainIntervalMs", "drainTimeoutMs", { drainTimeoutMs: 99 }],
];

for (const [lower, upper, own] of WRONG) {
  Deno.test(`relationProblems refuses ${lower} above ${upper} with ${JSON.stringify(own)}`, () => {
    const problems = relationProblems(settingsOf(own));
    assertEquals(problems.length, 1);
    assertStringIncludes(problems[0] ?? "", `${lower} `);
    assertStringIncludes(problems[0] ?? "", `must not be above ${upper} `);
  });
}

Deno.test("relationProblems has nothing against the defaults, nor against equal values", () => {
  assertEquals(relationProblems(settingsOf({})), []);
  assertEquals(relationProblems(settingsOf({ highWaterBytes: 4096, maxBufferedBytes: 4096 })), []);
});

Deno.test("relationProblems names both values with their sources, and what would happen", () => {
  const [problem = ""] = relationProblems(settingsOf({ highWaterBytes: 2 ** 21 }));
  assertStringIncludes(problem, "highWaterBytes 2MiB (own) must not be above maxBufferedBytes 1MiB (default): ");
  assert(problem.length > problem.indexOf(": ") + 10);
});

Deno.test("relationProblems passes over an option whose own value was refused", () => {
  const settings = settingsOf({ highWaterBytes: 2 ** 21 });
  settings.delete("maxBufferedBytes");
  assertEquals(relationProblems(settings), []);
});

Deno.test("relationProblems passes over a pair that does not concern the caller", () => {
  const settings = settingsOf({ highWaterBytes: 2 ** 21 });
  assertEquals(relationProblems(settings, ({ source }) => source === "own").length, 1);
  assertEquals(relationProblems(settings, ({ source }) => source === "another"), []);
});
