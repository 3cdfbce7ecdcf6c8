/** What histories in a file need of whoever starts the server, from sources and from what was built. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PROJECT } from "../support/server_process.ts";

/** Stores one publication and says how many there are; a problem is printed alone, as main.ts does. */
const PROGRAM = `
const clock = { wallNow: Date.now, setTimer: () => () => {} };
const [folder, worker] = Deno.args;
const options = worker === undefined ? {} : { worker: new URL(worker, import.meta.url) };
try {
  const history = await SqliteHistory.open({ folder, clock, warn: console.log, ...options });
  const rule = { limit: 9, ttlMs: 1e6 };
  await history.append("a", rule, { payload: "x", from: "" });
  console.log((await history.read("a", rule, { last: 9 })).envelopes.length);
  await history.close();
} catch (error) {
  if (!(error instanceof HistoryError)) throw error;
  console.log(error.message);
}
`;

/** Bundles as \`deno task build\` does: the program, and the thread's module beside it. */
const BUNDLER = `
import { bundle, endBundling } from "./lib/deploy/bundle.ts";
const [folder, out, source] = Deno.args;
const order = (source) => ({ source, folder, imports: {} });
await Deno.writeFile(out + "/main.js", (await bundle(order(source), "main.js")).code);
const worker = 'import "./lib/backplane/sqlite_history_worker.ts";';
await Deno.writeFile(out + "/history.js", (await bundle(order(worker), "history.js")).code);
await endBundling();
`;

async function run(folder: string, flags: readonly string[], ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--quiet", ...flags, ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-history-" }));
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const IMPORT = `import { HistoryError, SqliteHistory } from "${PROJECT}lib/backplane/mod.ts";`;

Deno.test("histories in a file need to read and to write their folder, and nothing else", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/main.ts`, IMPORT + PROGRAM);
    const flags = [`--allow-read=.,${PROJECT}`, "--allow-write=.sockeye", "--allow-net"];
    for (const count of ["1", "2"]) assertEquals(await run(folder, flags, "main.ts", ".sockeye"), `${count}\n`);
  });
});

Deno.test("histories in a file say which permissions are missing", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/main.ts`, IMPORT + PROGRAM);
    await Deno.mkdir(`${folder}/.sockeye`);
    const needed = "keeping histories in .sockeye (--data-dir) needs --allow-read=.sockeye --allow-write=.sockeye\n";
    assertEquals(await run(folder, [`--allow-read=.,${PROJECT}`], "main.ts", ".sockeye"), needed);
    const elsewhere = [`--allow-read=.,${PROJECT}`, "--allow-write=elsewhere"];
    assertEquals(await run(folder, elsewhere, "main.ts", ".sockeye"), needed);
  });
});

Deno.test("histories in a file work from what was built, whose thread has a module beside it", async () => {
  await withFolder(async (folder) => {
    const bundler = `${folder}/bundle.ts`;
    await Deno.writeTextFile(bundler, BUNDLER.replace('"./lib/', `"${PROJECT}lib/`));
    await Deno.mkdir(`${folder}/dist`);
    const source = `import { HistoryError, SqliteHistory } from "./lib/backplane/mod.ts";${PROGRAM}`;
    assertEquals(
      await run(PROJECT, ["-A", `--config=${PROJECT}deno.json`], bundler, PROJECT, `${folder}/dist`, source),
      "",
    );
    const code = await Deno.readTextFile(`${folder}/dist/history.js`);
    for (const [, specifier = ""] of code.matchAll(/(?:from|import)\s*"([^"]+)"/g)) assertMatch(specifier, /^node:/);
    const flags = ["--no-remote", "--no-npm", "--cached-only", "--no-config", "--no-lock", "--allow-read=."];
    const built = [...flags, "--allow-write=.sockeye", "dist/main.js", ".sockeye", "./history.js"];
    for (const count of ["1", "2"]) assertEquals(await run(folder, built), `${count}\n`);
  });
});

Deno.test("histories in a file say that their folder is another server's", async () => {
  await withFolder(async (folder) => {
    const held = `${IMPORT}
      const clock = { wallNow: Date.now, setTimer: () => () => {} };
      await SqliteHistory.open({ folder: ".sockeye", clock, warn() {} });
      console.log("open");`;
    await Deno.writeTextFile(`${folder}/held.ts`, held);
    await Deno.writeTextFile(`${folder}/main.ts`, IMPORT + PROGRAM);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", "held.ts"],
      cwd: folder,
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    assertStringIncludes(
      await run(folder, ["-A"], "main.ts", ".sockeye"),
      "another server keeps its histories in .sockeye (--data-dir): give each its own folder",
    );
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    assertEquals(await run(folder, ["-A"], "main.ts", ".sockeye"), "1\n");
  });
});
