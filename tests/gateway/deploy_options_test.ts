/** The options of deployments; what holds for all rows stands in `option_table_test.ts`. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DEPLOY_OPTIONS } from "../../lib/gateway/deploy_options.ts";
import { OptionError } from "../../lib/gateway/option_error.ts";
import { OPTION_NAMES } from "../../lib/gateway/option_table.ts";
import { resolveOptions } from "../../lib/gateway/options.ts";

Deno.test("DEPLOY_OPTIONS are the last rows of the table", () => {
  const names = Object.keys(DEPLOY_OPTIONS);
  assertEquals(OPTION_NAMES.slice(-names.length) as readonly string[], names);
});

Deno.test("DEPLOY_OPTIONS are read from the environment", () => {
  const options = resolveOptions({
    env: {
      SOCKEYE_ADMIN: "[::1]:4100",
      SOCKEYE_DEPLOY_KEY: "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
      SOCKEYE_DATA_DIR: "/var/lib/sockeye",
      SOCKEYE_MAX_DEPLOYMENT_BYTES: "1MiB",
      SOCKEYE_KEPT_DEPLOYMENTS: "2",
    },
  });
  assertEquals(
    [options.admin, options.dataDir, options.maxDeploymentBytes, options.keptDeployments, options.deployKey.length],
    ["[::1]:4100", "/var/lib/sockeye", 2 ** 20, 2, 60],
  );
});

for (
  const [flag, value, problem] of [
    ["--admin", "4001", "must be host:port, as in 127.0.0.1:4001"],
    ["--admin", "localhost:70000", "must be host:port"],
    ["--admin", "::1:4001", "must be host:port"],
    ["--deploy-key", "secret", "must be an Ed25519 public key"],
    ["--kept-deployments", "0", "1 to 100"],
    ["--max-deployment-bytes", "1", "1024 to 1073741824 (1GiB)"],
  ] as const
) {
  Deno.test(`DEPLOY_OPTIONS: ${flag} ${value} says what it must be`, () => {
    const error = assertThrows(() => resolveOptions({ flags: new Map([[flag, value]]) }), OptionError);
    assertStringIncludes(error.message, problem);
  });
}
