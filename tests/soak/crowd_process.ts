/**
 * A crowd in a process of its own, which has files of its own: `crowd_process.ts KIND ORDER`. It says `ready`, begins
 * and stops when it is told to, tells what became of it, and ends with its input.
 *
 * @module
 */
import { churn } from "./churn.ts";
import type { Crowd, CrowdKind, CrowdOrder } from "./crowd_kinds.ts";
import { echoes } from "./echoes.ts";
import { idle } from "./idle.ts";
import { polls } from "./polls.ts";
import { rooms } from "./rooms.ts";

const KINDS: Readonly<Record<CrowdKind, (order: CrowdOrder) => Promise<Crowd>>> = { idle, echoes, rooms, polls, churn };

const [kind, order = ""] = Deno.args;
const crowd = await KINDS[kind as CrowdKind](JSON.parse(order));
console.log(JSON.stringify("ready"));
for await (const words of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  if (words.includes("begin")) crowd.begin();
  if (!words.includes("stop")) continue;
  console.log(JSON.stringify(await crowd.stop()));
  break;
}
Deno.exit();
