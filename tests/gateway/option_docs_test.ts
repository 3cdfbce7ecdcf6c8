/**
 * Tests of the README's table of options.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { optionsTable } from "../../lib/gateway/option_docs.ts";
import { GATEWAY_OPTIONS, OPTION_NAMES } from "../../lib/gateway/option_table.ts";

Deno.test("optionsTable has a row for every option, in table order", () => {
  const names = optionsTable().split("\n").slice(2, -1).map((line) => /^\| `(\w+)`/.exec(line)?.[1] ?? line);
  assertEquals(names, [...OPTION_NAMES]);
});

Deno.test("optionsTable gives default, flag, environment, consequence and whether a route may set it", () => {
  const row = optionsTable().split("\n").find((line) => line.startsWith("| `maxMessageBytes`")) ?? "";
  assertEquals(row.split("|").slice(1, -1).map((cell) => cell.trim()), [
    "`maxMessageBytes`",
    "1048576 (1MiB)",
    GATEWAY_OPTIONS.maxMessageBytes.doc,
    "close 1009",
    "`--max-message-bytes`",
    "`SOCKEYE_MAX_MESSAGE_BYTES`",
    "yes",
  ]);
});

Deno.test("optionsTable has the same number of cells in each line", () => {
  const counts = optionsTable().trimEnd().split("\n").map((line) => line.split("|").length);
  assertEquals(new Set(counts).size, 1);
});

Deno.test("optionsTable says where the default depends on the machine or on --dev", () => {
  assertStringIncludes(optionsTable(), "0.0.0.0; with --dev 127.0.0.1");
  assertStringIncludes(optionsTable(), "half of the memory limit (known with --allow-sys=systemMemoryInfo), else 1GiB");
});

Deno.test("optionsTable stays as it is under deno fmt", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--line-width=120", "--ext=md", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(optionsTable()));
  await writer.close();
  const { stdout } = await child.output();
  assertEquals(new TextDecoder().decode(stdout), optionsTable());
});
