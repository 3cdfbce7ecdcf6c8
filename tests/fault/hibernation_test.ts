/** A process that is ended while nothing happens: its sockets stay, get what is published, and wake it up. @module */
import { assertEquals } from "@std/assert";
import { systemClock } from "../../lib/gateway/mod.ts";
import { HibernatingRuntime } from "../../lib/runtime/remote/hibernating_runtime.ts";
import type { ProcessChannel } from "../../lib/runtime/remote/process_channel.ts";
import type { RemoteRuntime } from "../../lib/runtime/remote/remote_runtime.ts";
import { LogLines } from "../support/log_lines.ts";
import { isThere } from "../support/other_process.ts";
import { routeSource, runtimeOf } from "../support/remote_code.ts";
import { ServedRuntimes } from "../support/served_runtimes.ts";

const CODE = routeSource(
  `
  open(peer) { peer.context = { name: "ada" }; peer.subscribe("news"); },
  message(peer, message) { count++; peer.send(message.text() + " " + count + " " + peer.context.name); },
  suspend() { return count; },
  resume(peer, state, { reason }) { count = state; peer.send(reason + " " + [...peer.topics]); },`,
  { before: "let count = 0;" },
);

Deno.test("process: hibernation ends it and keeps its sockets; a publication reaches them, a message wakes it up", async () => {
  const [log, channels]: [LogLines, ProcessChannel[]] = [new LogLines(), []];
  const onStart = (channel: ProcessChannel): void => void channels.push(channel);
  const load = async () => await runtimeOf("process", CODE, log, { onStart }) as RemoteRuntime;
  const runtime = await HibernatingRuntime.load({ name: "d", load, clock: systemClock, log, hibernateAfterMs: 200 });
  await using served = await ServedRuntimes.of([runtime]);
  using client = await served.connect();
  for (let round = 1; round <= 3; round++) {
    await client.sendText("hello");
    if (round > 1) assertEquals(await client.nextButPings(), { kind: "text", text: "wake news" });
    assertEquals(await client.nextButPings(), { kind: "text", text: `hello ${round} ada` });
    while (!runtime.isAsleep) await new Promise((resolve) => setImmediate(resolve));
    assertEquals(await isThere(channels.at(-1)!.pid), false);
    served.gateway.publish("news", `read all about it ${round}`);
    assertEquals(await client.nextButPings(), { kind: "text", text: `read all about it ${round}` });
    assertEquals([runtime.isAsleep, channels.length], [true, round]);
  }
  assertEquals(log.lines, []);
});
