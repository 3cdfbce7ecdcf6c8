/** The command line of the comparison. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { helpText, readOptions, UsageError } from "./options.ts";
import { SERVERS } from "./servers.ts";
import { WORKLOADS } from "./workloads.ts";

Deno.test("readOptions measures every server under every workload when nothing is said, nine times for half a second", () => {
  const { servers, workloads, ...rest } = readOptions([]);
  assertEquals(rest, { rounds: 7, seconds: 0.5, json: undefined, svg: undefined, isStrict: false, isHelp: false });
  assertEquals(servers.map(({ name }) => name), ["sockeye", "ws", "deno-upgrade", "bun", "byte-echo"]);
  assertEquals(workloads, WORKLOADS);
});

Deno.test("readOptions takes names of servers and of workloads after --only, any number of them", () => {
  const { servers, workloads } = readOptions(["--only", "ws", "--only=sockeye", "--only", "ping-100"]);
  assertEquals(servers.map(({ name }) => name), ["sockeye", "ws"]);
  assertEquals(workloads.map(({ name }) => name), ["ping-100"]);
});

Deno.test("readOptions takes the first word of their names for all workloads of a family", () => {
  const { workloads } = readOptions(["--only", "ping", "--only", "1m", "--only", "fan-2000"]);
  assertEquals(workloads.map(({ name }) => name), [
    "ping-1",
    "ping-100",
    "ping-500",
    "ping-2000",
    "1m-view",
    "1m-bytes",
    "1m-text",
    "fan-2000",
  ]);
});

Deno.test("readOptions takes what to write and whether the bar must be met", () => {
  const { json, svg, isStrict } = readOptions(["--json", "result.json", "--svg=./chart.svg", "--strict"]);
  assertEquals([json, svg, isStrict], ["result.json", "./chart.svg", true]);
});

for (
  const [args, words] of [
    [["--only", "nginx"], 'does not know "nginx": use sockeye'],
    [["--rounds", "2.5"], "--rounds takes a number above 0"],
    [["--rounds", "0"], "--rounds takes a number above 0"],
    [["--seconds", "0"], "--seconds takes a number above 0"],
    [["--seconds", "soon"], '--seconds takes a number above 0, not "soon"'],
    [["--fast"], "--fast"],
    [["pipelined"], "--help tells"],
    [["--json", "no/such/folder/result.json"], '--json takes the path of a file, and there is no folder for "no/such'],
    [["--svg", ""], "--svg takes the path of a file"],
  ] as const
) {
  Deno.test(`readOptions refuses ${args.join(" ")} and says what is allowed`, () => {
    assertStringIncludes(assertThrows(() => readOptions(args), UsageError).message, words);
  });
}

Deno.test("helpText names every option, server and workload", () => {
  const text = helpText();
  for (const flag of ["only", "rounds", "seconds", "json", "svg", "strict", "help"]) {
    assertStringIncludes(text, `  --${flag} `);
  }
  for (const { name, title } of [...SERVERS, ...WORKLOADS]) {
    assertStringIncludes(text, `  ${name} `);
    assertStringIncludes(text, title);
  }
});
