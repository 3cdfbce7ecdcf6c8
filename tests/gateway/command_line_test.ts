/**
 * Tests of the command line and of the help text.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { CONFIG_FILE, flagProblems, helpText, parseCommandLine } from "../../lib/gateway/command_line.ts";
import { envOf, flagOf, OPTION_NAMES, specOf } from "../../lib/gateway/option_table.ts";

function flagsOf(...args: string[]): (readonly [string, string | undefined])[] {
  return [...parseCommandLine(args).flags];
}

function problemsOf(...args: string[]): string[] {
  return flagProblems(parseCommandLine(args).flags);
}

Deno.test("parseCommandLine takes --flag value and --flag=value", () => {
  assertEquals(flagsOf("--port", "1", "--host=::1"), [["--port", "1"], ["--host", "::1"]]);
});

Deno.test("parseCommandLine ends a flag's name at the first equals sign", () => {
  assertEquals(flagsOf("--routes=a=b"), [["--routes", "a=b"]]);
  assertEquals(flagsOf("--routes="), [["--routes", ""]]);
});

Deno.test("parseCommandLine takes a value that begins with one hyphen, not one that begins with two", () => {
  assertEquals(flagsOf("--port", "-1"), [["--port", "-1"]]);
  assertEquals(flagsOf("--port", "--host", "::1"), [["--port", undefined], ["--host", "::1"]]);
  assertEquals(flagsOf("--port"), [["--port", undefined]]);
});

Deno.test("parseCommandLine takes a switch alone as on, and leaves what follows it alone unless that says on or off", () => {
  const of = (...args: string[]) => parseCommandLine(args).flags.get("--public-metrics");
  assertEquals([of("--public-metrics"), of("--public-metrics", "--dev"), of("--public-metrics", "x")], [
    "on",
    "on",
    "on",
  ]);
  assertEquals([of("--public-metrics", "off"), of("--public-metrics=off"), of("--public-metrics", "ON")], [
    "off",
    "off",
    "ON",
  ]);
  assertEquals(flagProblems(parseCommandLine(["--public-metrics", "x"]).flags).length, 1);
});

Deno.test("parseCommandLine counts the last of a repeated flag, and adds up the items of a repeated list", () => {
  assertEquals(flagsOf("--port=1", "--port=2"), [["--port", "2"]]);
  assertEquals(flagsOf("--trusted-proxies=::1", "--trusted-proxies=10.0.0.0/8"), [
    ["--trusted-proxies", "::1,10.0.0.0/8"],
  ]);
});

Deno.test("parseCommandLine knows the switches, long and short, and gives them no value", () => {
  const off = { help: false, version: false, dev: false, check: false };
  const switchesOf = (...args: string[]) => {
    const { help, version, dev, check } = parseCommandLine(args);
    return { help, version, dev, check };
  };
  assertEquals(switchesOf(), off);
  assertEquals(switchesOf("--dev"), { ...off, dev: true });
  assertEquals(switchesOf("--check"), { ...off, check: true });
  assertEquals(switchesOf("--help"), { ...off, help: true });
  assertEquals(switchesOf("-h", "-V"), { ...off, help: true, version: true });
  assertEquals(switchesOf("--version"), { ...off, version: true });
  assertEquals(flagsOf("--dev", "--port", "1"), [["--port", "1"]]);
});

Deno.test("parseCommandLine never throws, and loses no argument that is not a switch", () => {
  fc.assert(fc.property(fc.array(fc.string()), (args) => {
    const { flags } = parseCommandLine(args);
    const kept = [...flags].flat().join(" ");
    for (const arg of args.filter((arg) => !arg.startsWith("-"))) assertStringIncludes(kept, arg);
  }));
});

Deno.test("flagProblems has nothing against a flag of any option with a value", () => {
  for (const name of OPTION_NAMES) assertEquals(problemsOf(`${flagOf(name)}=x`), []);
});

Deno.test("flagProblems suggests the nearest flag for an unknown one", () => {
  assertEquals(problemsOf("--prot", "1"), ["--prot: unknown flag; did you mean --port?"]);
  assertEquals(problemsOf("--hostname=::1"), ["--hostname: unknown flag; did you mean --host?"]);
  assertEquals(problemsOf("--maxHeadBytes", "1"), ["--maxHeadBytes: unknown flag; did you mean --max-head-bytes?"]);
  assertEquals(problemsOf("--verison"), ["--verison: unknown flag; did you mean --version?"]);
});

Deno.test("flagProblems points to --help for a flag that resembles none", () => {
  assertEquals(problemsOf("--colour", "red"), ["--colour: unknown flag; --help lists all"]);
  assertEquals(problemsOf("-x"), ["-x: unknown flag; --help lists all"]);
});

Deno.test("flagProblems shows how a flag without a value is written", () => {
  assertEquals(problemsOf("--port"), ["--port: needs a value, as in --port 4000"]);
  assertEquals(problemsOf("--allowed-origins"), [
    "--allowed-origins: needs a value, as in --allowed-origins https://example.com",
  ]);
});

Deno.test("flagProblems refuses a value for a switch", () => {
  assertEquals(problemsOf("--dev=false"), ["--dev=false: --dev takes no value"]);
});

Deno.test("flagProblems refuses what is no flag", () => {
  assertEquals(problemsOf("serve", "--port=1"), ['"serve": not a flag; options are given as --name value']);
});

Deno.test("helpText names every flag once, with its default and under its heading", () => {
  const help = helpText();
  for (const name of OPTION_NAMES) {
    const lines = help.split("\n").filter((line) => line.startsWith(`  ${flagOf(name)} `));
    assertEquals(lines.length, 1, name);
    assertStringIncludes(help, `\n${specOf(name).group}\n`);
  }
  for (const flag of ["--dev", "--check", "-h, --help", "-V, --version"]) assertStringIncludes(help, `\n  ${flag} `);
  assertMatch(help, /--port N +TCP port to listen on \(4000\)\n/);
  assertMatch(help, /--max-head-bytes SIZE +longest request head \(16KiB\)\n/);
});

Deno.test("helpText is at most 100 columns wide, its descriptions aligned", () => {
  const lines = helpText().split("\n");
  for (const line of lines) {
    assertLessOrEqual(line.length, 100, line);
    assertEquals(line, line.trimEnd());
  }
  const starts = lines.filter((line) => line.startsWith("  --")).map((line) =>
    /^ {2}\S+( [A-Z]+)? +/.exec(line)?.[0].length
  );
  assertEquals(new Set(starts).size, 1);
});

Deno.test("helpText says what beats what, and the environment names that do not follow the rule", () => {
  const flowed = helpText().replaceAll("\n", " ");
  for (const text of [CONFIG_FILE, envOf("maxHeadBytes"), "PORT, HOST, LOG_LEVEL", "A flag beats the environment"]) {
    assert(flowed.includes(text), text);
  }
});
