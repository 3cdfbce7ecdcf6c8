import { assertEquals, assertRejects } from "@std/assert";
import type { Deployment, UploadedCode } from "../../lib/deploy/mod.ts";
import { DeploymentLedger, type LedgerStore } from "../../lib/workers/deployment_ledger.ts";
import type { DeploymentRow } from "../../lib/workers/replayed_deployment.ts";

const upload = (byte: number): UploadedCode => ({ manifest: Uint8Array.of(byte), code: Uint8Array.of(byte) });
const row = (name: string, state: DeploymentRow["state"], changes: Partial<DeploymentRow> = {}): DeploymentRow => ({
  name,
  state,
  readyAt: 1,
  ...changes,
});

function memoryStore(stored: Awaited<ReturnType<LedgerStore["load"]>> = { deployments: [], crashed: undefined }) {
  const calls: string[] = [];
  const written: (readonly Deployment[])[] = [];
  const store: LedgerStore = {
    load: () => Promise.resolve(stored),
    begin: (name) => Promise.resolve(void calls.push(`begin ${name}`)),
    write: (deployments) => Promise.resolve(void written.push(deployments)),
    endTrial: () => Promise.resolve(void calls.push("endTrial")),
    close: () => Promise.resolve(void calls.push("close")),
  };
  return { store, calls, written };
}

Deno.test("DeploymentLedger begins with what was stored, and with what the server has ended", async () => {
  const stored = [{ ...row("one", "active"), upload: upload(1) }, { ...row("two", "kept"), upload: upload(2) }];
  const { store, calls } = memoryStore({ deployments: stored, crashed: "one" });
  const ledger = await DeploymentLedger.open(store);
  assertEquals(ledger.boot(), { deployments: stored, crashed: "one" });
  await ledger.begin("two");
  await ledger.record([row("two", "active"), row("one", "candidate")]);
  // That a worker is started anew is no trial.
  await ledger.begin("two");
  await ledger.leave();
  await ledger.close();
  assertEquals(calls, ["begin two", "endTrial", "close"]);
  assertEquals(ledger.boot().crashed, undefined);
});

Deno.test("DeploymentLedger has a worker begin with what was uploaded, and a canary's share apart", async () => {
  const ledger = await DeploymentLedger.open(undefined);
  for (const [at, name] of ["two", "three"].entries()) ledger.learn(name, upload(at));
  const rows = [
    row("three", "canary", { share: 0.25 }),
    row("two", "active", { activeAt: 5 }),
    row("local", "kept"),
    row("four", "failed", { reason: "no feed" }),
  ];
  const { deployments, canary, version } = ledger.boot(rows);
  assertEquals(deployments.map(({ name, state, upload }) => [name, state, upload?.code[0]]), [
    ["three", "candidate", 1],
    ["two", "active", 0],
  ]);
  assertEquals([canary, version], [{ name: "three", share: 0.25 }, undefined]);
});

Deno.test("DeploymentLedger has a worker begin with the version of the routes folder that the others have", async () => {
  const ledger = await DeploymentLedger.open(undefined);
  assertEquals(ledger.boot([row("local.7", "active"), row("local", "kept")]).version, "7");
  assertEquals(ledger.boot([row("local", "active"), row("local.7", "kept")]).version, undefined);
});

Deno.test("DeploymentLedger writes what the workers have, with the bytes, and forgets what none of them has", async () => {
  const { store, written } = memoryStore();
  const ledger = await DeploymentLedger.open(store);
  ledger.learn("two", upload(2));
  ledger.learn("three", upload(3));
  await ledger.record([
    row("two", "active", { activeAt: 5, reason: "tried" }),
    row("local", "kept", { replacedAt: 4 }),
  ]);
  const [[two, local]] = written as [[Deployment, Deployment]];
  assertEquals([two.name, two.state, two.reason, two.activeAt, two.code.upload?.code], [
    "two",
    "active",
    "tried",
    5,
    Uint8Array.of(2),
  ]);
  assertEquals([local.name, local.code.upload, local.replacedAt], ["local", undefined, 4]);
  await assertRejects(() => two.code.make(), Error, "it runs in the workers");
  assertEquals(ledger.boot([row("three", "active")]).deployments, []);
});
