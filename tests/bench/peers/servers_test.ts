/** Each server is started as its users would: with compression for compressed workloads and no others. @module */
import { pathOfUrl } from "../../../lib/runtime/file_url.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { canRun, type Program, type ServerRow, SERVERS } from "./servers.ts";
import { type Workload, WORKLOADS } from "./workloads.ts";

function server(name: string): ServerRow {
  return SERVERS.find((row) => row.name === name)!;
}

function workload(name: string): Workload {
  return WORKLOADS.find((row) => row.name === name)!;
}

/** Those that need nothing installed. */
async function program(name: string): Promise<Program> {
  return await server(name).prepare("/nowhere");
}

Deno.test("canRun leaves out whom a workload asks for what it does not know", () => {
  const left = (name: string) => SERVERS.filter((row) => !canRun(row, workload(name))).map((row) => row.name);
  assertEquals(left("ping-100"), []);
  assertEquals(left("idle"), []);
  assertEquals(left("pipelined-text"), ["byte-echo"]);
  assertEquals(left("fan-500"), ["byte-echo"]);
  assertEquals(left("deflate-echo"), ["deno-upgrade", "byte-echo"]);
});

Deno.test("ours runs main.ts with the flags and the environment of `deno task start`", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)));
  const { command, env } = (await program("sockeye")).launch(workload("ping-100"));
  const asked: readonly string[] = tasks.start.command.replaceAll('"', "").match(/(?<=\s)--\S+/g);
  const project = pathOfUrl(new URL("../../../", import.meta.url));
  const flags = asked.map((word) => word.replace("=.", `=${project}`));
  assertEquals(command.slice(0, flags.length + 3), [Deno.execPath(), "run", ...flags, `${project}main.ts`]);
  assertEquals(Object.keys(env ?? {}), [
    "DENO_TOKIO_EVENT_INTERVAL",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_MMAP_MAX_",
  ]);
  for (const [name, value] of Object.entries(env ?? {})) assertStringIncludes(tasks.start.command, `${name}=${value}`);
});

Deno.test("ours offers compression in compressed workloads, and in no other", async () => {
  const { launch } = await program("sockeye");
  for (const row of WORKLOADS) {
    const isOn = launch(row).env?.["SOCKEYE_PER_MESSAGE_DEFLATE"] === "on";
    assertEquals(isOn, row.load.isDeflated ?? false, row.name);
  }
});

Deno.test("the byte echo reads into little where memory is measured, and into 64 KiB elsewhere", async () => {
  const { launch } = await program("byte-echo");
  assertEquals(launch(workload("idle")).command.at(-1), "--buffer=1024");
  assertEquals(launch(workload("1m-view")).command.some((word) => word.startsWith("--buffer")), false);
});
