/**
 * A flood in a process of its own, until its input ends: `flood_process.ts KIND PORT ADDRESS LANES`. It tells what it did.
 *
 * @module
 */
import { type FloodKind, FLOODS } from "./flood_kinds.ts";

/** What it tells. */
export interface FloodReport {
  /** Connections that came about. */
  readonly opened: number;
  /** Of these, answered with something else than what was asked for. */
  readonly refused: number;
  /** Of these, ended without an answer. */
  readonly dropped: number;
}

const [kind, port, localAddress = "", lanes] = Deno.args;
const counts = { opened: 0, refused: 0, dropped: 0 };
let isOver = false;

async function lane(): Promise<void> {
  while (!isOver) {
    await FLOODS[kind as FloodKind]({ port: Number(port), localAddress, counts });
    // Whom nobody lets in does not come back within the same turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

for (let count = 0; count < Number(lanes); count++) void lane();
console.log("flooding");
for await (const _ of Deno.stdin.readable);
isOver = true;
console.log(JSON.stringify(counts satisfies FloodReport));
Deno.exit();
