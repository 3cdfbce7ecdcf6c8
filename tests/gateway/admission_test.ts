/** Who is let in, and whom the counts tell of. @module */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Admission, type AdmissionOptions } from "../../lib/gateway/admission.ts";
import { GATEWAY_DEFAULTS } from "../../lib/gateway/option_table.ts";
import { HttpError } from "../../lib/http/mod.ts";
import { UpgradeRefusedError } from "../../lib/testing/mod.ts";
import { POLL_PATH } from "../../lib/gateway/poll/poll_ask.ts";
import { serve } from "./support/served.ts";

const admissionOf = (options: Partial<AdmissionOptions>): Admission =>
  new Admission({ ...GATEWAY_DEFAULTS, ...options }, 0);
const QUIET = { message() {} };
const PLAIN = { remoteAddress: "192.0.2.1" };

Deno.test("Admission drops a socket where there are 1,024 beyond maxConnections", () => {
  const admission = admissionOf({ maxConnections: 10 });
  assertEquals([
    admission.dropReason({ remoteAddress: "192.0.2.1" }, 1_033, 0),
    admission.dropReason({ remoteAddress: "192.0.2.1" }, 1_034, 0),
  ], [
    undefined,
    "full",
  ]);
});

Deno.test("Admission drops sockets of one address that are no connection, beyond twice its connections and 16", () => {
  const admission = admissionOf({ maxConnectionsPerIp: 2 });
  const sockets = Array.from({ length: 20 }, () => ({}));
  for (const socket of sockets) {
    assertEquals(admission.dropReason({ remoteAddress: "192.0.2.1" }, 0, 0), undefined);
    admission.enter(socket, "192.0.2.1");
  }
  assertEquals([
    admission.dropReason({ remoteAddress: "192.0.2.1" }, 0, 0),
    admission.dropReason({ remoteAddress: "192.0.2.2" }, 0, 0),
  ], ["address", undefined]);
  admission.leave(sockets[0]!);
  admission.leave(sockets[0]!);
  assertEquals(admission.dropReason({ remoteAddress: "192.0.2.1" }, 0, 0), undefined);
  admission.enter({}, "192.0.2.1");
  assertEquals(admission.dropReason({ remoteAddress: "192.0.2.1" }, 0, 0), "address");
});

Deno.test("Admission counts no sockets of a trusted proxy, nor where maxConnectionsPerIp is off", () => {
  for (const options of [{ maxConnectionsPerIp: 1, trustedProxies: ["192.0.2.0/24"] }, {}]) {
    const admission = admissionOf(options);
    for (let count = 0; count < 100; count++) admission.enter({}, "192.0.2.1");
    assertEquals(admission.dropReason({ remoteAddress: "192.0.2.1" }, 0, 0), undefined);
  }
});

Deno.test("Admission refuses sockets beyond acceptRatePerSecond", () => {
  const admission = admissionOf({ acceptRatePerSecond: 1 });
  assertEquals([admission.refusal(PLAIN, 0), admission.refusal(PLAIN, 999)?.status, admission.refusal(PLAIN, 1_000)], [
    undefined,
    503,
    undefined,
  ]);
});

const secured = (remoteAddress: string) => ({ remoteAddress, isSecured: true });

/** How many sockets of an address come in with TLS, until one does not, and why that one does not. */
function comeIn(admission: Admission, address: string, now: number): readonly [count: number, reason: unknown] {
  for (let count = 0;; count++) {
    const reason = admission.dropReason(secured(address), 0, now);
    if (reason !== undefined || count === 1_000) return [count, reason];
  }
}

Deno.test("Admission drops what begins with TLS beyond two sockets a handshake and 16 in a burst, an IPv6 /64 as one", () => {
  const admission = admissionOf({ handshakeRatePerIp: 2, trustedProxies: ["192.0.2.128/25"] });
  assertEquals(comeIn(admission, "192.0.2.1", 0), [20, "address_rate"]);
  assertEquals(comeIn(admission, "192.0.2.1", 1_000), [4, "address_rate"]);
  // Five seconds fill what a burst takes, and not a moment less does.
  assertEquals(comeIn(admission, "192.0.2.1", 5_000), [16, "address_rate"]);
  assertEquals(comeIn(admission, "2001:db8::1", 0), [20, "address_rate"]);
  assertEquals([comeIn(admission, "2001:db8::2:1", 0)[0], comeIn(admission, "2001:db8:0:1::1", 0)[0]], [0, 20]);
  // What comes from a proxy is many clients', and what comes without TLS can be answered.
  assertEquals(comeIn(admission, "192.0.2.200", 0), [1_000, undefined]);
  assertEquals(admission.dropReason(PLAIN, 0, 5_000), undefined);
  assertEquals(comeIn(admissionOf({}), "192.0.2.1", 0), [1_000, undefined]);
});

Deno.test("Admission drops what begins with TLS beyond acceptRatePerSecond, of which an address with too many takes nothing", () => {
  const admission = admissionOf({ acceptRatePerSecond: 30, handshakeRatePerIp: 1 });
  assertEquals(comeIn(admission, "192.0.2.1", 0), [18, "address_rate"]);
  assertEquals(comeIn(admission, "192.0.2.2", 0), [12, "accept_rate"]);
  // It is not refused once more after its handshake.
  assertEquals([admission.refusal(secured("192.0.2.3"), 0), admission.refusal(PLAIN, 0)?.status], [undefined, 503]);
});

Deno.test("Admission refuses handshakes of an address beyond handshakeRatePerIp with 429 and Retry-After", () => {
  const admission = admissionOf({ handshakeRatePerIp: 1 });
  admission.meter("192.0.2.1", 0);
  const { status, headers } = assertThrows(() => admission.meter("192.0.2.1", 0), HttpError);
  assertEquals([status, headers["Retry-After"]], [429, "1"]);
  admission.meter("192.0.2.2", 0);
  admission.meter("192.0.2.1", 1_000);
});

Deno.test("a server refuses handshakes and poll sessions of one address beyond its rate", async () => {
  await using server = await serve(QUIET, { handshakeRatePerIp: 2 });
  await server.connect("/", { remoteAddress: "192.0.2.1" });
  await server.connect("/", { remoteAddress: "192.0.2.1" });
  const refused = await assertRejects(() => server.connect("/", { remoteAddress: "192.0.2.1" }), UpgradeRefusedError);
  assertEquals([refused.status, refused.headers.get("retry-after")], [429, "1"]);
  await server.connect("/", { remoteAddress: "192.0.2.2" });
  // The same second, and the address of `fetch`.
  const begin = () => server.fetch(POLL_PATH, { method: "POST", headers: { "Sockeye-Route": "/" } });
  const statuses: number[] = [];
  for (let count = 0; count < 3; count++) statuses.push((await begin()).status);
  assertEquals(statuses, [201, 201, 429]);
  await server.clock.advance(1_000);
  await server.connect("/", { remoteAddress: "192.0.2.1" });
});

for (const isLimited of [false, true]) {
  const what = isLimited ? "let others in with maxConnectionsPerIp" : "shut all others out";
  Deno.test(`silent connections of one address in all places there are ${what}`, async () => {
    await using server = await serve(QUIET, { maxConnections: 10, ...(isLimited ? { maxConnectionsPerIp: 10 } : {}) });
    const silent = Array.from({ length: 1_100 }, () => server.dial("192.0.2.9"));
    await server.still();
    const connecting = server.connect("/", { remoteAddress: "192.0.2.1" });
    if (isLimited) await connecting;
    else await assertRejects(() => connecting);
    for (const stream of silent) stream.close();
    await server.settled();
  });
}
