import { assertEquals } from "@std/assert";
import { ResidentRuntime } from "../../lib/deploy/resident_runtime.ts";
import { RouteTable } from "../../lib/route/table.ts";
import { LogLines } from "../support/log_lines.ts";
import { routeSource, runtimeOf } from "../support/remote_code.ts";
import { ServedRuntimes } from "../support/served_runtimes.ts";

const CODE = (name: string): string =>
  routeSource(`message(peer, message) { peer.send("${name} " + message.text()); },`, { pattern: `/${name}` });

Deno.test("ResidentRuntime stands in one deployment after the other: it is started once, and its peers stay where they are", async () => {
  const log = new LogLines();
  const plugin = new ResidentRuntime(await runtimeOf("worker", CODE("plug-in"), log));
  const routes = (): ReturnType<typeof runtimeOf> => runtimeOf("inline", CODE("route"), log);
  {
    await using served = await ServedRuntimes.of([await routes(), plugin]);
    using client = await served.connect("/plug-in");
    for (let count = 0; count < 3; count++) {
      assertEquals(await served.swap([await routes(), plugin]), { moved: 0, dismissed: 0, lost: 0 });
      await client.sendText("hello");
      assertEquals(await client.nextButPings(), { kind: "text", text: "plug-in hello" });
    }
  }
  const { isPlugin, state, patterns } = plugin.status() ?? {};
  assertEquals([isPlugin, state, patterns], [true, "up", ["/plug-in"]]);
  await plugin.end();
  assertEquals(log.lines, []);
});

Deno.test("ResidentRuntime answers requests, of which no deployment waits for the end", async () => {
  const log = new LogLines();
  const source = `export const routes = [{ file: "a.ts", pattern: "/a", exports: { get: () => new Response("a") } }];`;
  const plugin = new ResidentRuntime(await runtimeOf("inline", source, log));
  await plugin.start();
  plugin.commit();
  assertEquals(RouteTable.of([plugin]).find("/a")?.runtime, plugin);
  assertEquals(await (await plugin.exchange(0, new Request("http://a/a"), {}, "192.0.2.7")).text(), "a");
  assertEquals(plugin.status(), undefined);
  await plugin.idle();
  await plugin.end();
});
