/** The flags of a soak, and how it shares out what the machine allows. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { crowdSizes, parseSettings, SettingError, soakHelp } from "./settings.ts";

Deno.test("parseSettings has a default for everything", () => {
  const { seconds, idle, busy, broker, report } = parseSettings([])!;
  assertEquals([seconds, idle, busy, broker, report], [600, 20_000, 2_000, "nats", undefined]);
});

Deno.test("parseSettings takes the flags", () => {
  const settings = parseSettings(["--seconds", "20", "--no-broker", "--report=x/y", "--max-slope", "7"])!;
  const { seconds, broker, killBrokerEvery, report, limits } = settings;
  assertEquals([seconds, broker, killBrokerEvery, report, limits.maxSlopeKib], [20, "none", 0, "x/y", 7]);
});

for (
  const [args, said] of [
    [["--seconds", "1"], "--seconds 1: a whole number from 5 to 604800"],
    [["--busy", "many"], "--busy many: a whole number"],
    [["--idle", ""], "--idle : a whole number"],
    [["--broker", "kafka"], "--broker kafka: one of nats, redis, none"],
    [["--quick"], "see --help"],
  ] as const
) {
  Deno.test(`parseSettings refuses ${args.join(" ")}`, () => {
    assertStringIncludes(assertThrows(() => parseSettings(args), SettingError).message, said);
  });
}

Deno.test("parseSettings leaves --help to who asked, and the help names each flag", () => {
  assertEquals(parseSettings(["--help"]), undefined);
  for (
    const flag of [
      "--seconds N",
      "--idle N",
      "--busy N",
      "--no-broker",
      "--report FILE",
      "--max-slope N",
      "--max-live-slope N",
    ]
  ) {
    assertStringIncludes(soakHelp(), flag);
  }
});

Deno.test("crowdSizes gives everybody a place where there are enough files", () => {
  const sizes = crowdSizes({ idle: 20_000, busy: 2_000 }, 1_000_000);
  assertEquals(sizes, { idle: 20_000, echoes: 1_400, rooms: 500, polls: 100 });
});

Deno.test("crowdSizes leaves idle ones out where there are not, and keeps below the limit", () => {
  const sizes = crowdSizes({ idle: 20_000, busy: 2_000 }, 20_000);
  assertEquals(sizes, { idle: 17_300, echoes: 1_400, rooms: 500, polls: 100 });
  assertEquals(sizes.idle + sizes.echoes + sizes.rooms + 2 * sizes.polls, 19_400);
});

Deno.test("crowdSizes keeps within a small limit", () => {
  const { idle, echoes, rooms, polls } = crowdSizes({ idle: 20_000, busy: 2_000 }, 1_024);
  assertEquals(idle + echoes + rooms + 2 * polls <= 424, true);
  assertEquals(Math.min(idle, echoes, rooms, polls) >= 0, true);
});
