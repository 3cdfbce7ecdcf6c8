/** The handlers of one connection of remote code, beside a model that is slow and right. @module */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Answer, HandlerLine } from "../../../lib/runtime/remote/handler_line.ts";
import { turns } from "./support/records.ts";

const INFO = { code: 1000, reason: "", wasClean: true } as const;

const encoder = new TextEncoder();

/** Code that writes down what it is called for, and is pending where the test says so. */
class Code {
  readonly log: string[] = [];
  isPending = (_name: string): boolean => false;
  during = (_name: string): void => {};
  readonly #pending: Array<{ readonly name: string; readonly resolve: () => void }> = [];
  running = 0;

  readonly #run = (name: string): void | Promise<void> => {
    this.log.push(name);
    this.during(name);
    if (!this.isPending(name)) return;
    this.running++;
    return new Promise((resolve) => this.#pending.push({ name, resolve }));
  };

  /** The handlers that are pending, in the order in which they began. */
  get pending(): string[] {
    return this.#pending.map(({ name }) => name);
  }

  async settle(at = 0): Promise<void> {
    const [one] = this.#pending.splice(at, 1);
    this.running--;
    one?.resolve();
    await turns(5);
  }

  readonly events = {
    open: () => this.#run("open"),
    message: (_form: number, bytes: Uint8Array, start: number, end: number) =>
      this.#run(new TextDecoder().decode(bytes.subarray(start, end))),
    subscribe: () => false,
    authenticate: () => false,
    drain: () => this.#run("drain"),
    close: ({ code }: { readonly code: number }) => this.#run(`close ${code}`),
    abort() {},
    suspend() {},
    resume() {},
    revoke() {},
  };
}

function bench(...asynchronous: readonly string[]) {
  const code = new Code();
  const names = new Set(asynchronous);
  code.isPending = (name) => names.has(name);
  const settled: number[] = [];
  const closed: number[] = [];
  const answers: Array<readonly [call: number, answer: Answer]> = [];
  let kept = 0;
  const line = new HandlerLine(code.events, {
    onSettled: (byteLength) => void settled.push(byteLength),
    onKept: () => void kept++,
    onAnswered: (call, answer) => void answers.push([call, answer]),
    onClosed: (call) => void closed.push(call),
  });
  const arrive = (text: string): void => {
    const bytes = encoder.encode(`[${text}]`);
    line.message(1, bytes, 1, bytes.length - 1);
  };
  return { code, line, arrive, settled, closed, answers, kept: () => kept };
}

type Step = { readonly kind: "message" | "drain" | "settle" | "interlude" | "close" | "abandon" | "giveBack" };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 6, arbitrary: fc.constant("message" as const) },
      { weight: 6, arbitrary: fc.constant("settle" as const) },
      fc.constantFrom("drain" as const, "interlude" as const, "abandon" as const, "giveBack" as const),
    ),
  }),
  { maxLength: 60 },
);

/** What the line should do, said in the simplest way. */
class Model {
  readonly log: string[] = [];
  readonly givenBack: Array<readonly [messages: string[], isDrainDue: boolean]> = [];
  messages: string[] = [];
  isDrainDue = false;
  interlude: string | undefined;
  close: string | undefined;
  isBusy = false;

  constructor(readonly isPending: (name: string) => boolean) {}

  goOn(): void {
    while (!this.isBusy) {
      const name = this.#next();
      if (name === undefined) return;
      this.log.push(name);
      this.isBusy = this.isPending(name);
    }
  }

  #next(): string | undefined {
    const { interlude, isDrainDue, close } = this;
    if (interlude !== undefined) this.interlude = undefined;
    else if (isDrainDue) this.isDrainDue = false;
    else if (this.messages.length > 0) return this.messages.shift();
    else this.close = undefined;
    return interlude ?? (isDrainDue ? "drain" : close);
  }
}

