import { assertEquals } from "@std/assert";
import { judge } from "../../.ci/autobahn.ts";

Deno.test("each case must be OK or informational, and so must its close", () => {
  const index = {
    sockeye: {
      "1.1.1": { behavior: "OK", behaviorClose: "OK" },
      "6.4.1": { behavior: "NON-STRICT", behaviorClose: "OK" },
      "7.1.6": { behavior: "INFORMATIONAL", behaviorClose: "INFORMATIONAL" },
      "7.7.1": { behavior: "OK", behaviorClose: "UNCLEAN" },
      "13.1.1": { behavior: "UNIMPLEMENTED", behaviorClose: "OK" },
    },
  };
  assertEquals(judge(index), {
    cases: 5,
    faults: [
      "sockeye 6.4.1: NON-STRICT, close OK",
      "sockeye 7.7.1: OK, close UNCLEAN",
      "sockeye 13.1.1: UNIMPLEMENTED, close OK",
    ],
  });
  assertEquals(judge({}), { cases: 0, faults: [] });
});
