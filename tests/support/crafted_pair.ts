/**
 * A raw client and the crafted server that it is connected to: a test has both ends of one connection.
 *
 * @module
 */
import { openingFields } from "../../lib/terminal/opening.ts";
import { RawClient, type RawClientOptions } from "../../lib/terminal/raw_client.ts";
import { type CraftedConnection, CraftedServer, type CraftedSetting } from "./crafted_server.ts";

/** The key of RFC 6455 §1.3. */
export const SAMPLE_KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** Masked with zeros, a payload stands in the frame as it is. */
const NO_MASK = new Uint8Array(4);

/** Both ends. */
export interface CraftedPair {
  readonly client: RawClient;
  readonly connection: CraftedConnection;
}

/** What may differ, on either side. */
export interface PairSetting extends CraftedSetting {
  readonly clientOptions?: RawClientOptions;
  /** Sec-WebSocket-Extensions of the request. */
  readonly offer?: string;
}

/** Connects them, and ends both when the test is done. */
export async function withCraftedPair(
  { clientOptions, offer, ...setting }: PairSetting,
  test: (pair: CraftedPair) => Promise<void>,
): Promise<void> {
  const accepted = Promise.withResolvers<CraftedConnection>();
  const over = Promise.withResolvers<void>();
  const talk = async (connection: CraftedConnection): Promise<void> => {
    accepted.resolve(connection);
    await over.promise;
  };
  await using server = new CraftedServer({ ...setting, talk });
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const fields = openingFields("h", SAMPLE_KEY);
  if (offer !== undefined) fields.push(["Sec-WebSocket-Extensions", offer]);
  try {
    using client = await RawClient.open(conn, { target: "/x", fields }, { maskKey: NO_MASK, ...clientOptions });
    await test({ client, connection: await accepted.promise });
  } finally {
    over.resolve();
  }
}
