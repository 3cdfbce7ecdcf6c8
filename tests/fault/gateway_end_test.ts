/** What becomes of sandboxes whose gateway is killed: none of them is left to burn a core. @module */
import { assert, assertEquals } from "@std/assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { Workshop } from "../support/deploy_server.ts";
import { cpuSeconds, ended, isThere, withDescendants } from "../support/other_process.ts";
import { parseTask } from "../support/start_task.ts";

const TASK = parseTask(denoConfig.tasks["start:plugins"].command);

const ROUTE = `
import { defineRoute } from "sockeye";
export default defineRoute("/code", {
  message(peer, message) {
    peer.send(message.text());
    // What was said goes out first.
    if (message.text() === "spin") setTimeout(() => { for (;;); }, 0);
  },
});
`;

/** Processor time that only code uses which does not come to its end. */
const SPINNING_SECONDS = 0.1;

for (const said of ["idle", "spin"]) {
  Deno.test({
    name: `kill -9 of the gateway ends its sandboxes: ${said}`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using here = await Workshop.open();
      const config = `export default { runtimes: { "/code": "process" } };`;
      const folder = await here.routes("site", { "sockeye.config.ts": config });
      const server = await here.serve(await here.routes("routes", { "code.ts": ROUTE }), { folder, task: TASK });
      const [own, sandbox, ...others] = withDescendants(server.process.pid);
      assert(own === server.process.pid && sandbox !== undefined);
      assertEquals(others, []);
      const client = await server.connect("/code");
      const before = cpuSeconds(sandbox);
      await client.sendText(said);
      assertEquals(await client.nextButPings(), { kind: "text", text: said });
      // Long before the gateway misses an answer.
      while (said === "spin" && cpuSeconds(sandbox) < before + SPINNING_SECONDS) assert(await isThere(sandbox));
      server.process.kill("SIGKILL");
      await ended(sandbox);
    },
  });
}
