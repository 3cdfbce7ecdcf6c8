/** Files that change are told once they have come to rest. @module */
import { assert, assertEquals } from "@std/assert";
import { FileChanges } from "../../lib/deploy/file_changes.ts";

/** A folder, gone after the test, and what is told of it. */
async function watched(restMs?: number) {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-watch-" }));
  const told: string[][] = [];
  let wake = () => {};
  const changes = new FileChanges((paths) => {
    told.push([...paths].map((changed) => changed.slice(path.length + 1)));
    wake();
  }, restMs);
  return {
    path,
    told,
    changes,
    write: (name: string, text: string) => Deno.writeTextFile(`${path}/${name}`, text),
    /** Resolves when something is told. */
    next: () => new Promise<void>((resolve) => wake = resolve),
    async [Symbol.asyncDispose]() {
      changes.close();
      await Deno.remove(path, { recursive: true });
    },
  };
}

Deno.test("FileChanges tells of a file that was written, in a folder below too", async () => {
  await using folder = await watched();
  await Deno.mkdir(`${folder.path}/deep/er`, { recursive: true });
  folder.changes.watch(folder.path);
  const next = folder.next();
  await folder.write("deep/er/a.ts", "1");
  await next;
  assert(folder.told.flat().includes("deep/er/a.ts"), String(folder.told));
});

Deno.test("FileChanges tells the steps of one save at once, with the new name of a renamed file", async () => {
  // On a machine that has other things to do, the steps take longer.
  await using folder = await watched(500);
  folder.changes.watch(folder.path);
  const next = folder.next();
  for (let step = 0; step < 20; step++) await folder.write("a.ts.tmp", String(step));
  await Deno.rename(`${folder.path}/a.ts.tmp`, `${folder.path}/a.ts`);
  await next;
  assert(folder.told.at(-1)?.includes("a.ts"), String(folder.told));
  assert(folder.told.length <= 2, String(folder.told));
});

Deno.test("FileChanges passes over node_modules and .git, and is silent when it is closed", async () => {
  await using folder = await watched();
  for (const name of ["node_modules", ".git"]) await Deno.mkdir(`${folder.path}/${name}`);
  folder.changes.watch(folder.path);
  folder.changes.watch(`${folder.path}/node_modules`);
  const next = folder.next();
  for (const name of ["node_modules/x.ts", ".git/index"]) await folder.write(name, "1");
  await folder.write("a.ts", "1");
  await next;
  assertEquals(new Set(folder.told.flat()), new Set(["a.ts"]));
  folder.changes.close();
});
