/** Reasons not to start that lie in deployments. @module */
import { assert, assertEquals } from "@std/assert";
import * as deploy from "../../lib/deploy/mod.ts";
import { DEPLOY_START_ERRORS } from "../../lib/deploy/start_errors.ts";

/** What can go wrong only once a server runs. */
const LATER = ["BuildError", "DeploymentConflict", "RequestError", "SwapError", "UnknownDeployment"];

Deno.test("every error of lib/deploy is a reason not to start, or comes later", () => {
  const errors = Object.entries(deploy).filter(([, one]) =>
    typeof one === "function" && one.prototype instanceof Error
  );
  assert(errors.length >= DEPLOY_START_ERRORS.length - 2);
  const reasons: readonly unknown[] = DEPLOY_START_ERRORS;
  assertEquals(
    errors.filter(([name, one]) => !reasons.includes(one) && !LATER.includes(name)).map(([name]) => name),
    [],
  );
});
