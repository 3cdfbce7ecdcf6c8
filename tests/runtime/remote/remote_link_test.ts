/** One life of remote code, where the test is the code. @module */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  type LinkHome,
  PROBE_INTERVAL_MS,
  PROBE_TIMEOUT_MS,
  RemoteLink,
} from "../../../lib/runtime/remote/remote_link.ts";
import { RemotePeer } from "../../../lib/runtime/remote/remote_peer.ts";
import { encodeValue, errorRecord } from "../../../lib/runtime/remote/value.ts";
import { DOWN, TEXT_FLAG, UP, WireError } from "../../../lib/runtime/remote/wire.ts";
import { RecordedCommands } from "../../suites/recorded_commands.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { cloneable } from "./support/any_value.ts";
import { FORGED } from "./support/forged_records.ts";
import { isSettled } from "./support/peer_bench.ts";
import { turns, valueOf } from "./support/records.ts";
import { publication, type Reaction, ScriptedCode } from "./support/scripted_code.ts";

const BOOT = { code: { kind: "module", source: "" }, deployment: "d-1", isDevelopment: false } as const;

const LINK_CREDIT_BYTES = 4 * 1024 * 1024;

/** A link that is not booted. */
function bench(react?: Reaction, maxMemoryBytes = 0) {
  const clock = new FakeClock();
  const code = new ScriptedCode(react);
  const events: string[] = [];
  const lines: unknown[] = [];
  const home: LinkHome = {
    clock,
    maxMemoryBytes,
    checkTopic(topic) {
      if (topic === "forbidden") throw new WireError("the topic forbidden, which was not granted");
      return topic;
    },
    publish: (topic, payload) => Promise.resolve(void events.push(`publish ${topic} ${payload}`)),
    log: ({ level, message, fields }, error) => void lines.push([level, message, fields, (error as Error)?.message]),
    onStuck: () => void events.push(`stuck at ${clock.now()}`),
    onEnded: (_, reason) => void events.push(`ended: ${reason}`),
  };
  const link = new RemoteLink(code.open, home);
  const peer = (commands = new RecordedCommands()) => {
    const one = new RemotePeer(commands, 0, {
      shown: (request) => request,
      checkTopic: home.checkTopic,
      whenBack: () => new Promise(() => {}),
      fateOf: () => "fail",
      left() {},
    });
    one.join(link);
    return one;
  };
  return { clock, code, events, lines, link, peer, life: code.life };
}

async function booted(react?: Reaction, maxMemoryBytes?: number) {
  const one = bench(react, maxMemoryBytes);
  await one.link.boot(BOOT);
  return one;
}

Deno.test("RemoteLink boots: the code is told what to load, and says what it has", async () => {
  const { link, life } = bench();
  const { descriptors } = await link.boot(BOOT);
  assertEquals([valueOf(life.of(DOWN.BOOT)[0]!), descriptors.map(({ file }) => file)], [BOOT, ["code.ts"]]);
});

Deno.test("RemoteLink.boot rejects with what is wrong with the code, or with its end", async () => {
  const unfit = bench(({ kind }, life) => {
    if (kind === DOWN.BOOT) {
      life.say((writer) => writer.putValue(UP.UNFIT, 0, 0, errorRecord(new TypeError("no route"))));
    }
    return true;
  });
  const error = await assertRejects(() => unfit.link.boot(BOOT), Error, "no route");
  assertEquals(error.name, "TypeError");
  const ended = bench((_, life) => {
    life.end("it exited with 1");
    return true;
  });
  await assertRejects(() => ended.link.boot(BOOT), Error, "it exited with 1");
});

Deno.test("RemoteLink gives each answer, and each failure, to the one who asked", async () => {
  const { link, life } = await booted();
  const ids: number[] = [];
  const [one, other] = [1, 2].map(() => link.calls.ask((id) => void ids.push(id)));
  life.say((writer) => {
    writer.putValue(UP.FAILURE, 0, ids[1]!, errorRecord(new RangeError("too far")));
    writer.putValue(UP.ANSWER, 0, ids[0]!, { a: 1n });
    writer.putValue(UP.ANSWER, 0, 12_345, "to nobody");
  });
  assertEquals(await one, { a: 1n });
  await assertRejects(() => other!, Error, "too far");
  assertEquals(life.isKilled, false);
});

Deno.test("RemoteLink passes publications and lines for the log on", async () => {
  const { life, events, lines } = await booted();
  life.say((writer) => {
    const [text, bytes] = [publication("all", "ä"), publication("all", Uint8Array.of(5, 6), 2)];
    writer.put(UP.PUBLISH_ALL, TEXT_FLAG, 0, text, 0, text.length);
    writer.put(UP.PUBLISH_ALL, 0, 0, bytes, 0, bytes.length);
    const line = { level: "error", message: "failed", fields: { hook: "open" }, error: errorRecord(new Error("why")) };
    writer.putValue(UP.LOG, 0, 0, line);
  });
  assertEquals(events, ["publish all ä", "publish all 5,6"]);
  assertEquals(lines, [["error", "failed", { hook: "open" }, "why"]]);
});

