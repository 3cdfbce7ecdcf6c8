/** Several hosts: all ready before any is activated; one that will not, and all go back. @module */
import { assertEquals } from "@std/assert";
import type { DeploymentStatus } from "../../lib/deploy/mod.ts";
import { described, percent, rollOut, type RolloutHost } from "../../lib/deploy/rollout.ts";

const PACKAGE = { name: "new", upload: { manifest: new Uint8Array(), code: new Uint8Array() } };

function status(name: string, state: DeploymentStatus["state"], share?: number): DeploymentStatus {
  return { name, state, peers: 0, readyAt: "", ...(share === undefined ? {} : { share }) };
}

function report(deployment: DeploymentStatus, moved = 2) {
  return { deployment, moved, dismissed: 0, lost: 0 };
}

/** A host that notes what it is asked, and fails where it is told to. */
function hostOf(
  host: string,
  asked: string[],
  fails: Partial<Record<"list" | "upload" | "activate" | "rollback", string>> = {},
) {
  let serving: readonly DeploymentStatus[] = [status("old", "active")];
  const ask = <T>(what: keyof typeof fails, answer: () => T, isLate = false): Promise<T> => {
    asked.push(`${host} ${what}`);
    const answered = isLate || fails[what] === undefined ? answer() : undefined;
    if (fails[what] !== undefined) return Promise.reject(new Error(fails[what]));
    return Promise.resolve(answered!);
  };
  return {
    host,
    set serving(now: readonly DeploymentStatus[]) {
      serving = now;
    },
    list: () => ask("list", () => serving),
    upload: () => ask("upload", () => serving.find(({ name }) => name === "new") ?? status("new", "candidate")),
    activate: (_name: string, { share }: { share?: number }) =>
      ask("activate", () => {
        const now = status("new", share === undefined ? "active" : "canary", share);
        serving = share === undefined ? [now] : [now, ...serving.filter(({ state }) => state === "active")];
        return report(now);
      }, fails.activate === "lost"),
    rollback: () =>
      ask("rollback", () => {
        serving = [status("old", "active")];
        return report(serving[0]!);
      }),
  } satisfies RolloutHost & { serving: unknown };
}

async function run(hosts: readonly RolloutHost[], rules = {}) {
  const lines: string[] = [];
  const isDone = await rollOut(hosts, PACKAGE, rules, (line) => void lines.push(line));
  return { isDone, lines };
}

Deno.test("rollOut has all hosts ready before it activates one after the other", async () => {
  const asked: string[] = [];
  const { isDone, lines } = await run([hostOf("a", asked), hostOf("b", asked)]);
  assertEquals(isDone, true);
  assertEquals(asked.slice(-2), ["a activate", "b activate"]);
  assertEquals(asked.slice(0, -2).toSorted(), ["a list", "a upload", "b list", "b upload"]);
  assertEquals(lines.slice(-2), [
    "a: new is active; 2 peers go on with it",
    "b: new is active; 2 peers go on with it",
  ]);
});

for (const what of ["list", "upload"] as const) {
  Deno.test(`rollOut activates nowhere when ${what} fails on one host`, async () => {
    const asked: string[] = [];
    const { isDone, lines } = await run([hostOf("a", asked), hostOf("b", asked, { [what]: "no space left" })]);
    assertEquals([isDone, asked.some((line) => line.endsWith("activate"))], [false, false]);
    assertEquals(lines.toSorted(), [
      "a: ready (candidate)",
      "b: not ready: no space left",
      "new was activated nowhere: what served before goes on",
    ]);
  });
}

Deno.test("rollOut uploads nothing to a host where another canary is under way, and activates nowhere", async () => {
  const asked: string[] = [];
  const busy = hostOf("b", asked);
  busy.serving = [status("other", "canary", 0.1), status("old", "active")];
  const { isDone, lines } = await run([hostOf("a", asked), busy]);
  assertEquals([isDone, asked.includes("b upload"), asked.includes("a activate")], [false, false, false]);
  assertEquals(
    lines.find((line) => line.startsWith("b")),
    "b: not ready: other is a canary there: promote it, or roll it back, first",
  );
});

