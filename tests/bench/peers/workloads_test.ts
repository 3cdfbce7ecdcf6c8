/** What is put on the servers is what the bar and the documentation speak of. @module */
import { assertEquals, assertLessOrEqual } from "@std/assert";
import { WORKLOADS } from "./workloads.ts";

const KIB = 1024;

Deno.test("WORKLOADS is every kind of traffic that is measured", () => {
  assertEquals(
    WORKLOADS.map(({ name, load: { mode, connections, messageBytes, depth } }) =>
      `${name}: ${mode} ${connections} x ${messageBytes} B x ${depth}`
    ),
    [
      "ping-1: echo 1 x 20 B x 1",
      "ping-100: echo 100 x 20 B x 1",
      "ping-500: echo 500 x 20 B x 1",
      "ping-2000: echo 2000 x 20 B x 1",
      "pipelined-binary: echo 100 x 64 B x 64",
      "pipelined-text: echo 100 x 64 B x 64",
      `16k-binary: echo 100 x ${16 * KIB} B x 1`,
      `16k-text: echo 100 x ${16 * KIB} B x 1`,
      `1m-view: echo 10 x ${KIB * KIB} B x 1`,
      `1m-bytes: echo 10 x ${KIB * KIB} B x 1`,
      `1m-text: echo 10 x ${KIB * KIB} B x 1`,
      "fan-500: fan 500 x 100 B x 4",
      "fan-2000: fan 2000 x 100 B x 4",
      "handshakes: handshakes 64 x 20 B x 1",
      "idle: idle 8000 x 20 B x 1",
      "deflate-echo: echo 100 x 1024 B x 1",
      "deflate-fan: fan 500 x 1024 B x 4",
    ],
  );
});

const ECHOES: Readonly<Record<string, string>> = { "1m-view": "/view", "1m-bytes": "/bytes" };

Deno.test("WORKLOADS says text, compression, path and need where the name does", () => {
  for (const { name, load, path, needs } of WORKLOADS) {
    const isDeflated = name.startsWith("deflate");
    assertEquals(load.isDeflated ?? false, isDeflated, name);
    assertEquals(needs === "deflate", isDeflated, name);
    assertEquals(load.isText, isDeflated || name.endsWith("-text"), name);
    assertEquals(path, load.mode === "fan" ? "/fan" : ECHOES[name] ?? "/echo", name);
    // Text that is only passed on as bytes would not be handed over as a string.
    if (load.isText || load.mode === "fan" || load.mode === "handshakes") assertEquals(needs === "bytes", false, name);
  }
});

Deno.test("WORKLOADS has names that differ, and labels short enough for the chart", () => {
  assertEquals(new Set(WORKLOADS.map(({ name }) => name)).size, WORKLOADS.length);
  assertEquals(new Set(WORKLOADS.map(({ label }) => label)).size, WORKLOADS.length);
  for (const { label } of WORKLOADS) assertLessOrEqual(label.length, 34, label);
});