Deno.test("HandlerLine runs handlers one at a time, in order, whatever comes and settles when", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.func(fc.boolean()), async (all, pendingOf) => {
      const { code, line, arrive, closed } = bench();
      code.isPending = (name) => pendingOf(name);
      const model = new Model(code.isPending);
      // The handler that is waited for; those before it were abandoned.
      let waited: string | undefined;
      const check = (): void => {
        assertEquals(code.log, model.log);
        if (model.isBusy) waited = model.log.at(-1);
        else waited = undefined;
      };
      for (const [at, { kind }] of all.entries()) {
        if (kind === "message") {
          arrive(`m${at}`);
          model.messages.push(`m${at}`);
        } else if (kind === "drain") {
          line.drain();
          model.isDrainDue = true;
        } else if (kind === "interlude") {
          if (model.interlude === undefined) {
            model.interlude = `i${at}`;
            line.interlude(() => {
              code.log.push(`i${at}`);
              return pendingOf(`i${at}`) ? code.events.message(1, encoder.encode(`wait`), 0, 4) : undefined;
            });
            // A pending interlude is not modelled further: it behaves as any handler does.
            if (pendingOf(`i${at}`)) return;
          }
        } else if (kind === "giveBack") {
          const { messages, isDrainDue } = line.giveBack();
          const texts = messages.map(({ bytes, start, end }) => new TextDecoder().decode(bytes.subarray(start, end)));
          assertEquals([texts, isDrainDue], [model.messages, model.isDrainDue]);
          model.messages = [];
          model.isDrainDue = false;
        } else if (kind === "abandon") {
          line.abandon();
          model.isBusy = false;
        } else if (code.pending.length > 0) {
          // The one that is waited for is the last that began, if any is.
          const isWaited = waited !== undefined && code.pending.length === 1;
          const isLast = code.pending.at(-1) === waited;
          await code.settle(0);
          if (isWaited && isLast) model.isBusy = false;
        }
        model.goOn();
        check();
      }
      line.close(7, INFO);
      model.close = "close 1000";
      model.goOn();
      check();
      while (code.pending.length > 0) {
        const isWaited = code.pending.length === 1 && code.pending[0] === waited;
        await code.settle(0);
        if (isWaited) model.isBusy = false;
        model.goOn();
        check();
      }
      assertEquals([code.log.at(-1), closed], ["close 1000", [7]]);
    }),
    { numRuns: 300 },
  );
});

Deno.test("HandlerLine calls synchronous handlers at once, and keeps nothing", () => {
  const { code, line, arrive, settled, closed, kept } = bench();
  line.open();
  arrive("a");
  line.drain();
  line.close(5, INFO);
  assertEquals(code.log, ["open", "a", "drain", "close 1000"]);
  assertEquals([settled, closed, kept()], [[1], [5], 0]);
});

Deno.test("HandlerLine keeps what a pending handler was given, and what waits behind it, and says when each is through", async () => {
  const { code, arrive, settled, kept } = bench("aaa");
  arrive("aaa");
  assertEquals([kept(), settled], [1, []]);
  arrive("bb");
  assertEquals([code.log, kept()], [["aaa"], 2]);
  await code.settle();
  assertEquals([code.log, settled], [["aaa", "bb"], [3, 2]]);
});

Deno.test("HandlerLine runs an interlude before all that waits, then drain, then messages, and close last", async () => {
  const { code, line, arrive } = bench("open");
  line.open();
  line.close(1, INFO);
  arrive("a");
  arrive("b");
  line.drain();
  line.interlude(() => void code.log.push("interlude"));
  assertEquals(code.log, ["open"]);
  await code.settle();
  assertEquals(code.log, ["open", "interlude", "drain", "a", "b", "close 1000"]);
});

Deno.test("HandlerLine holds everything back while an interlude is pending", async () => {
  const { code, line, arrive } = bench();
  const done = Promise.withResolvers<void>();
  line.interlude(() => done.promise);
  arrive("a");
  await turns();
  assertEquals(code.log, []);
  done.resolve();
  await turns();
  assertEquals(code.log, ["a"]);
});

Deno.test("HandlerLine gives back what was not begun, in order, and not what is pending", async () => {
  const { code, line, arrive, settled } = bench("a");
  for (const text of ["a", "b", "c"]) arrive(text);
  line.drain();
  const { messages, isDrainDue } = line.giveBack();
  assertEquals(messages.map(({ bytes, start, end }) => new TextDecoder().decode(bytes.subarray(start, end))), [
    "b",
    "c",
  ]);
  assertEquals([messages[0]!.form, isDrainDue], [1, true]);
  await code.settle();
  assertEquals([code.log, settled], [["a"], [1]]);
  assertEquals(line.giveBack(), { messages: [], isDrainDue: false });
});

