/** What each runtime survives: the table of docs/DEPLOYS.md, cell by cell, with real threads, processes and signals. @module */
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import type { RuntimeKind } from "../../lib/route/table.ts";
import type { ProcessChannel } from "../../lib/runtime/remote/process_channel.ts";
import { LogLines } from "../support/log_lines.ts";
import type { RawClient } from "../support/raw_client.ts";
import { type RemoteCodeSetting, routeSource, runtimeOf } from "../support/remote_code.ts";
import { ServedRuntimes } from "../support/served_runtimes.ts";

/** Does what its peer asks for. */
const CODE = `
  message(peer, message) {
    const text = message.text();
    if (text === "throw") throw new Error("thrown");
    if (text === "reject") return Promise.reject(new Error("rejected"));
    if (text === "exit") Deno.exit(7);
    if (text === "spin") for (;;);
    if (text === "heap") for (const list = [];;) list.push(new Array(1000).fill(Math.random()));
    if (text === "buffers") for (const list = [];;) list.push(new Uint8Array(8 * 2 ** 20).fill(1));
    if (text === "stop myself") Deno.kill(Deno.pid, "SIGSTOP");
    peer.send("echo " + text);
  },`;

/** The same, and takes its peers over when it comes back. */
const RESUMING = `${CODE}
  open(peer) { peer.context = { name: "ada" }; },
  resume(peer, state, { reason }) { peer.send(reason + " " + state + " " + peer.context.name); },`;

interface Bench extends AsyncDisposable {
  readonly served: ServedRuntimes;
  readonly log: LogLines;
  /** Of the process that was started last. */
  readonly channels: readonly ProcessChannel[];
  /** A peer of the code, and one of code elsewhere that must not notice. */
  readonly peer: RawClient;
  readonly other: RawClient;
}

async function bench(kind: RuntimeKind, code: string, setting: RemoteCodeSetting = {}): Promise<Bench> {
  const log = new LogLines();
  const channels: ProcessChannel[] = [];
  const source = routeSource(code, { pattern: "/" });
  const onStart = (channel: ProcessChannel): void => void channels.push(channel);
  const elsewhere = await runtimeOf("inline", routeSource(CODE, { pattern: "/other" }), log);
  const served = await ServedRuntimes.of([await runtimeOf(kind, source, log, { onStart, ...setting }), elsewhere]);
  const [peer, other] = [await served.connect("/"), await served.connect("/other")];
  return {
    ...{ served, log, channels, peer, other },
    async [Symbol.asyncDispose]() {
      for (const client of [peer, other]) client[Symbol.dispose]();
      await served[Symbol.asyncDispose]();
    },
  };
}

async function answered(client: RawClient, text = "hello"): Promise<void> {
  await client.sendText(text);
  assertEquals(await client.nextButPings(), { kind: "text", text: `echo ${text}` });
}

const FAILED = { kind: "close", code: 1011, reason: "internal error" } as const;

for (const kind of ["inline", "worker", "process"] as const) {
  for (const how of ["throw", "reject"]) {
    Deno.test(`${kind}: a handler that fails (${how}): that peer gets 1011, and nobody else notices`, async () => {
      await using own = await bench(kind, CODE);
      using neighbour = await own.served.connect("/");
      await own.peer.sendText(how);
      assertEquals(await own.peer.nextButPings(), FAILED);
      await answered(neighbour);
      await answered(own.other);
      assertEquals(own.log.lines.map((line) => line.split(" error=")[0]), ["error code.ts: message failed"]);
    });
  }
}

const ENDINGS: ReadonlyArray<readonly [kind: RuntimeKind, how: string, reason: RegExp]> = [
  ["worker", "exit", /reason=it ended its thread/],
  ["process", "exit", /reason=it exited with 7/],
  ["process", "heap", /reason=it was ended by SIG|reason=it exited with/],
  ["process", "spin", /reason=it did not come back to its event loop within 1000 ms/],
  ["process", "stop myself", /reason=it did not come back to its event loop within 1000 ms/],
];

