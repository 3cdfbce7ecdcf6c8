/**
 * From an order to an open WebSocket: TCP, TLS, the handshake, within a time.
 *
 * @module
 */
import { ArgumentError, type ConnectOrder } from "./arguments.ts";
import type { Display } from "./display.ts";
import { DEFLATE_OFFER, OpeningError, openingFields, type OpeningRequest, RefusedError } from "./opening.ts";
import { type Cable, RawClient, type WireTap } from "./raw_client.ts";

/** There is no connection: the message says why. */
export class DialError extends Error {
  override readonly name = "DialError";
}

/** What of an order is needed here. */
export type DialOrder = Pick<
  ConnectOrder,
  "address" | "headers" | "subprotocols" | "compresses" | "caFile" | "timeoutMs"
>;

/**
 * Connects and shakes hands; shows both where that is asked for.
 *
 * @throws {ArgumentError} when the file with certificates cannot be read.
 * @throws {DialError}
 * @throws {RefusedError} when there is an answer other than a 101.
 */
export async function dial(order: DialOrder, display: Display, tap: WireTap | undefined): Promise<RawClient> {
  const { address, timeoutMs } = order;
  const caCerts = await certificatesOf(order);
  let cable: Cable | undefined;
  let isLate = false;
  const late = Promise.withResolvers<never>();
  const timer = timeoutMs === Infinity ? undefined : setTimeout(() => {
    isLate = true;
    cable?.close();
    late.reject(new DialError(`cannot connect to ${address.url}: nothing within ${timeoutMs} ms (--timeout)`));
  }, timeoutMs);
  const shakeHands = async (): Promise<RawClient> => {
    cable = await cableTo(order, caCerts);
    if (isLate) cable.close();
    display.notice(`${address.isSecure ? "TLS" : "TCP"} to ${placeOf(cable.remoteAddr)}`);
    const request = requestOf(order);
    display.request(request);
    return await opened(cable, request, display, tap);
  };
  try {
    const opening = shakeHands();
    // Where it came too late, nobody asks any more why it failed.
    opening.catch(() => {});
    return await Promise.race([opening, late.promise]);
  } catch (error) {
    if (error instanceof RefusedError || error instanceof DialError) throw error;
    const advice = advise(error, order);
    throw new DialError(`cannot connect to ${address.url}: ${(error as Error).message}${advice}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function opened(
  cable: Cable,
  request: OpeningRequest,
  display: Display,
  tap: WireTap | undefined,
): Promise<RawClient> {
  try {
    const onOpening = (opening: RawClient["opening"]): void => {
      display.response(opening.head.text);
      display.accepted(request, opening);
    };
    return await RawClient.open(cable, request, { tap, onOpening });
  } catch (error) {
    if (error instanceof RefusedError) display.response(error.head.text);
    throw error;
  }
}

/** A header that the user names stands in place of ours. */
function requestOf({ address, headers, subprotocols, compresses }: DialOrder): OpeningRequest {
  const key = crypto.getRandomValues(new Uint8Array(16)).toBase64();
  const own = openingFields(address.authority, key);
  if (subprotocols.length > 0) own.push(["Sec-WebSocket-Protocol", subprotocols.join(", ")]);
  if (compresses) own.push(["Sec-WebSocket-Extensions", DEFLATE_OFFER]);
  const named = new Set(headers.map(([name]) => name.toLowerCase()));
  return { target: address.target, fields: [...own.filter(([name]) => !named.has(name.toLowerCase())), ...headers] };
}

async function cableTo({ address }: DialOrder, caCerts: string[]): Promise<Cable> {
  const { hostname, port, isSecure } = address;
  if (!isSecure) {
    const conn = await Deno.connect({ hostname, port });
    // What is typed goes out at once: a frame that follows another would else wait for its acknowledgement, 40 ms.
    conn.setNoDelay();
    return conn;
  }
  return await Deno.connectTls({ hostname, port, caCerts, alpnProtocols: ["http/1.1"] });
}

async function certificatesOf({ caFile }: DialOrder): Promise<string[]> {
  if (caFile === undefined) return [];
  try {
    return [await Deno.readTextFile(caFile)];
  } catch (error) {
    throw new ArgumentError(`--ca ${caFile}: ${(error as Error).message}`, { cause: error });
  }
}

function placeOf(address: Deno.Addr): string {
  if (address.transport !== "tcp") return address.transport;
  return address.hostname.includes(":")
    ? `[${address.hostname}]:${address.port}`
    : `${address.hostname}:${address.port}`;
}

function advise(error: unknown, { address }: DialOrder): string {
  const { message } = error as Error;
  if (/certificate/i.test(message)) return "; --ca FILE trusts a certificate of your own";
  const isPlainThere = address.isSecure && /corrupt|InvalidContentType|message of type/i.test(message);
  if (isPlainThere) return "; is there TLS on that port? ws:// goes without";
  if (error instanceof OpeningError || !(error instanceof Deno.errors.ConnectionRefused)) return "";
  return "; is the server running there?";
}