Deno.test("HandlerLine goes on without a handler that is abandoned, and its late end changes nothing", async () => {
  const { code, line, arrive, settled } = bench("stuck", "next");
  arrive("stuck");
  arrive("next");
  arrive("third");
  line.abandon();
  assertEquals(code.log, ["stuck", "next"]);
  await code.settle(0);
  assertEquals([code.log, settled], [["stuck", "next"], [5]]);
  await code.settle(0);
  assertEquals([code.log, settled], [["stuck", "next", "third"], [5, 4, 5]]);
  line.abandon();
  arrive("more");
  assert(code.log.at(-1) === "more");
});

Deno.test("HandlerLine never runs one handler inside another, whatever a handler does to its line", () => {
  const { code, line, arrive } = bench();
  const inside: string[] = [];
  let depth = 0;
  code.during = (name) => {
    inside.push(`${name} at ${depth}`);
    depth++;
    if (name === "a") {
      arrive("b");
      line.drain();
      line.close(1, INFO);
    }
    depth--;
  };
  arrive("a");
  assertEquals(inside, ["a at 0", "drain at 0", "b at 0", "close 1000 at 0"]);
});

Deno.test("HandlerLine says that close is through when it is", async () => {
  const { code, line, closed } = bench("close 1000");
  line.close(9, INFO);
  assertEquals(closed, []);
  await code.settle();
  assertEquals(closed, [9]);
});

Deno.test("HandlerLine answers a question when what came before it is handled, at once or later", async () => {
  const { code, line, arrive, answers } = bench("a");
  line.question(1, () => (code.log.push("first"), true));
  assertEquals(answers, [[1, true]]);
  arrive("a");
  arrive("b");
  const answer = Promise.withResolvers<boolean>();
  line.question(2, () => (code.log.push("second"), answer.promise));
  line.close(9, INFO);
  await code.settle();
  assertEquals([code.log, answers.length], [["first", "a", "b", "second"], 1]);
  answer.resolve(false);
  await turns(5);
  assertEquals([answers, code.log.at(-1)], [[[1, true], [2, false]], "close 1000"]);
});

Deno.test("HandlerLine gives nothing back that a question waits behind, and runs an interlude after it", async () => {
  const { code, line, arrive, answers } = bench("a");
  for (const text of ["a", "b"]) arrive(text);
  line.drain();
  line.question(1, () => (code.log.push("question"), true));
  assertEquals(line.giveBack(), { messages: [], isDrainDue: false });
  line.interlude(() => void code.log.push("interlude"));
  await code.settle();
  assertEquals([code.log, answers], [["a", "drain", "b", "question", "interlude"], [[1, true]]]);
});

Deno.test("HandlerLine that is abandoned before a question says no, and gives back what waits first", async () => {
  const { code, line, arrive, answers } = bench("a");
  for (const text of ["a", "b"]) arrive(text);
  line.question(1, () => (code.log.push("question"), true));
  line.interlude(() => void code.log.push("interlude"));
  const { messages } = line.refuse();
  line.abandon();
  assertEquals(messages.map(({ bytes, start, end }) => new TextDecoder().decode(bytes.subarray(start, end))), ["b"]);
  await code.settle();
  assertEquals([code.log, answers], [["a", "interlude"], [[1, false]]]);
  assertEquals(line.refuse(), { messages: [], isDrainDue: false });
});

Deno.test("HandlerLine goes on without an answer that is abandoned, which comes all the same", async () => {
  const { code, line, arrive, answers } = bench();
  const answer = Promise.withResolvers<boolean>();
  line.question(1, () => answer.promise);
  arrive("a");
  assertEquals(code.log, []);
  line.abandon();
  assertEquals(code.log, ["a"]);
  answer.resolve(true);
  await turns(5);
  assertEquals(answers, [[1, true]]);
});
