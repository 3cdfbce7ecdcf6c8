/** Code that ends in the middle of a swap, the old and the new, in a worker and in a process: nobody is left behind. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { SwapError } from "../../lib/gateway/mod.ts";
import { LogLines } from "../support/log_lines.ts";
import type { RawClient } from "../support/raw_client.ts";
import { routeSource, runtimeOf } from "../support/remote_code.ts";
import { ServedRuntimes } from "../support/served_runtimes.ts";

/** Counts its peer's messages, in its context and in a variable that only suspend and resume carry over. */
function code(version: number, more = ""): string {
  return routeSource(
    `
  open(peer) { counts.set(peer.id, 0); },
  async message(peer, message) {
    const text = message.text();
    if (text === "wait") { peer.send("waiting"); await new Promise((resolve) => freed = resolve); }
    if (text === "free") { freed?.(); }
    counts.set(peer.id, counts.get(peer.id) + 1);
    peer.send("${version}: " + text + " " + counts.get(peer.id));
  },
  suspend(peer) { return counts.get(peer.id); },
  resume(peer, state, { reason }) { counts.set(peer.id, state ?? 100); peer.send("${version}: " + reason + " " + state); },
  ${more}`,
    { file: `version ${version}`, before: "let freed; const counts = new Map();" },
  );
}

const ENDS = "resume() { Deno.exit(9); },";
/** All but the first peer are taken over. */
const ENDS_LATER = `resume(peer) { if (peer.context === "last") Deno.exit(9); }, `;
const FAILS = `resume() { throw new Error("cannot come"); },`;

async function said(client: RawClient, text: string): Promise<void> {
  const incoming = await client.nextButPings();
  assertEquals(incoming, { kind: "text", text });
}

for (const kind of ["worker", "process"] as const) {
  for (const [what, more] of [["ends", ENDS], ["ends at one peer of many", ENDS_LATER], ["fails", FAILS]] as const) {
    Deno.test(`${kind}: the new code ${what} while it takes over: the old one goes on, with what it knew`, async () => {
      const log = new LogLines();
      const marking = `upgrade(request) { return { context: new URL(request.url).search.slice(1) }; },`;
      await using served = await ServedRuntimes.of([await runtimeOf(kind, code(1, marking), log)]);
      const clients = await Promise.all(["/?a", "/?b", "/?c", "/?last"].map((path) => served.connect(path)));
      for (const client of clients) await client.sendText("one");
      for (const client of clients) await said(client, "1: one 1");
      const next = await runtimeOf(kind, code(2, more + marking), log);
      const error = await assertRejects(() => served.swap([next]), SwapError);
      assertEquals(/ended|cannot come/.test(error.message), true, error.message);
      for (const client of clients) {
        await client.sendText("two");
        // Who had gone over and come back is told so; others have never left.
        const first = await client.nextButPings();
        if (first.kind === "text" && first.text.includes("swap")) await said(client, "1: two 2");
        else assertEquals(first, { kind: "text", text: "1: two 2" });
        client[Symbol.dispose]();
      }
      assertEquals(served.gateway.connectionCount <= 4, true);
    });
  }

  Deno.test(`${kind}: the old code ends while its peers are handed over: the new one has them, without what it knew`, async () => {
    const log = new LogLines();
    const ending = `suspend() { Deno.exit(9); },`;
    await using served = await ServedRuntimes.of([await runtimeOf(kind, code(1, ending), log)]);
    using client = await served.connect();
    await client.sendText("one");
    await said(client, "1: one 1");
    assertEquals(await served.swap([await runtimeOf(kind, code(2), log)]), { moved: 1, dismissed: 0, lost: 0 });
    await said(client, "2: swap undefined");
    await client.sendText("two");
    await said(client, "2: two 101");
  });

  Deno.test(`${kind}: what the old code was given and has not begun is handled by the new one, in order`, async () => {
    const log = new LogLines();
    await using served = await ServedRuntimes.of([await runtimeOf(kind, code(1), log)], { swapTimeoutMs: 200 });
    using client = await served.connect();
    await client.sendText("wait");
    await said(client, "waiting");
    for (const text of ["a", "b", "c"]) await client.sendText(text);
    // A ping is answered when what came before it has been given to the code.
    await client.ping("x");
    assertEquals((await client.next()).kind, "pong");
    assertEquals(await served.swap([await runtimeOf(kind, code(2), log)]), { moved: 1, dismissed: 0, lost: 0 });
    await said(client, "2: swap 0");
    for (const [at, text] of ["a", "b", "c"].entries()) await said(client, `2: ${text} ${at + 1}`);
  });

  Deno.test(`${kind}: code that cannot be loaded, or does not start, takes nobody over`, async () => {
    const log = new LogLines();
    await using served = await ServedRuntimes.of([await runtimeOf(kind, code(1), log)]);
    using client = await served.connect();
    await assertRejects(() => runtimeOf(kind, "throw new Error('no such luck')", log), Error, "no such luck");
    await assertRejects(() => runtimeOf(kind, "this is no code", log), Error);
    const unwilling = await runtimeOf(kind, code(2, `start() { throw new Error("no feed"); },`), log);
    await assertRejects(() => served.swap([unwilling]), Error, "no feed");
    const ending = await runtimeOf(kind, code(2, `start() { Deno.exit(9); },`), log);
    await assertRejects(() => served.swap([ending]), Error);
    await client.sendText("one");
    await said(client, "1: one 1");
  });
}

Deno.test("peers move between inline, worker and process, each way, with what their code says and what they have", async () => {
  const log = new LogLines();
  await using served = await ServedRuntimes.of([await runtimeOf("inline", code(1), log)]);
  using client = await served.connect();
  await client.sendText("hello");
  await said(client, "1: hello 1");
  let count = 1;
  const ways = ["worker", "process", "inline", "process", "worker", "inline"] as const;
  for (const [at, kind] of ways.entries()) {
    assertEquals(await served.swap([await runtimeOf(kind, code(at + 2), log)]), { moved: 1, dismissed: 0, lost: 0 });
    await said(client, `${at + 2}: swap ${count}`);
    await client.sendText(kind);
    await said(client, `${at + 2}: ${kind} ${++count}`);
  }
  assertEquals(log.lines, []);
});
