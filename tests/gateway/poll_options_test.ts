import { assertEquals, assertThrows } from "@std/assert";
import { resolveOptions } from "../../lib/gateway/mod.ts";
import { OptionError } from "../../lib/gateway/option_error.ts";

Deno.test("the options of polling have their defaults, and take durations", () => {
  const { pollWaitMs, sessionTimeoutMs } = resolveOptions({});
  assertEquals([pollWaitMs, sessionTimeoutMs], [25_000, 60_000]);
  const given = resolveOptions({
    env: (name) => ({ SOCKEYE_POLL_WAIT_MS: "10s", SOCKEYE_SESSION_TIMEOUT_MS: "2m" })[name],
  });
  assertEquals([given.pollWaitMs, given.sessionTimeoutMs], [10_000, 120_000]);
});

Deno.test("a wait of nothing is refused: there would be no long poll", () => {
  assertThrows(() => resolveOptions({ env: (name) => name === "SOCKEYE_POLL_WAIT_MS" ? "0" : undefined }), OptionError);
});
