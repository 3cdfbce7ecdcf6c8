import { assertEquals, assertMatch } from "@std/assert";
import { LIST_LIMITS, overviewOf } from "../../../lib/observe/inspector/overview.ts";
import { Watches } from "../../../lib/observe/inspector/watches.ts";
import { DeployedGateway } from "../../support/deployed_gateway.ts";
import { until } from "../../support/until.ts";

async function serving() {
  const route = { open: (peer: { subscribe(topic: string): unknown }) => void peer.subscribe("news") };
  const server = await DeployedGateway.serving({ "/": route, "/rooms/[room]": route });
  const watches = new Watches({ wallNow: () => 77 });
  server.gateway.inspection = watches;
  const parts = { gateway: server.gateway, watches, deployments: () => server.deployments.list() };
  return { server, parts };
}

Deno.test("overviewOf tells of connections, routes, deployments, topics and memory, without what a query says", async () => {
  const { server, parts } = await serving();
  await using _server = server;
  await server.connect("/rooms/a?token=secret");
  const overview = overviewOf(parts, "");
  const [connection] = overview.connections;
  assertMatch(connection!.id, /^\w+-1$/);
  assertEquals([connection!.route, connection!.target, connection!.address, connection!.topics, connection!.state], [
    "/rooms/[room]",
    "/rooms/a?[redacted]",
    "127.0.0.1",
    1,
    "open",
  ]);
  assertEquals(overview.counts, { open: 1, opened: 1, closed: 0, publications: 0, topics: 1 });
  assertEquals(overview.topics, [{ name: "news", subscribers: 1 }]);
  assertEquals(overview.routes.map(({ pattern, peers }) => [pattern, peers]), [["/", 0], ["/rooms/[room]", 1]]);
  assertEquals(overview.deployments.map(({ name, state, peers }) => [name, state, peers]), [["one", "active", 1]]);
});

Deno.test("overviewOf finds connections by id, route and address, and tells of the first of many", async () => {
  const { server, parts } = await serving();
  await using _server = server;
  await server.connectMany(LIST_LIMITS.connections + 5, "/");
  await server.connect("/rooms/a");
  const all = overviewOf(parts, "");
  assertEquals([all.connections.length, all.found], [LIST_LIMITS.connections, LIST_LIMITS.connections + 6]);
  assertEquals(overviewOf(parts, "room").connections.map(({ target }) => target), ["/rooms/a"]);
  const { id } = all.connections[7]!;
  assertEquals(overviewOf(parts, id).connections.some((connection) => connection.id === id), true);
  assertEquals(overviewOf(parts, "127.0.0.1").found, LIST_LIMITS.connections + 6);
  assertEquals(overviewOf(parts, "192.0.2.1").found, 0);
});

Deno.test("overviewOf has connections in the order in which they came, whoever leaves", async () => {
  const { server, parts } = await serving();
  await using _server = server;
  const clients = await server.connectMany(40);
  for (const at of [0, 3, 20]) await clients[at]!.close();
  await until(() => server.gateway.connectionCount === 37, "three are gone");
  const ids = overviewOf(parts, "").connections.map(({ id }) => parseInt(id.split("-")[1]!, 36));
  assertEquals(ids, ids.toSorted((a, b) => a - b));
});