Deno.test("rollOut goes back where it has activated when one host will not, and says what each is left with", async () => {
  const asked: string[] = [];
  const hosts = [
    hostOf("a", asked),
    hostOf("b", asked),
    hostOf("c", asked, { activate: "resume failed" }),
    hostOf("d", asked),
  ];
  const { isDone, lines } = await run(hosts);
  assertEquals([isDone, asked.includes("d activate"), asked.includes("c rollback")], [false, false, false]);
  assertEquals(lines.slice(lines.indexOf("c: not activated: resume failed")), [
    "c: not activated: resume failed",
    "b: rolled back: old is active; 2 peers go on with it",
    "a: rolled back: old is active; 2 peers go on with it",
    "what serves now:",
    "  a: old (active)",
    "  b: old (active)",
    "  c: old (active)",
    "  d: old (active)",
  ]);
});

Deno.test("rollOut goes back also where only the answer was lost", async () => {
  const asked: string[] = [];
  const { isDone, lines } = await run([hostOf("a", asked), hostOf("b", asked, { activate: "lost" })], { share: 0.1 });
  assertEquals([isDone, asked.filter((line) => line.endsWith("rollback"))], [false, ["b rollback", "a rollback"]]);
  assertEquals(lines.slice(-2), ["  a: old (active)", "  b: old (active)"]);
});

Deno.test("rollOut goes back to the share that a canary had before", async () => {
  const asked: string[] = [];
  const host = hostOf("a", asked);
  host.serving = [status("new", "canary", 0.1), status("old", "active")];
  const { lines } = await run([host, hostOf("b", asked, { activate: "resume failed" })], { share: 0.5 });
  assertEquals(asked.includes("a rollback"), false);
  assertEquals(lines.slice(-4), [
    "a: rolled back: new is a canary for 10 % of the peers; 2 peers go on with it",
    "what serves now:",
    "  a: new (canary 10 %), old (active)",
    "  b: old (active)",
  ]);
});

Deno.test("rollOut says loudly what it cannot take back, and what serves there", async () => {
  const { isDone, lines } = await run([
    hostOf("a", [], { rollback: "suspend failed" }),
    hostOf("b", [], { activate: "resume failed" }),
  ]);
  assertEquals(isDone, false);
  assertEquals(lines.slice(-4), [
    "a: NOT rolled back: suspend failed",
    "what serves now:",
    "  a: new (active)",
    "  b: old (active)",
  ]);
});

Deno.test("rollOut passes over hosts where it serves already", async () => {
  const asked: string[] = [];
  const done = hostOf("a", asked);
  done.serving = [status("new", "active")];
  const { isDone, lines } = await run([done, hostOf("b", asked)]);
  assertEquals([isDone, asked.includes("a activate"), asked.includes("b activate")], [true, false, true]);
  assertEquals(lines.includes("a: new serves already"), true);
});

Deno.test("rollOut enlarges the share of its own canary", async () => {
  const asked: string[] = [];
  const host = hostOf("a", asked);
  host.serving = [status("new", "canary", 0.1), status("old", "active")];
  assertEquals((await run([host], { share: 0.1 })).lines.at(-1), "a: new serves already");
  assertEquals(
    (await run([host], { share: 0.5 })).lines.at(-1),
    "a: new is a canary for 50 % of the peers; 2 peers go on with it",
  );
});

Deno.test("described tells of peers that were closed, and of warnings; percent rounds", () => {
  const full = { ...report(status("x", "active"), 1), dismissed: 3, lost: 4, warning: "no space" };
  assertEquals(
    described(full),
    "x is active; 1 peer goes on with it; 3 whose route is gone got 1012; 4 that could not be resumed got 1011; warning: no space",
  );
  assertEquals([percent(0.1), percent(0.07), percent(0.001)], ["10 %", "7 %", "0.1 %"]);
});