for (const [kind, how, reason] of ENDINGS) {
  Deno.test(`${kind}: ${how}: its peers get 1011, the code is started again, and code elsewhere goes on`, async () => {
    await using own = await bench(kind, CODE, { limits: { memoryBytes: 32 * 2 ** 20 } });
    await own.peer.sendText(how);
    await answered(own.other);
    const ended = own.peer.nextButPings();
    await answered(own.other);
    assertEquals(await ended, FAILED);
    assertMatch(await own.log.until("its code has ended and is started again in 100 ms"), reason);
    using later = await own.served.connect("/");
    await answered(later);
    await answered(own.other);
  });
}

Deno.test("process: buffers that a handler cannot have fail its peer, and not the code", async () => {
  await using own = await bench("process", CODE, { limits: { memoryBytes: 32 * 2 ** 20 } });
  using neighbour = await own.served.connect("/");
  await own.peer.sendText("buffers");
  assertEquals(await own.peer.nextButPings(), FAILED);
  await answered(neighbour);
});

Deno.test("process: buffers that the code keeps beyond its limit are not had, with and without the system's help", async () => {
  const keeping = `
  message(peer) {
    const kept = [];
    (function more() {
      kept.push(new Uint8Array(4 * 2 ** 20).fill(1));
      setTimeout(more, 1);
    })();
    peer.send("keeps");
  },`;
  for (const hasKeeper of [true, false]) {
    await using own = await bench("process", keeping, { limits: { memoryBytes: 32 * 2 ** 20 }, hasKeeper });
    await own.peer.sendText("go");
    // Where the system refuses memory, it may be V8's own heap that meets it first: that ends the process, and no other.
    const words = hasKeeper
      ? ["an error was thrown and nobody caught it error=Array buffer allocation failed", "it was ended by SIGTRAP"]
      : ["bytes of memory, and may use"];
    const line = await own.log.until(...words);
    if (!line.includes("nobody caught it")) assertStringIncludes(line, "its code has ended");
    await answered(own.other);
  }
});

Deno.test("worker: spins: its peers wait, code elsewhere goes on, and the log says so", async () => {
  const spinning = `message(peer, message) {
    const text = message.text();
    if (text === "spin") for (const end = Date.now() + 2500; Date.now() < end;);
    peer.send("echo " + text);
  },`;
  await using own = await bench("worker", spinning);
  await own.peer.sendText("spin");
  await own.log.until("it does not come back to its event loop");
  await answered(own.other);
  assertEquals(await own.peer.nextButPings(), { kind: "text", text: "echo spin" });
  await answered(own.peer);
});

for (const signal of ["SIGKILL", "SIGSTOP", "SIGTERM"] as const) {
  Deno.test(`process: ${signal} from outside: peers that can be resumed are, with their context, and stay open`, async () => {
    await using own = await bench("process", RESUMING);
    await answered(own.peer, "before");
    Deno.kill(own.channels[0]!.pid, signal);
    assertEquals(await own.peer.nextButPings(), { kind: "text", text: "crash undefined ada" });
    await answered(own.peer, "after");
    await answered(own.other);
  });
}

Deno.test("worker: exit: peers that can be resumed are, with their context, and stay open", async () => {
  await using own = await bench("worker", RESUMING);
  await own.peer.sendText("exit");
  // What came before that may have been handed to the code that ended, and is lost: at most once.
  await own.log.until("its code has ended and is started again in 100 ms");
  await own.peer.sendText("while it is away");
  assertEquals(await own.peer.nextButPings(), { kind: "text", text: "crash undefined ada" });
  assertEquals(await own.peer.nextButPings(), { kind: "text", text: "echo while it is away" });
});

Deno.test("who comes while the code is away waits for it; code that ends again and again is given up: then 503", async () => {
  await using own = await bench("process", CODE);
  for (let count = 0; count < 5; count++) {
    using peer = await own.served.connect("/");
    Deno.kill(own.channels.at(-1)!.pid, "SIGKILL");
    assertEquals(await peer.nextButPings(), FAILED);
  }
  await own.log.until("its code has ended 5 times within 60 s and is not started again");
  const [status] = own.served.gateway.routing.table.entries.map(({ runtime }) => runtime.status?.());
  assertEquals([status?.kind, status?.state, status?.restarts], ["process", "quarantined", 4]);
  await assertRejects(() => own.served.connect("/"), Error, "503");
  await answered(own.other);
});
