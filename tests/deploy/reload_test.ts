/** One more version of the code: what is logged of it, whatever becomes of it. @module */
import { assertEquals, assertMatch } from "@std/assert";
import { Reload, type ReloadParts } from "../../lib/deploy/mod.ts";
import { RecordedTracer } from "./support/recorded_tracer.ts";

/** A reload whose parts do as the test says. */
function bench(parts: Partial<ReloadParts> = {}) {
  const lines: string[] = [];
  const versions: string[] = [];
  const problems: (string | undefined)[] = [];
  const log = (level: string) => (message: string): void => void lines.push(`${level} ${message}`);
  const reload = new Reload({
    load: (version) => {
      versions.push(version);
      return Promise.resolve({ name: version, make: () => Promise.resolve([]) });
    },
    replace: () => Promise.resolve({ moved: 1, dismissed: 0, lost: 0 }),
    tell: (problem) => void problems.push(problem),
    log: { info: log("info"), warn: log("warn"), error: log("error") },
    ...parts,
  });
  return { reload, lines, versions, problems };
}

Deno.test("Reload loads another version each time, and says who goes on with it", async () => {
  const { reload, lines, versions, problems } = bench();
  await reload.run("a.ts", {});
  await reload.run("b.ts", {});
  assertMatch(lines[0]!, /^info a\.ts: new code in \d+ ms; 1 peer goes on with it$/);
  assertEquals([versions, problems], [["2", "3"], [undefined, undefined]]);
});

Deno.test("Reload says whose route is gone", async () => {
  const { reload, lines } = bench({ replace: () => Promise.resolve({ moved: 2, dismissed: 3, lost: 0 }) });
  await reload.run("SIGUSR2", { allowRemoval: true });
  assertMatch(lines[0]!, /^info SIGUSR2: .* 2 peers go on with it, 3 whose route is gone got 1012$/);
});

for (const what of ["load", "replace"] as const) {
  Deno.test(`Reload whose ${what} fails says what is wrong, and neither throws nor rejects`, async () => {
    const { reload, lines, problems } = bench({ [what]: () => Promise.reject(new Error("one\ntwo")) });
    await reload.run("a.ts", {});
    assertEquals([lines, problems], [["error a.ts: the old code goes on:\none\ntwo"], ["one\ntwo"]]);
  });
}

Deno.test("Reload says once that the memory of many versions does not come back", async () => {
  const { reload, lines } = bench();
  for (let count = 0; count < 250; count++) await reload.run("a.ts", {});
  assertEquals(lines.filter((line) => line.startsWith("warn ")).length, 1);
});

Deno.test("Reload is one operation, which a failure ends as one", async () => {
  const tracer = new RecordedTracer();
  await bench({ tracer }).reload.run("a.ts", {});
  assertEquals(tracer.told.splice(0), ["reload {", "prepare", "}"]);
  const { reload, lines } = bench({ tracer, replace: () => Promise.reject(new Error("a peer failed")) });
  await reload.run("a.ts", {});
  assertEquals(tracer.told, ["reload {", "prepare", "} !a peer failed"]);
  assertEquals(lines, ["error a.ts: the old code goes on:\na peer failed"]);
});