Deno.test("RemoteLink passes a hundred lines a second on to the log, and no more", async () => {
  const { life, lines, clock } = await booted();
  const shout = (count: number): void =>
    life.say((writer) => {
      for (let at = 0; at < count; at++) writer.putValue(UP.LOG, 0, 0, { level: "warn", message: "m", fields: {} });
    });
  shout(150);
  assertEquals(lines.length, 100);
  clock.advance(999);
  shout(10);
  assertEquals(lines.length, 100);
  clock.advance(1);
  shout(150);
  // And one line that says how many were left out.
  assertEquals(lines.length, 201);
  assertEquals(lines[100], ["warn", "60 more lines of it were left out", {}, undefined]);
});

Deno.test("RemoteLink: what concerns a peer that it does not know is ignored", async () => {
  const { life, peer } = await booted();
  const commands = new RecordedCommands();
  const known = peer(commands);
  life.say((writer) => {
    for (const id of [0, 2, 0xffffffff]) writer.putText(UP.SEND, TEXT_FLAG, id, "to nobody");
    writer.putText(UP.SEND, TEXT_FLAG, 1, "to somebody");
  });
  known.revoke(new DOMException("swapped", "AbortError"));
  life.say((writer) => writer.putText(UP.SEND, TEXT_FLAG, 1, "late"));
  assertEquals([commands.calls, life.isKilled], [[["send", "to somebody"]], false]);
});

for (const [what, kind, payload, flags = 0] of FORGED) {
  Deno.test(`RemoteLink ends code that says ${what}`, async () => {
    const { life, peer, events } = await booted();
    peer();
    life.say((writer) => writer.put(kind, flags, 1, payload, 0, payload.length));
    assertEquals(life.isKilled, true);
    assertStringIncludes(events[0]!, "ended: it broke the rules of its channel: ");
  });
}

const FORGED_CALLS: ReadonlyArray<readonly [what: string, kind: number, payload: Uint8Array]> = [
  ["a command of an unknown kind", 15, new Uint8Array(0)],
  ["a failure that is no value", UP.FAILURE, Uint8Array.of(2, 1, 2, 3)],
  ["an answer that is no value", UP.ANSWER, Uint8Array.of(2, 1, 2, 3)],
  ["an empty answer", UP.ANSWER, new Uint8Array(0)],
  ["a line for the log that is no value", UP.LOG, Uint8Array.of(1, 0x7b)],
  ["undefined as a line for the log", UP.LOG, encodeValue(undefined)],
  ["a line for the log without a message", UP.LOG, encodeValue({ level: "warn", fields: {} })],
  ["a line for the log of another level", UP.LOG, encodeValue({ level: "constructor", message: "m", fields: {} })],
  ["how much memory it uses in three bytes", UP.ALIVE, new Uint8Array(3)],
  ["a publication to a topic that was not granted", UP.PUBLISH_ALL, publication("forbidden", "x")],
  ["a publication without a topic", UP.PUBLISH_ALL, Uint8Array.of(9, 9)],
  ["how it was loaded once more", UP.READY, encodeValue({ descriptors: [] })],
  ["that it cannot be loaded, when it was", UP.UNFIT, encodeValue({ name: "Error", message: "no" })],
  [
    "a line for the log of 300 KiB",
    UP.LOG,
    encodeValue({ level: "warn", message: "x".repeat(300 * 1024), fields: {} }),
  ],
  ["an answer of 17 MiB", UP.ANSWER, new Uint8Array(17 * 1024 * 1024)],
];

for (const [what, kind, payload] of FORGED_CALLS) {
  Deno.test(`RemoteLink ends code that says ${what}`, async () => {
    const { life, link } = await booted();
    let id = 0;
    const answer = link.calls.ask((number) => id = number);
    life.say((writer) => writer.put(kind, 0, id, payload, 0, payload.length));
    assertEquals(life.isKilled, true);
    await assertRejects(() => answer, Error, "it broke the rules of its channel");
  });
}

Deno.test("RemoteLink takes nothing any more from code that it ends", async () => {
  const { life, peer } = await booted();
  const commands = new RecordedCommands();
  peer(commands);
  life.say((writer) => {
    writer.putEmpty(99, 0, 1);
    writer.putText(UP.SEND, TEXT_FLAG, 1, "behind it");
  });
  assertEquals(commands.calls, [["fail"]]);
});

Deno.test("RemoteLink: the code's end is known before who asked hears that there is no answer", async () => {
  const { life, link, peer, events } = await booted();
  const commands = new RecordedCommands();
  peer(commands);
  const answer = link.calls.ask(() => {}).catch((error) => void events.push(`no answer: ${error.message}`));
  life.end("it exited with 5");
  life.end("twice");
  await answer;
  assertEquals(events, ["ended: it exited with 5", "no answer: it exited with 5"]);
  assertEquals([commands.calls, link.peerCount], [[["fail"]], 0]);
});

