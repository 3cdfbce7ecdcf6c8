import { assertEquals } from "@std/assert";
import { Gateway, resolveOptions, systemClock } from "../../../lib/gateway/mod.ts";
import { openInspector } from "../../../lib/observe/inspector/open_inspector.ts";
import { RouteTable } from "../../../lib/route/table.ts";

function open(isLocalOnly: boolean, token: string | undefined) {
  const options = resolveOptions({ config: { hostname: "127.0.0.1" } });
  const gateway = new Gateway({ options, table: RouteTable.of([]), isLocalOnly });
  const admin = openInspector({ gateway, clock: systemClock, deployments: () => [], token, admin: options.admin });
  const { localPages, inspection } = gateway;
  gateway.close();
  return { admin, localPages, inspection };
}

Deno.test("openInspector: in production and without a token there is none, and nothing is told to it", () => {
  assertEquals(open(false, undefined), { admin: undefined, localPages: undefined, inspection: undefined });
});

Deno.test("openInspector: a token opens it on the admin listener, and there alone", () => {
  const { admin, localPages, inspection } = open(false, "0123456789abcdef");
  assertEquals([admin?.has("/inspector/"), localPages, inspection !== undefined], [true, undefined, true]);
});

Deno.test("openInspector: in development on loopback it is on the main port, below /_sockeye/", () => {
  const { admin, localPages } = open(true, undefined);
  assertEquals([admin, localPages?.has("/_sockeye/"), localPages?.has("/_sockeye/inspector/")], [
    undefined,
    true,
    true,
  ]);
  assertEquals([localPages?.has("/_sockeye/client.js"), localPages?.has("/")], [false, false]);
});
