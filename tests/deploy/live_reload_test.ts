/** A file is saved, and the open sockets go on with the new code. @module */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { LiveReload, type LiveReloadParts } from "../../lib/deploy/mod.ts";
import type { RouteRuntime } from "../../lib/route/table.ts";

const REPORT = { moved: 2, dismissed: 0, durationMs: 1 };

/** A routes folder whose code is loaded as the test says. */
async function reloading(parts: Partial<LiveReloadParts> = {}) {
  const routes = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-reload-" }));
  const lines: string[] = [];
  const versions: string[] = [];
  const problems: (string | undefined)[] = [];
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  const log = (level: string) => (message: string): void => {
    lines.push(`${level} ${message}`);
    for (const { pattern, resolve } of waiting) if (pattern.test(lines.join("\n"))) resolve();
  };
  const reload = new LiveReload({
    routes,
    load: (version) => {
      versions.push(version);
      return Promise.resolve({} as RouteRuntime);
    },
    activate: () => Promise.resolve(REPORT),
    files: () => new Set(),
    tell: (problem) => void problems.push(problem),
    log: { info: log("info"), warn: log("warn"), error: log("error") },
    ...parts,
  });
  return {
    routes,
    lines,
    versions,
    problems,
    save: (name: string, text = "") => Deno.writeTextFile(`${routes}/${name}`, text),
    logged: (pattern: RegExp) =>
      pattern.test(lines.join("\n"))
        ? Promise.resolve()
        : new Promise<void>((resolve) => waiting.push({ pattern, resolve })),
    async [Symbol.asyncDispose]() {
      await reload.close();
      await Deno.remove(routes, { recursive: true });
    },
  };
}

Deno.test("LiveReload loads another version when a route is saved, and says who goes on with it", async () => {
  await using folder = await reloading();
  await folder.save("echo.ts");
  await folder.logged(/info/);
  assertMatch(folder.lines[0]!, /^info echo\.ts: new code in \d+ ms; 2 peers go on with it$/);
  assertEquals(folder.versions[0], "2");
});

Deno.test("LiveReload goes on after code that cannot be loaded, and says what is wrong with it", async () => {
  let isBroken = true;
  await using folder = await reloading({
    load: () => isBroken ? Promise.reject(new Error("echo.ts: Expected ';'")) : Promise.resolve({} as RouteRuntime),
  });
  await folder.save("echo.ts");
  await folder.logged(/error/);
  assertMatch(folder.lines[0]!, /^error echo\.ts: the old code goes on:\n {6}echo\.ts: Expected ';'$/);
  isBroken = false;
  await folder.save("echo.ts");
  await folder.logged(/info/);
  assertEquals([folder.problems[0], folder.problems.at(-1)], ["echo.ts: Expected ';'", undefined]);
});

Deno.test("LiveReload does not care for files that are no code, unless code imports them", async () => {
  const files = new Set<string>();
  await using folder = await reloading({ files: () => files });
  await folder.save("notes.txt");
  files.add(`file://${folder.routes}/words.txt`);
  await folder.save("words.txt");
  await folder.logged(/info/);
  assertMatch(folder.lines[0]!, /^info words\.txt: /);
});

Deno.test("LiveReload watches what the routes import from elsewhere", async () => {
  const elsewhere = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-elsewhere-" }));
  try {
    await using folder = await reloading({ files: () => new Set([`file://${elsewhere}/db.ts`]) });
    await Deno.writeTextFile(`${elsewhere}/db.ts`, "");
    await folder.logged(/info .*db\.ts: new code/);
  } finally {
    await Deno.remove(elsewhere, { recursive: true });
  }
});

Deno.test("LiveReload takes what is saved during a reload into the next one", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using folder = await reloading({
    activate: async () => {
      await promise;
      return { ...REPORT, dismissed: 1 };
    },
  });
  await folder.save("a.ts");
  while (folder.versions.length === 0) await new Promise((goOn) => setTimeout(goOn));
  await folder.save("b.ts");
  resolve();
  await folder.logged(/info .*\n?.*b\.ts: new code in \d+ ms; 2 peers go on with it, 1 whose route is gone got 1012/s);
  assert(folder.versions.length >= 2);
});
