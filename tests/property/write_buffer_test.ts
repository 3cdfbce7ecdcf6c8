/** Whatever is appended, taken and dropped: what leaves is whole frames in order, and every segment comes back once. @module */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { encodeFrame, OPCODE, SharedRun, WriteBuffer } from "../../lib/frame/mod.ts";
import { concat, utf8 } from "../frame/recorder.ts";
import { CountingSource } from "../frame/segment_source.ts";
import { readAsClient } from "../protocol/side.ts";

type Step =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary" | "shared" | "inPlace"; readonly size: number }
  | { readonly kind: "begin" | "drop" }
  | { readonly kind: "more"; readonly maxBytes: number }
  | { readonly kind: "wrote"; readonly share: number };

const size = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.constantFrom(125, 126, 1_020, 32_760, 32_764, 32_768, 32_769, 65_535, 65_536, 100_000),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("text" as const), text: fc.string({ unit: "binary", maxLength: 20 }) }),
  fc.record({
    kind: fc.constant("text" as const),
    text: fc.tuple(fc.constantFrom("a", "é", "€", "😀"), fc.integer({ min: 0, max: 3_000 })).map(([unit, times]) =>
      unit.repeat(times)
    ),
  }),
  fc.record({ kind: fc.constantFrom("binary" as const, "shared" as const, "inPlace" as const), size }),
  { arbitrary: fc.record({ kind: fc.constant("begin" as const) }), weight: 2 },
  {
    arbitrary: fc.record({ kind: fc.constant("wrote" as const), share: fc.constantFrom(0, 0.001, 0.5, 1, 1) }),
    weight: 2,
  },
  fc.record({ kind: fc.constant("drop" as const) }),
  fc.record({ kind: fc.constant("more" as const), maxBytes: fc.constantFrom(0, 300, 40_000, 2 ** 20) }),
);

/** A write buffer, what was appended to it, and what an operating system has taken from it. */
class Run {
  readonly source = new CountingSource();
  readonly output = new WriteBuffer(this.source);
  readonly taken: Uint8Array[] = [];
  /** Frames appended, in order, as a client would tell of them. */
  readonly appended: string[] = [];
  /** Segments as they are, and as they were when they began. */
  #inFlight: { readonly bytes: Uint8Array[]; readonly before: Uint8Array[] } | undefined;
  #count = 0;

  get segmentsInFlight(): number {
    return this.#inFlight?.bytes.length ?? 0;
  }

  do(step: Step): void {
    if (step.kind === "text") this.#append(`text ${utf8(step.text).toHex()}`, () => this.output.appendText(step.text));
    else if ("size" in step) this.#appendBinary(step.kind, step.size);
    else if (step.kind === "begin") this.#begin();
    else if (step.kind === "more") this.#beginMore(step.maxBytes);
    else if (step.kind === "wrote") this.#wrote(step.share);
    else this.#drop();
  }

  /** Everything that is left is written. */
  finish(): void {
    this.#wrote(1);
    for (this.#begin(); this.#inFlight !== undefined; this.#begin()) this.#wrote(1);
  }

  #append(event: string, append: () => void): void {
    this.appended.push(event);
    append();
  }

  #appendBinary(kind: "binary" | "shared" | "inPlace", bytes: number): void {
    // Every payload says which it is, so that order shows.
    const payload = new Uint8Array(bytes).fill(++this.#count);
    this.#append(`binary ${payload.toHex()}`, () => {
      if (kind === "binary") this.output.appendFrame(OPCODE.BINARY, payload);
      else if (kind === "shared") {
        this.output.appendShared(new SharedRun(encodeFrame({ opcode: OPCODE.BINARY, payload })));
      } else this.#appendInPlace(payload);
    });
  }

  /** From the source as well, so that what does not come back exactly once shows. */
  #appendInPlace(payload: Uint8Array): void {
    const segment = this.source.take(10 + payload.length);
    segment.set(payload, 10);
    this.output.appendInPlace(OPCODE.BINARY, segment, 10, 10 + payload.length, this.source);
  }

  #begin(): void {
    const bytes = this.output.begin();
    if (this.#inFlight !== undefined) assertEquals(bytes, undefined);
    else if (bytes !== undefined) this.#inFlight = { bytes: [bytes], before: [bytes.slice()] };
    assertEquals(this.output.isInFlight, this.#inFlight !== undefined);
  }

  #beginMore(maxBytes: number): void {
    if (this.#inFlight === undefined) return;
    const more = this.output.beginMore(maxBytes);
    assertLessOrEqual(concat(...more).length, maxBytes);
    this.#inFlight.bytes.push(...more);
    this.#inFlight.before.push(...more.map((bytes) => bytes.slice()));
  }

  #wrote(share: number): void {
    if (this.#inFlight === undefined) return;
    const [bytes, before] = [concat(...this.#inFlight.bytes), concat(...this.#inFlight.before)];
    assertEquals(bytes.toHex(), before.toHex(), "bytes in flight were changed");
    const count = Math.floor(bytes.length * share);
    this.taken.push(before.subarray(0, count));
    this.#inFlight = undefined;
    this.output.wrote(count);
  }

  #drop(): void {
    const before = this.output.byteLength;
    this.output.dropQueued();
    assertLessOrEqual(this.output.byteLength, before);
  }
}

/** Whether all of `part` occurs in `whole`, in order. */
function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const item of whole) if (item === part[at]) at++;
  return at === part.length;
}

Deno.test("any appends, partial writes and drops give a stream of whole frames, in order, and nothing else", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const run = new Run();
      for (const each of steps) run.do(each);
      run.finish();
      const seen = readAsClient(concat(...run.taken));
      assert(isSubsequence(seen, run.appended), "frames were torn, changed or out of order");
      if (!steps.some(({ kind }) => kind === "drop")) assertEquals(seen, run.appended);
      assertEquals([run.source.outstanding, run.output.byteLength, run.output.heldBytes], [0, 0, 0]);
      assertEquals(run.output.writtenBytes, run.taken.reduce((sum, { length }) => sum + length, 0));
    }),
    { numRuns: 250 },
  );
});

Deno.test("dispose after any sequence gives every segment back exactly once, the last when its write has ended", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const run = new Run();
      for (const each of steps) run.do(each);
      run.output.dispose();
      assertLessOrEqual(run.source.outstanding, run.segmentsInFlight);
      if (run.output.isInFlight) run.output.wrote(0);
      run.output.dispose();
      assertEquals([run.source.outstanding, run.output.byteLength, run.output.heldBytes], [0, 0, 0]);
    }),
    { numRuns: 100 },
  );
});
