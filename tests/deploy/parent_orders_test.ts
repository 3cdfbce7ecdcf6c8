/** What a parent has done is one operation each. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { parentOrders } from "../../lib/deploy/parent_orders.ts";
import { counting, DeployedGateway } from "../support/deployed_gateway.ts";
import { RecordedTracer } from "./support/recorded_tracer.ts";

Deno.test("parentOrders: a canary is joined, the folder is loaded anew, and what served before comes back", async () => {
  const tracer = new RecordedTracer();
  await using server = await DeployedGateway.serving({ "/": counting("one") });
  const { deployments } = server;
  const load = (version: string) => Promise.resolve(server.code(`v${version}`, { "/": counting("folder") }));
  const orders = parentOrders({ deployments, load, tracer });
  await server.add("two", { "/": counting("two") });
  await orders.join({ name: "two", share: 0.5 });
  assertEquals(server.states(), ["two canary", "one active"]);
  await orders.back();
  assertEquals(server.states(), ["one active", "two candidate"]);
  const { deployment } = await orders.reload("2");
  assertEquals([deployment.name, deployment.state], ["v2", "active"]);
  assertEquals(tracer.told, ["activate {", "}", "rollback {", "}", "reload {", "prepare", "}"]);
});

Deno.test("parentOrders: a folder that cannot be loaded is the failure of its operation", async () => {
  const tracer = new RecordedTracer();
  await using server = await DeployedGateway.serving({ "/": counting("one") });
  const load = () => Promise.reject(new Error("a.ts: no such file"));
  const orders = parentOrders({ deployments: server.deployments, load, tracer });
  await assertRejects(() => orders.reload("2"), Error, "a.ts");
  assertEquals(tracer.told, ["reload {", "prepare !a.ts: no such file", "} !a.ts: no such file"]);
  assertEquals(server.states(), ["one active"]);
});
