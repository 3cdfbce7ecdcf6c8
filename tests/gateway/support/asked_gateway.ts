/**
 * One request to a gateway in memory that has no routes.
 *
 * @module
 */
import { Gateway, type GatewayParts, resolveOptions } from "../../../lib/gateway/mod.ts";
import { RouteTable } from "../../../lib/route/table.ts";
import { type ClientResponse, encodeRequest, ResponseReader } from "../../../lib/testing/client_response.ts";
import { MemoryStream } from "../../../lib/testing/mod.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** What it answers. */
export async function askGateway(
  parts: Partial<GatewayParts>,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ClientResponse> {
  const gateway = new Gateway({
    options: resolveOptions({}),
    table: RouteTable.of([]),
    clock: new FakeClock(),
    ...parts,
  });
  const [client, server] = MemoryStream.pair();
  gateway.accept(server, "127.0.0.1");
  await client.write(encodeRequest(method, path, Object.entries({ host: "localhost", ...headers })));
  const response = await new ResponseReader(client).next(method === "HEAD");
  client.close();
  gateway.close();
  return response;
}
