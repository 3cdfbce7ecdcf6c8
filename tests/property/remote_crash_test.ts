/** Whenever code ends, and whatever comes meanwhile: each life of it meets its peers in the right order. @module */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { PeerEvents } from "../../lib/route/table.ts";
import { DOWN } from "../../lib/runtime/remote/wire.ts";
import { RecordedCommands } from "../suites/recorded_commands.ts";
import { turns } from "../runtime/remote/support/records.ts";
import type { ScriptedLife } from "../runtime/remote/support/scripted_code.ts";
import { serving } from "../runtime/remote/support/serving.ts";

type Step =
  | { readonly kind: "attach"; readonly route: 0 | 1 }
  | { readonly kind: "message"; readonly peer: number }
  | { readonly kind: "crash" | "crash in resume" | "settle" | "close failed" }
  | { readonly kind: "advance"; readonly ms: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("attach" as const), route: fc.constantFrom(0 as const, 1 as const) }),
    fc.record({ kind: fc.constant("message" as const), peer: fc.nat(5) }),
    fc.record({ kind: fc.constantFrom("crash" as const, "crash in resume" as const) }),
    fc.record({ kind: fc.constantFrom("settle" as const, "close failed" as const) }),
    fc.record({ kind: fc.constant("advance" as const), ms: fc.constantFrom(50, 100, 400, 20_000) }),
  ),
  { maxLength: 40 },
);

interface Connection {
  readonly commands: RecordedCommands;
  readonly events: PeerEvents;
  readonly route: number;
  /** What its read loop waits for. */
  pending: Promise<void>;
  isWaiting: boolean;
  isClosed: boolean;
}

const hasFailed = ({ commands }: Connection): boolean => commands.calls.length > 0;

/** What one life was told of its peers: each begins once, by open or by resume, before all else. */
function checkLife(life: ScriptedLife): void {
  const begun = new Map<number, boolean>();
  for (const { kind, id } of life.seen) {
    if (kind === DOWN.ATTACH) {
      assert(!begun.has(id), `peer ${id} was attached twice`);
      begun.set(id, false);
    } else if (kind === DOWN.OPEN || kind === DOWN.RESUME) {
      assertEquals(begun.get(id), false, `peer ${id} began twice, or before it was there`);
      begun.set(id, true);
    } else if (kind === DOWN.MESSAGE) assertEquals(begun.get(id), true, `a message before peer ${id} had begun`);
  }
}

function wait(one: Connection, pending: void | Promise<void>): void {
  if (pending === undefined) return;
  one.isWaiting = true;
  one.pending = pending.then(() => void (one.isWaiting = false));
}

Deno.test("each life of code meets its peers once, and who is left at the end is known to it, or has failed", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      let crashesInResume = 0;
      const { runtime, code, clock } = await serving({
        routes: [{ canResume: true }, { pattern: "/other", canResume: false }],
        react({ kind }, life) {
          if (kind !== DOWN.RESUME || crashesInResume === 0) return false;
          crashesInResume--;
          life.end("it exited in resume");
          return true;
        },
      });
      const peers: Connection[] = [];
      for (const step of all) {
        if (step.kind === "attach") {
          const commands = new RecordedCommands();
          const events = runtime.attach(step.route, commands);
          const one = {
            ...{ commands, events, route: step.route, pending: Promise.resolve() },
            ...{ isWaiting: false, isClosed: false },
          };
          peers.push(one);
          wait(one, events.open());
        } else if (step.kind === "message") {
          const one = peers[step.peer];
          if (one === undefined || one.isWaiting || one.isClosed || hasFailed(one)) continue;
          wait(one, one.events.message(0, new Uint8Array(1), 0, 1));
        } else if (step.kind === "crash") code.life.end("it exited with 5");
        else if (step.kind === "crash in resume") crashesInResume++;
        else if (step.kind === "settle") await turns();
        else if (step.kind === "advance") {
          clock.advance(step.ms);
          await turns(5);
        } else {
          for (const one of peers) {
            if (!hasFailed(one) || one.isClosed) continue;
            one.isClosed = true;
            void one.events.close({ code: 1011, reason: "", wasClean: false });
          }
        }
      }
      crashesInResume = 0;
      for (let count = 0; count < 100; count++) {
        clock.advance(200);
        await turns();
      }
      for (const life of code.lives) checkLife(life);
      for (const one of peers) assert(!one.isWaiting, "a read loop waits for ever");
      const known = code.life.of(DOWN.ATTACH).length;
      assert(known >= peers.filter((one) => !hasFailed(one)).length, "a peer is known to nobody, and was not failed");
      await runtime.stop();
    }),
    { numRuns: 300 },
  );
});

Deno.test("code that ends as soon as it has said that it has started is started again", async () => {
  let isFit = true;
  const { runtime, code, clock } = await serving({
    react({ kind, id }, life) {
      if (kind !== DOWN.START || isFit) return false;
      life.answer(id, undefined);
      life.end("it exited with 5");
      return true;
    },
  });
  isFit = false;
  code.life.end("it exited with 5");
  clock.advance(100);
  await turns();
  isFit = true;
  clock.advance(200);
  await turns();
  assertEquals(code.lives.length, 3);
  await runtime.stop();
});

Deno.test("who came while code was away is opened by the life that stays, though the one before ended at a resume", async () => {
  let isFit = false;
  const { runtime, code, clock } = await serving({
    react({ kind }, life) {
      if (kind === DOWN.RESUME && !isFit) life.end("it exited in resume");
      return false;
    },
  });
  void runtime.attach(0, new RecordedCommands()).open();
  await code.told(DOWN.OPEN);
  code.life.end("it exited with 5");
  const opened = runtime.attach(0, new RecordedCommands()).open();
  clock.advance(100);
  await turns();
  isFit = true;
  clock.advance(200);
  await turns();
  await opened;
  assertEquals(code.lives.map((life) => life.of(DOWN.OPEN).length), [1, 0, 1]);
  await runtime.stop();
});
