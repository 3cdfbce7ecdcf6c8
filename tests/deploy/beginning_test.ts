/** What a server begins with, out of what was stored. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { beginningOf } from "../../lib/deploy/beginning.ts";
import type { StoredDeployment } from "../../lib/deploy/deployment_store.ts";
import { sign } from "../../lib/deploy/signature.ts";
import { systemClock } from "../../lib/gateway/mod.ts";
import { counterCode, keyPair, madeUpload } from "./support/made_upload.ts";
import { inlineRuntimesOf } from "./support/inline_runtimes.ts";

const limit = { clock: systemClock, timeoutMs: 500 };

type Stored =
  readonly (readonly [word: string, state: StoredDeployment["state"], changes?: Partial<StoredDeployment>])[];

/** Begins with what is stored, and says with what, what it is told is on trial, and what has become of the others. */
async function begin(
  rows: Stored,
  { crashed, key = "", code = counterCode, isFull = false }: {
    crashed?: string;
    key?: string;
    code?: typeof counterCode;
    isFull?: boolean;
  } = {},
) {
  const words = new Map<string, string>();
  const deployments = await Promise.all(rows.map(async ([word, state, changes]): Promise<StoredDeployment> => {
    const { name, ...upload } = await madeUpload(code(word));
    words.set(name, word);
    return { name, state, readyAt: 1, upload, ...changes };
  }));
  const begun: string[] = [];
  const warnings: unknown[] = [];
  const wordOf = (name: string | undefined) => words.get(name ?? "") ?? name;
  const store = {
    load: () =>
      Promise.resolve({ deployments, crashed: deployments.find(({ name }) => words.get(name) === crashed)?.name }),
    begin: (name: string) =>
      isFull ? Promise.reject(new Error("no space left")) : Promise.resolve(void begun.push(String(wordOf(name)))),
  };
  const log = { warn: (...line: unknown[]) => void warnings.push(line), error() {} };
  const beginning = await beginningOf({
    store,
    folder: () => Promise.resolve({ name: "local", make: () => Promise.resolve([]) }),
    folderName: "local",
    host: {
      limit,
      runtimesOf: inlineRuntimesOf(log),
      check: ({ entries }) => {
        if (entries.some(({ descriptor }) => descriptor.options.maxFragments === 1)) throw new Error("maxFragments");
      },
    },
    key,
    log,
    now: 9,
  });
  const states = beginning.earlier.map(({ name, state, reason }) =>
    `${wordOf(name)} ${state}${reason === undefined ? "" : `: ${reason}`}`
  );
  return { with: wordOf(beginning.code.name), begun, states, warnings: warnings.length, beginning };
}

Deno.test("beginningOf is the routes folder where nothing is stored, or nothing was active", async () => {
  const folder = () => Promise.resolve({ name: "local", make: () => Promise.resolve([]) });
  const host = { runtimesOf: () => Promise.resolve([]), check() {}, limit };
  const log = { warn() {}, error() {} };
  const { code, earlier } = await beginningOf({
    store: undefined,
    folder,
    folderName: "local",
    host,
    key: "",
    log,
    now: 0,
  });
  assertEquals([code.name, earlier.length], ["local", 0]);
  const found = await begin([["one", "kept", { replacedAt: 5 }], ["two", "candidate"]]);
  assertEquals([found.with, found.begun, found.states], ["local", [], ["one kept", "two candidate"]]);
});

Deno.test("beginningOf is what was active, on trial; the others are recalled, and so is the routes folder", async () => {
  const found = await begin([["two", "active"], ["one", "kept", { replacedAt: 5, reason: "it was full" }], [
    "three",
    "failed",
  ]]);
  assertEquals([found.with, found.begun, found.warnings], ["two", ["two"], 0]);
  assertEquals(found.states, ["one kept: it was full", "three failed", "local kept"]);
  assertEquals(found.beginning.runtimes.length, 1);
});

Deno.test("beginningOf skips what ended the process, and takes what it had replaced", async () => {
  const found = await begin(
    [["three", "active"], ["one", "kept", { replacedAt: 5 }], ["two", "kept", { replacedAt: 6 }]],
    { crashed: "three" },
  );
  assertEquals([found.with, found.begun, found.warnings], ["two", ["two"], 1]);
  assertEquals(found.states, [
    "three candidate: the server ended within 60 s of beginning to serve it",
    "one kept",
    "local kept",
  ]);
});

Deno.test("beginningOf skips what is damaged, unsigned, cannot be loaded or not be served, and ends with the folder", async () => {
  const damaged = await begin([["two", "active", { upload: undefined }], ["one", "kept", { replacedAt: 5 }]]);
  assertEquals([damaged.with, damaged.states[0]], ["one", "two failed: its bytes are not those that were stored"]);
  const { publicPem, privatePem } = await keyPair();
  const unsigned = await begin([["one", "active"]], { key: publicPem });
  assertEquals([unsigned.with, unsigned.states.length, unsigned.warnings], ["local", 1, 1]);
  const upload = await madeUpload(counterCode("one"));
  const signature = await sign(privatePem, upload.manifest);
  const signed = await begin([["one", "active", { upload: { ...upload, signature } }]], { key: publicPem });
  assertEquals(signed.with, "one");
  const failing = (word: string) => counterCode(word, word === "two" ? `throw new Error("not at home");` : "");
  const thrown = await begin([["two", "active"], ["one", "kept", { replacedAt: 5 }]], { code: failing });
  assertEquals([thrown.with, thrown.begun, thrown.states[0]], ["one", ["two", "one"], "two candidate: not at home"]);
  const refused = (word: string) => counterCode(word).replace("suspend:", "options: { maxFragments: 1 }, suspend:");
  const wrong = await begin([["two", "active"]], { code: refused });
  assertEquals([wrong.with, wrong.states], ["local", ["two candidate: maxFragments"]]);
});

Deno.test("beginningOf serves what was active also where the mark cannot be stored, and warns", async () => {
  const found = await begin([["two", "active"]], { isFull: true });
  assertEquals([found.with, found.warnings], ["two", 1]);
});

Deno.test("beginningOf says what is wrong with the folder when that is what is left", async () => {
  const folder = () => Promise.reject(new Error("no folder"));
  const parts = {
    store: undefined,
    folder,
    folderName: "local",
    host: { runtimesOf: () => Promise.resolve([]), check() {}, limit },
    key: "",
    now: 0,
  };
  await assertRejects(() => beginningOf({ ...parts, log: { warn() {}, error() {} } }), Error, "no folder");
});
