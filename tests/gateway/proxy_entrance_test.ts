import { assertEquals, assertStringIncludes } from "@std/assert";
import { BegunStream } from "../../lib/gateway/begun_stream.ts";
import { MAX_AWAITED, ProxyEntrance } from "../../lib/gateway/proxy_entrance.ts";
import type { ByteStream } from "../../lib/gateway/tcp_transport.ts";
import { MemoryStream } from "../../lib/testing/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { until } from "../support/until.ts";

const BALANCER = "10.0.0.1";
const encode = (text: string) => new TextEncoder().encode(text);

function scene(enter?: () => void) {
  const clock = new FakeClock();
  const lines: string[] = [];
  const entered: { stream: ByteStream; address: string }[] = [];
  const refusals = { count: 0 };
  const entrance = new ProxyEntrance({
    sources: ["10.0.0.0/8"],
    timeoutMs: 1_000,
    clock,
    log: { warn: (message, fields) => void lines.push(`${message} ${JSON.stringify(fields)}`) },
    enter: enter ?? ((stream, address) => void entered.push({ stream, address })),
    refused: () => void refusals.count++,
  });
  const come = (): MemoryStream => {
    const [far, near] = MemoryStream.pair();
    entrance.take(near, BALANCER);
    return far;
  };
  return { clock, lines, entered, entrance, come, refusals };
}

async function text(stream: ByteStream, length: number): Promise<string> {
  let seen = "";
  const buffer = new Uint8Array(5);
  while (seen.length < length) seen += new TextDecoder().decode(buffer.subarray(0, await stream.read(buffer) ?? 0));
  return seen;
}

Deno.test("ProxyEntrance hands on whose connection it is, and every byte behind the header", async () => {
  const { entered, entrance, come, refusals } = scene();
  assertEquals(["10.1.2.3", "192.0.2.1", "unix"].map((address) => entrance.lists(address)), [true, false, false]);
  const far = come();
  await far.write(encode("PROXY TCP6 2001:DB8:0::7 ::1 1 2\r"));
  await far.write(encode("\nGET / HTTP/1.1"));
  await until(() => entered.length === 1, "it is handed on");
  await far.write(encode("\r\n\r\n"));
  assertEquals(entered[0]?.address, "2001:db8::7");
  assertEquals(await text(entered[0]!.stream, 18), "GET / HTTP/1.1\r\n\r\n");
  await entered[0]!.stream.write(encode("HTTP/1.1 200"));
  assertEquals(await text(far, 12), "HTTP/1.1 200");
  await entered[0]!.stream.closeWrite();
  assertEquals(await far.read(new Uint8Array(1)), null);
  entered[0]!.stream.close();
  assertEquals(refusals.count, 0);
});

Deno.test("ProxyEntrance: who speaks for the load balancer itself comes from there", async () => {
  const { entered, come } = scene();
  await come().write(encode("PROXY UNKNOWN\r\n"));
  await until(() => entered.length === 1, "it is handed on");
  assertEquals([entered[0]?.address, entered[0]?.stream instanceof BegunStream], [BALANCER, false]);
});

Deno.test("ProxyEntrance closes who sends no header, part of one, or none in time; counts them and tells one a minute", async () => {
  const { clock, lines, entered, come, refusals } = scene();
  const isGone = async (far: MemoryStream) => await far.read(new Uint8Array(1)).catch(() => null) === null;
  const plain = come();
  await plain.write(encode("GET / HTTP/1.1\r\n"));
  assertEquals(await isGone(plain), true);
  const part = come();
  await part.write(encode("PROXY TCP4 1.2"));
  await part.closeWrite();
  assertEquals(await isGone(part), true);
  const slow = come();
  await slow.write(encode("PROXY TCP4 1.2"));
  await until(() => refusals.count === 2, "two are counted");
  clock.advance(1_000);
  assertEquals(await isGone(slow), true);
  await until(() => refusals.count === 3, "the third is counted");
  assertEquals([entered.length, lines.length], [0, 1]);
  assertStringIncludes(lines[0]!, "sent no valid PROXY header");
  assertStringIncludes(lines[0]!, `"address":"${BALANCER}","reason":"it does not begin with a PROXY header"`);
});

Deno.test("ProxyEntrance lets a load balancer look whether somebody is there, by a connection that says nothing", async () => {
  const { entered, lines, come, refusals } = scene();
  const far = come();
  await far.closeWrite();
  assertEquals(await far.read(new Uint8Array(1)).catch(() => null), null);
  assertEquals([entered, lines, refusals.count], [[], [], 0]);
});

Deno.test("ProxyEntrance closes what nobody could take", async () => {
  const { come, lines } = scene(() => {
    throw new Error("no TLS today");
  });
  const far = come();
  await far.write(encode("PROXY UNKNOWN\r\n"));
  assertEquals(await far.read(new Uint8Array(1)).catch(() => null), null);
  assertStringIncludes(lines[0] ?? "", "no TLS today");
});

Deno.test("ProxyEntrance waits for so many at a time, and closes those that it waits for with itself", async () => {
  const { entrance, come, refusals } = scene();
  const all = Array.from({ length: MAX_AWAITED }, come);
  assertEquals(await come().read(new Uint8Array(1)).catch(() => null), null);
  assertEquals(refusals.count, 1);
  entrance.close();
  for (const far of all) assertEquals(await far.read(new Uint8Array(1)).catch(() => null), null);
  assertEquals(refusals.count, 1);
});
