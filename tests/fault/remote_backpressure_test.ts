/** Code elsewhere that is slow slows its client down, and a client that is slow slows its code down: nothing piles up. @module */
import { assert, assertEquals, assertLess } from "@std/assert";
import { LogLines } from "../support/log_lines.ts";
import { routeSource, RUNTIME_KINDS, runtimeOf } from "../support/remote_code.ts";
import { ServedRuntimes } from "../support/served_runtimes.ts";

const MIB = 2 ** 20;
const PART = new Uint8Array(16 * 1024).fill(7);

const CODE = routeSource(
  `
  async message(peer, message) {
    const text = message.isText ? message.text() : "";
    if (!message.isText) return void (bytes += message.byteLength);
    if (text === "wait") await new Promise((resolve) => freed = resolve);
    if (text === "free") freed();
    if (text === "how much?") peer.send("got " + bytes);
    if (text === "how far?") peer.send("at " + parts);
    if (text === "flood") for (; parts < 4096; parts++) if (!peer.send(new Uint8Array(16 * 1024))) await peer.drained();
    if (text === "flood blindly") for (let count = 0; count < 1024; count++) peer.send(new Uint8Array(16 * 1024));
  },`,
  { before: "let bytes = 0; let parts = 0; let freed;" },
);

/** Resolves when a number has not changed for many turns of the event loop, and is not what it was at first. */
async function stalled(progress: () => number): Promise<number> {
  for (let [last, turns] = [progress(), 0];; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (progress() !== last) [last, turns] = [progress(), 0];
    if (turns > 5000 && last > 0) return last;
  }
}

for (const kind of RUNTIME_KINDS) {
  Deno.test(`${kind}: while a handler is pending its client is not read; what it sent is all handled then`, async () => {
    const log = new LogLines();
    await using served = await ServedRuntimes.of([await runtimeOf(kind, CODE, log)]);
    using client = await served.connect();
    using other = await served.connect();
    await client.sendText("wait");
    const total = 2048;
    let sent = 0;
    const writing = (async () => {
      for (; sent < total; sent++) await client.sendBinary(PART);
    })();
    const before = await stalled(() => sent);
    // What the kernel's buffers take is some MiB; what the server holds is bounded by its own limits.
    assertLess(before, total);
    assertLess(served.gateway.memory.heldBytes, 2 * MIB);
    await other.sendText("free");
    await writing;
    await client.sendText("how much?");
    assertEquals(await client.nextButPings(), { kind: "text", text: `got ${total * PART.length}` });
    assertEquals(log.lines, []);
  });

  Deno.test(`${kind}: code that waits for its client to read gets no further than the client does`, async () => {
    const log = new LogLines();
    await using served = await ServedRuntimes.of([await runtimeOf(kind, CODE, log)]);
    using client = await served.connect();
    using other = await served.connect();
    await client.sendText("flood");
    let at = 0;
    for (let same = 0; same < 20;) {
      await other.sendText("how far?");
      const incoming = await other.nextButPings();
      const now = incoming.kind === "text" ? Number(incoming.text.slice(3)) : NaN;
      same = now === at && at > 0 ? same + 1 : 0;
      at = now;
    }
    assertLess(at, 4096);
    assertLess(served.gateway.memory.heldBytes, 2 * MIB);
    for (let count = 0; count < 4096; count++) assertEquals((await client.nextButPings()).kind, "binary");
    // The last part may still be waited for when it is asked.
    while (at < 4096) {
      await other.sendText("how far?");
      const incoming = await other.nextButPings();
      at = incoming.kind === "text" ? Number(incoming.text.slice(3)) : Infinity;
    }
    assertEquals(at, 4096);
    assertEquals(log.lines, []);
  });

  Deno.test(`${kind}: code that does not wait has its client closed with 1013, and nobody else notices`, async () => {
    const log = new LogLines();
    await using served = await ServedRuntimes.of([await runtimeOf(kind, CODE, log)]);
    using client = await served.connect();
    using other = await served.connect();
    await client.sendText("flood blindly");
    await other.sendText("how much?");
    assertEquals(await other.nextButPings(), { kind: "text", text: "got 0" });
    let incoming = await client.nextButPings();
    while (incoming.kind === "binary") incoming = await client.nextButPings();
    assertEquals(incoming, { kind: "close", code: 1013, reason: "slow consumer" });
    assert(served.gateway.memory.heldBytes < 4 * MIB);
  });
}
