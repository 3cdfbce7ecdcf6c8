/** A file is saved, and the code is loaded anew. What becomes of it stands in `reload_test.ts`. @module */
import { assert, assertEquals } from "@std/assert";
import { LiveReload } from "../../lib/deploy/mod.ts";

/** A routes folder, and what is reloaded for which reason. */
async function reloading(
  setting: { readonly files?: () => ReadonlySet<string>; readonly opened?: Promise<void> } = {},
) {
  const routes = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-reload-" }));
  const reasons: string[] = [];
  const waiting = new Set<() => void>();
  const live = new LiveReload({
    routes,
    files: setting.files ?? (() => new Set()),
    reload: {
      async run(what, rules) {
        assertEquals(rules, { allowRemoval: true });
        reasons.push(what);
        for (const wake of waiting) wake();
        await setting.opened;
      },
    },
  });
  return {
    routes,
    reasons,
    save: (name: string, text = "") => Deno.writeTextFile(`${routes}/${name}`, text),
    /** Resolves when something was reloaded for this reason. */
    async reloaded(reason: RegExp): Promise<void> {
      while (!reasons.some((one) => reason.test(one))) await new Promise<void>((resolve) => waiting.add(resolve));
    },
    async [Symbol.asyncDispose]() {
      await live.close();
      await Deno.remove(routes, { recursive: true });
    },
  };
}

Deno.test("LiveReload reloads when a route is saved, and names it as it stands in the folder", async () => {
  await using folder = await reloading();
  await folder.save("echo.ts");
  await folder.reloaded(/^echo\.ts$/);
});

Deno.test("LiveReload does not care for files that are no code, unless code imports them", async () => {
  const files = new Set<string>();
  await using folder = await reloading({ files: () => files });
  await folder.save("notes.txt");
  files.add(`file://${folder.routes}/words.txt`);
  await folder.save("words.txt");
  await folder.reloaded(/words\.txt/);
  assertEquals(folder.reasons.filter((reason) => reason.includes("notes")), []);
});

Deno.test("LiveReload watches what the routes import from elsewhere", async () => {
  const elsewhere = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-elsewhere-" }));
  try {
    await using folder = await reloading({ files: () => new Set([`file://${elsewhere}/db.ts`]) });
    await Deno.writeTextFile(`${elsewhere}/db.ts`, "");
    await folder.reloaded(/db\.ts$/);
  } finally {
    await Deno.remove(elsewhere, { recursive: true });
  }
});

Deno.test("LiveReload takes what is saved during a reload into the next one", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using folder = await reloading({ opened: promise });
  await folder.save("a.ts");
  await folder.reloaded(/a\.ts/);
  await folder.save("b.ts");
  resolve();
  await folder.reloaded(/b\.ts/);
  assert(folder.reasons.length >= 2);
});