Deno.test("RemoteLink.kill resolves when the code is gone, and its reason is the one that is told", async () => {
  const { link, life, events, clock } = await booted();
  await link.kill("it was stopped");
  await link.kill("again");
  assertEquals([life.isKilled, events, clock.pendingTimers], [true, ["ended: it was stopped"], 0]);
  link.outbox.writer.putEmpty(DOWN.PROBE, 0, 0);
  await turns();
  assertEquals(life.of(DOWN.PROBE).length, 0);
});

Deno.test("RemoteLink: credit: all peers wait beyond 4 MiB unsettled, and go on when there is room again", async () => {
  const { link, peer, life } = await booted();
  const peers = Array.from({ length: 100 }, () => peer());
  const part = new Uint8Array(50_000);
  let given = 0;
  let waiting: Promise<void> | undefined;
  for (const one of peers) {
    waiting = one.message(0, part, 0, part.length) as Promise<void> | undefined;
    given++;
    await turns(1);
    if (waiting !== undefined) break;
  }
  assertEquals(given, Math.ceil(LINK_CREDIT_BYTES / (part.length + 64)));
  assertEquals(link.isFull, true);
  const other = peers.at(-1)!.message(0, part, 0, 0) as Promise<void>;
  assertEquals(await isSettled(other), false);
  life.say((writer) => writer.putNumber(UP.SETTLED, 0, 1, part.length));
  assertEquals([await isSettled(other), await isSettled(waiting), link.isFull], [true, false, false]);
});

Deno.test("RemoteLink is full while so much does not get through to the code", async () => {
  const { link, life } = await booted();
  const through = Promise.withResolvers<void>();
  life.sending = through.promise;
  link.outbox.writer.putEmpty(DOWN.PROBE, 0, 0);
  await turns();
  link.outbox.writer.put(DOWN.MESSAGE, 0, 1, new Uint8Array(LINK_CREDIT_BYTES), 0, LINK_CREDIT_BYTES);
  await turns();
  assertEquals(link.isFull, true);
  life.sending = undefined;
  through.resolve();
  await turns();
  assertEquals(link.isFull, false);
});

Deno.test("RemoteLink asks the code whether it is there, again and again, and is content with each answer", async () => {
  const { clock, life, events } = await booted();
  for (let count = 1; count <= 20; count++) {
    clock.advance(PROBE_INTERVAL_MS);
    await turns();
    assertEquals(life.of(DOWN.PROBE).length, count);
  }
  assertEquals(events, []);
});

Deno.test("RemoteLink says so when the code has said nothing for a second", async () => {
  const { clock, events } = await booted(({ kind }) => kind === DOWN.PROBE);
  while (events.length === 0) {
    clock.advance(1);
    await turns(1);
  }
  const rounds = Math.ceil(PROBE_TIMEOUT_MS / PROBE_INTERVAL_MS);
  assertEquals(events, [`stuck at ${1000 + rounds * PROBE_INTERVAL_MS}`]);
});

Deno.test("RemoteLink forgives the code that it did not listen itself", async () => {
  const { clock, events, life } = await booted(({ kind }) => kind === DOWN.PROBE);
  clock.advance(PROBE_INTERVAL_MS);
  await turns();
  clock.jump(60_000);
  await turns();
  assertEquals([events, life.of(DOWN.PROBE).length], [[], 2]);
  clock.advance(PROBE_INTERVAL_MS * 3);
  assertEquals(events.length, 1);
});

Deno.test("RemoteLink does not ask while the code is loaded", async () => {
  const { clock, link, life } = bench(() => true);
  void link.boot(BOOT).catch(() => {});
  clock.advance(5000);
  await turns();
  assertEquals(life.of(DOWN.PROBE).length, 0);
  await link.kill("enough");
});

Deno.test("RemoteLink ends code that uses more memory than it may, and none that uses just as much", async () => {
  for (const [bytes, isEnded] of [[1000, false], [1001, true]] as const) {
    const { clock, life, events } = await booted(({ kind }, life) => {
      if (kind !== DOWN.PROBE) return false;
      life.say((writer) => writer.putNumber(UP.ALIVE, 0, 0, bytes));
      return true;
    }, 1000);
    clock.advance(PROBE_INTERVAL_MS);
    await turns();
    assertEquals(life.isKilled, isEnded);
    if (isEnded) assertEquals(events, ["ended: it uses 1001 bytes of memory, and may use 1000"]);
  }
});

Deno.test("RemoteLink: any records are taken, ignored, or the end of the code: never another error", async () => {
  const kinds = fc.oneof(fc.constantFrom(...Object.values(UP)), fc.integer({ min: 0, max: 255 }));
  const payloads = fc.oneof(fc.uint8Array({ maxLength: 60 }), cloneable.map(encodeValue));
  const records = fc.array(fc.tuple(kinds, fc.nat(3), fc.nat(3), payloads), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(records, async (all) => {
      const { life, link, peer } = await booted();
      peer();
      const answer = link.calls.ask(() => {}).catch(() => {});
      life.say((writer) => {
        for (const [kind, flags, id, payload] of all) writer.put(kind, flags, id, payload, 0, payload.length);
      });
      await link.kill("enough");
      await answer;
      assert(life.isKilled);
    }),
    { numRuns: 1000 },
  );
});
