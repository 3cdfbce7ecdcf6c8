/** What the commands take. @module */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, COMMANDS, operatorHelp, parseOperatorArguments } from "../../lib/deploy/operator_arguments.ts";

const DEFAULTS = {
  hosts: ["http://127.0.0.1:4001"],
  routes: "routes",
  wait: false,
  allowRemoval: false,
  insist: false,
};

Deno.test("parseOperatorArguments: nothing is this machine, routes/, everybody at once", () => {
  assertEquals(parseOperatorArguments("deploy", []), DEFAULTS);
  assertEquals(parseOperatorArguments("rollback", []), DEFAULTS);
});

Deno.test("parseOperatorArguments takes every flag of deploy, both ways, and hosts once each", () => {
  const args = ["--to", "https://a.example,https://b.example/", "--to=https://a.example", "--canary=12.5", "--wait"];
  assertEquals(
    parseOperatorArguments("deploy", [...args, "--allow-removal", "--routes", "app", "--sign", "deploy.key"]),
    {
      ...DEFAULTS,
      hosts: ["https://a.example", "https://b.example"],
      share: 0.125,
      wait: true,
      allowRemoval: true,
      routes: "app",
      keyFile: "deploy.key",
    },
  );
  assertEquals(parseOperatorArguments("deploy", ["--canary", "10%"])?.share, 0.1);
});

Deno.test("parseOperatorArguments takes a name where there may be one", () => {
  assertEquals(parseOperatorArguments("promote", ["0123456789ab"])?.name, "0123456789ab");
  assertEquals(parseOperatorArguments("rollback", ["local", "--insist"]), { ...DEFAULTS, name: "local", insist: true });
});

for (
  const [command, args, problem] of [
    ["deploy", ["--cannary", "10"], "--cannary: unknown flag; did you mean --canary?"],
    ["deploy", ["--insist"], "--insist: unknown flag"],
    ["rollback", ["--canary", "10"], "--canary: unknown flag"],
    ["deploy", ["--canary"], "--canary: needs a value: --canary PERCENT"],
    ["deploy", ["--canary", "--wait"], "--canary: needs a value"],
    ["deploy", ["--canary", "100"], "must be a percentage above 0 and below 100"],
    ["deploy", ["--canary", "0"], "must be a percentage"],
    ["deploy", ["--canary", "-5"], "must be a percentage"],
    ["deploy", ["--canary", "ten"], "must be a percentage"],
    ["deploy", ["dist"], "dist: unknown argument"],
    ["promote", [], "which one? deno task promote NAME"],
    ["rollback", ["a", "b"], "b: unknown argument"],
    ["deployments", ["a"], "a: unknown argument"],
    ["deploy", ["--to", "http://deploy.example"], "--to http://deploy.example: the token would travel unencrypted"],
    ["deploy", ["--to", ""], "--to: needs a value"],
  ] as const
) {
  Deno.test(`parseOperatorArguments refuses ${command} ${args.join(" ")}`, () => {
    assertStringIncludes(assertThrows(() => parseOperatorArguments(command, args), ArgumentError).message, problem);
  });
}

Deno.test("operatorHelp tells each command's flags, and fits a terminal", () => {
  for (const command of COMMANDS) {
    assertEquals(parseOperatorArguments(command, ["--to", "https://a.example", "--help"]), undefined);
    const text = operatorHelp(command);
    assertStringIncludes(text, `deno task ${command}`);
    assertEquals(text.includes("--canary"), command === "deploy");
    assert(text.split("\n").every((line) => line.length <= 100), text);
  }
});
