/** Whoever is sent what, in whatever order, and written when: each connection's bytes are its own frames, in order. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeFrame, OPCODE, SharedRun, WriteBuffer } from "../../lib/frame/mod.ts";
import { CountingSource } from "../frame/segment_source.ts";

const CONNECTIONS = 6;

const who = fc.uniqueArray(fc.nat(CONNECTIONS - 1), { maxLength: CONNECTIONS });

/** A publication to some, a message to one, or a write of some; `share` is how much of it is taken. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ publishTo: who, size: fc.constantFrom(0, 1, 100, 126, 5_000, 20_000, 33_000) }) },
  fc.record({ sendTo: fc.nat(CONNECTIONS - 1), size: fc.nat(300) }),
  { weight: 2, arbitrary: fc.record({ write: who, share: fc.constantFrom(0, 0.3, 1, 1) }) },
);

class Connection {
  readonly output: WriteBuffer;
  readonly sent: string[] = [];
  readonly written: string[] = [];

  constructor(source: CountingSource) {
    this.output = new WriteBuffer(source);
  }

  write(share: number): void {
    const bytes = this.output.begin();
    if (bytes === undefined) return;
    const count = Math.floor(bytes.length * share);
    this.written.push(bytes.subarray(0, count).toHex());
    this.output.wrote(count);
  }
}

Deno.test("what is shared reaches each connection whole and in order, beside what is its own", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const source = new CountingSource();
    const connections = Array.from({ length: CONNECTIONS }, () => new Connection(source));
    for (const [at, each] of steps.entries()) {
      if ("write" in each) {
        for (const index of each.write) connections[index]!.write(each.share);
        continue;
      }
      const payload = new Uint8Array(each.size).fill(at);
      const frame = encodeFrame({ opcode: OPCODE.BINARY, payload });
      const run = new SharedRun(frame);
      for (const index of "sendTo" in each ? [each.sendTo] : each.publishTo) {
        const connection = connections[index]!;
        connection.sent.push(frame.toHex());
        if ("sendTo" in each) connection.output.appendFrame(OPCODE.BINARY, payload);
        else connection.output.appendShared(run);
      }
    }
    for (const connection of connections) {
      while (connection.output.byteLength > 0) connection.write(1);
      assertEquals(connection.written.join(""), connection.sent.join(""));
    }
    assertEquals(source.outstanding, 0);
  }));
});
