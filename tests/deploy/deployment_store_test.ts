/** What is stored is what is found again, whole; and what ended the process is known. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { Deployment, DeploymentStore } from "../../lib/deploy/mod.ts";
import { DataDirError, TRIAL_MS } from "../../lib/deploy/deployment_store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { counterCode, madeUpload } from "./support/made_upload.ts";

/** A folder, gone after the test, and a store in it that can be opened again. */
async function folder() {
  const path = await Deno.makeTempDir({ prefix: "sockeye-store-" });
  const clock = new FakeClock();
  const opened: DeploymentStore[] = [];
  return {
    path,
    clock,
    async open() {
      const store = await DeploymentStore.open(`${path}/store`, clock);
      opened.push(store);
      return store;
    },
    state: async () => JSON.parse(await Deno.readTextFile(`${path}/store/deployments.json`)),
    objects: () => Array.fromAsync(Deno.readDir(`${path}/store/objects`), ({ name }) => name),
    async [Symbol.asyncDispose]() {
      // Those that "crashed" still hold their lock.
      for (const store of opened) await store.close().catch(() => {});
      await Deno.remove(path, { recursive: true });
    },
  };
}

async function deployment(
  word: string,
  state: Deployment["state"],
  times = { readyAt: 1, activeAt: 2, replacedAt: 3 },
) {
  const upload = await madeUpload(counterCode(word));
  const made = new Deployment({ name: upload.name, upload, make: () => Promise.resolve([]) }, times);
  made.state = state;
  return made;
}

const bytes = (one: { upload: { code: Uint8Array } | undefined }) => one.upload?.code.length;

Deno.test("DeploymentStore finds again what was written: names, states, times, reasons, signatures and bytes", async () => {
  await using here = await folder();
  const store = await here.open();
  const [one, two, three] = [
    await deployment("one", "active"),
    await deployment("two", "kept"),
    await deployment("three", "canary"),
  ];
  two.reason = "it was full";
  const signed = new Deployment({ ...two.code, upload: { ...two.code.upload!, signature: "c2ln" } }, two);
  signed.state = "kept";
  signed.reason = two.reason;
  await store.write([one, signed, three]);
  await store.close();
  const { deployments, crashed } = await (await here.open()).load();
  assertEquals(crashed, undefined);
  assertEquals(deployments.map(({ name, state, reason }) => [name, state, reason]), [
    [one.name, "active", undefined],
    [two.name, "kept", "it was full"],
    [three.name, "candidate", undefined],
  ]);
  assertEquals(deployments.map(({ readyAt, activeAt, replacedAt }) => [readyAt, activeAt, replacedAt]), [
    ...[[1, 2, 3], [1, 2, 3], [1, 2, 3]],
  ]);
  assertEquals(deployments[1]?.upload?.signature, "c2ln");
  assertEquals(deployments[0]?.upload?.code, one.code.upload?.code);
  assertEquals(deployments[0]?.upload?.manifest, one.code.upload?.manifest);
});

Deno.test("DeploymentStore keeps no bytes that nobody needs, and nothing of what was not uploaded", async () => {
  await using here = await folder();
  const store = await here.open();
  const [one, two] = [await deployment("one", "active"), await deployment("two", "kept")];
  await store.write([one, two]);
  assertEquals((await here.objects()).length, 4);
  await Deno.writeTextFile(`${here.path}/store/objects/.cut-off.new`, "half");
  const folderCode = new Deployment({ name: "local", make: () => Promise.resolve([]) }, { readyAt: 0 });
  await store.write([one, folderCode]);
  assertEquals((await here.objects()).length, 2);
  assertEquals((await here.state()).deployments.map(({ name }: { name: string }) => name), [one.name]);
});

Deno.test("DeploymentStore gives no bytes that are not those that were stored", async () => {
  await using here = await folder();
  const store = await here.open();
  const [one, two] = [await deployment("one", "active"), await deployment("two", "kept")];
  await store.write([one, two]);
  await store.close();
  const { deployments: rows } = await here.state();
  await Deno.writeTextFile(`${here.path}/store/objects/${rows[0].code}`, "changed");
  await Deno.remove(`${here.path}/store/objects/${rows[1].manifest}`);
  const { deployments } = await (await here.open()).load();
  assertEquals(deployments.map(bytes), [undefined, undefined]);
});

Deno.test("DeploymentStore knows what was begun and has ended the process, and what has passed its trial", async () => {
  await using here = await folder();
  const one = await deployment("one", "active");
  const first = await here.open();
  await first.write([one]);
  assertEquals((await here.state()).trial, one.name);
  here.clock.advance(TRIAL_MS - 1);
  // In turn: whatever the timer began is done when this is.
  await first.write([one]);
  assertEquals((await here.state()).trial, one.name);
  here.clock.advance(1);
  await first.write([one]);
  assertEquals((await here.state()).trial, undefined);
  await first.begin(one.name);
  assertEquals((await here.state()).trial, one.name);
  await first.close();
  assertEquals((await here.state()).trial, undefined);
});

Deno.test("DeploymentStore tells the next start what was on trial when the process was killed", async () => {
  await using here = await folder();
  const one = await deployment("one", "active");
  const path = `${here.path}/store`;
  const program = `
    import { DeploymentStore } from "./lib/deploy/deployment_store.ts";
    const store = await DeploymentStore.open(${JSON.stringify(path)}, { setTimer: () => () => {} });
    await store.begin(${JSON.stringify(one.name)});
    Deno.kill(Deno.pid, "SIGKILL");
  `;
  const first = await here.open();
  await first.write([one]);
  await first.close();
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", program], stdout: "null", stderr: "null" });
  assertEquals((await child.output()).signal, "SIGKILL");
  const next = await here.open();
  assertEquals((await next.load()).crashed, one.name);
});

Deno.test("DeploymentStore puts each new deployment on trial, and takes it off when another, or none, is active", async () => {
  await using here = await folder();
  const store = await here.open();
  const [one, two] = [await deployment("one", "active"), await deployment("two", "active")];
  await store.write([one]);
  one.state = "kept";
  await store.write([two, one]);
  assertEquals((await here.state()).trial, two.name);
  assertEquals(here.clock.pendingTimers, 1);
  two.state = "kept";
  await store.write([two, one]);
  assertEquals([(await here.state()).trial, here.clock.pendingTimers], [undefined, 0]);
});

Deno.test("DeploymentStore is open once at a time", async () => {
  await using here = await folder();
  const store = await here.open();
  await assertRejects(() => here.open(), DataDirError, "another server has");
  await store.close();
  await (await here.open()).close();
});

for (
  const [what, text, problem] of [
    ["no JSON", "{", "is not JSON"],
    ["a later format", '{"format":2,"deployments":[]}', "has the format 2, and this server reads 1"],
    ["something else", '{"format":1}', "move it away"],
  ] as const
) {
  Deno.test(`DeploymentStore refuses ${what}, and changes nothing of it`, async () => {
    await using here = await folder();
    await Deno.mkdir(`${here.path}/store`);
    await Deno.writeTextFile(`${here.path}/store/deployments.json`, text);
    await assertRejects(() => here.open(), DataDirError, problem);
    assertEquals(await Deno.readTextFile(`${here.path}/store/deployments.json`), text);
  });
}

Deno.test("DeploymentStore says why a folder cannot be used", async () => {
  await using here = await folder();
  await Deno.writeTextFile(`${here.path}/store`, "a file");
  await assertRejects(() => here.open(), DataDirError, "--data-dir) cannot be used");
});
