import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { listenProblems } from "../../lib/gateway/listen_relations.ts";
import { OptionError } from "../../lib/gateway/option_error.ts";
import type { OptionName } from "../../lib/gateway/option_table.ts";
import { resolveOptions } from "../../lib/gateway/options.ts";

const wrong = (...flags: readonly (readonly [string, string])[]): string =>
  assertThrows(() => resolveOptions({ flags: new Map(flags) }), OptionError).message;

Deno.test("listenProblems: a certificate and its key need each other", () => {
  assertStringIncludes(wrong(["--cert", "c.pem"]), "--cert needs --key: TLS needs both files");
  assertStringIncludes(wrong(["--key", "k.pem"]), "--key needs --cert");
  const { cert, key } = resolveOptions({ flags: new Map([["--cert", "c.pem"]]), env: { SOCKEYE_KEY: "k.pem" } });
  assertEquals([cert, key], ["c.pem", "k.pem"]);
  const error = assertThrows(() => resolveOptions({ env: { SOCKEYE_KEY: "k.pem" } }), OptionError);
  assertStringIncludes(error.message, "--key (environment SOCKEYE_KEY) needs --cert");
});

Deno.test("listenProblems: a Unix socket goes with nothing that a port is for", () => {
  const socket = ["--socket", "/run/s"] as const;
  assertStringIncludes(wrong(socket, ["--cert", "c"], ["--key", "k"]), "leave TLS to the proxy");
  assertStringIncludes(wrong(socket, ["--proxy-protocol", "::1"]), "--socket and --proxy-protocol do not go together");
  assertStringIncludes(wrong(socket, ["--workers", "2"]), "belongs to one process");
  assertEquals(resolveOptions({ flags: new Map([socket, ["--port", "1"]]) }).socket, "/run/s");
});

Deno.test("listenProblems passes over what is wrong by itself", () => {
  const settings = new Map<OptionName, { value: string; source: string }>([["cert", { value: "c", source: "--cert" }]]);
  assertEquals(listenProblems(settings), []);
});
