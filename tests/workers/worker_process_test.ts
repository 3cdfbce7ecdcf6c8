import { assertEquals } from "@std/assert";
import { startWorkerProcess } from "../../lib/workers/worker_process.ts";

/** A program that enters by the ticket that it reads, or does what else it is told. */
function start(script: string) {
  const lines: string[] = [];
  const args = ["eval", "--no-config", "--no-lock", script];
  const started = startWorkerProcess({ command: Deno.execPath(), args }, {
    print: (line) => void lines.push(`out ${line}`),
    complain: (line) => void lines.push(`err ${line}`),
  });
  return { started, lines };
}

const HANDSHAKE = new URL("../../lib/workers/handshake.ts", import.meta.url).href;

Deno.test("startWorkerProcess: what a worker prints is passed on, and its link is no part of that", async () => {
  const { started, lines } = start(`
    const { enter, readWhole, TICKET_BYTES } = await import(${JSON.stringify(HANDSHAKE)});
    const stream = await enter(await readWhole(Deno.stdin, new Uint8Array(TICKET_BYTES)));
    console.log("printed");
    console.error("complained");
    await stream.write(Uint8Array.of(7));
    await stream.read(new Uint8Array(1));
    Deno.exit(3);
  `);
  const stream = await started.stream;
  const buffer = new Uint8Array(8);
  assertEquals(await stream!.read(buffer), 1);
  assertEquals(buffer[0], 7);
  stream!.close();
  assertEquals(await started.ended, "it exited with 3");
  assertEquals(lines.toSorted(), ["err complained", "out printed"]);
  started.kill(); // Nothing is left to end.
});

Deno.test("startWorkerProcess: one that ends before it enters has no stream, and one that is killed says so", async () => {
  const quick = start("Deno.exit(0)");
  assertEquals([await quick.started.stream, await quick.started.ended], [undefined, "it exited with 0"]);
  const slow = start("setInterval(() => {}, 1000)");
  slow.started.kill();
  assertEquals([await slow.started.stream, await slow.started.ended], [undefined, "it was ended by SIGKILL"]);
});
