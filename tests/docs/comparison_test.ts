/** docs/COMPARISON.md and the tables of the README are of the same products, and true where that can be tried here. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import WebSocket, { WebSocketServer } from "ws";
import { GATEWAY_DEFAULTS } from "../../lib/gateway/option_table.ts";
import { PROJECT } from "../support/server_process.ts";

const COMPARISON = await Deno.readTextFile(`${PROJECT}docs/COMPARISON.md`);
const README = await Deno.readTextFile(`${PROJECT}README.md`);
const SECTION = /^## How it compares$([^]*?)^## /m.exec(README)?.[1] ?? "";

/** The cells of a table row that begins with this. */
function row(text: string, first: string): readonly string[] {
  const line = text.split("\n").find((line) => line.startsWith(`| ${first} `)) ?? "";
  return line.split("|").slice(2, -1).map((cell) => cell.trim());
}

Deno.test("each table of the README has the same products, and docs/COMPARISON.md a section for each other one", () => {
  const tables = SECTION.split("\n\n").filter((part) => part.startsWith("| "));
  const products = tables.map((table) => [...table.matchAll(/^\| \*\*(.+?)\*\*/gm)].map(([, name = ""]) => name));
  assertEquals(products.length, 3);
  for (const names of products) assertEquals(names, products[0]);
  const headings = [...COMPARISON.matchAll(/^## (?:npm )?(.+)$/gm)].map(([, heading]) => heading);
  const others = (products[0] ?? []).slice(1);
  assertEquals(others.length, 7);
  for (const name of others) assert(headings.includes(name), name);
});

Deno.test("docs/COMPARISON.md says when to take each of the others instead", () => {
  const sections = COMPARISON.split(/^## /m).slice(3, -1);
  assertEquals(sections.length, 8);
  for (const section of sections) assertStringIncludes(section, "**Take it instead**");
});

Deno.test("what both say of Sockeye's defaults is what the defaults are", () => {
  const { maxMessageBytes, maxBufferedBytes, pingIntervalMs, pongTimeoutMs, perMessageDeflate } = GATEWAY_DEFAULTS;
  const mib = (bytes: number) => `${bytes / 2 ** 20} MiB`;
  const [ping, pong] = [`${pingIntervalMs / 1000} s`, `${pongTimeoutMs / 1000} s`];
  assertEquals(perMessageDeflate, false);
  const tried = (first: string) => row(COMPARISON, first)[0];
  assertEquals(tried("longest message taken"), `${mib(maxMessageBytes)}, then 1009`);
  assertEquals(tried("a silent client"), `a ping after ${ping}, given up ${pong} after that`);
  assertEquals(tried("permessage-deflate"), "off");
  assertStringIncludes(COMPARISON, `\`maxBufferedBytes\` (${mib(maxBufferedBytes)})`);
  const limits = SECTION.slice(SECTION.indexOf("longest message"));
  assertEquals(row(limits, "**Sockeye**").slice(0, 5), [
    mib(maxMessageBytes),
    `closed at ${mib(maxBufferedBytes)}`,
    "refused",
    ping,
    "off, there",
  ]);
});

Deno.test("npm ws: a foreign origin is let in, async handlers overlap, and the defaults are those of the table", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const handle = overlapping();
  server.on("connection", (socket: Spoken) => {
    socket.on("message", async (message) => socket.send(await handle(String(message))));
  });
  try {
    const { port } = server.address() as { port: number };
    assertEquals(await answers(port), ["two", "one"]);
    const { maxPayload, perMessageDeflate } = server.options;
    assertEquals([maxPayload, perMessageDeflate], [100 * 2 ** 20, false]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

Deno.test("Deno.upgradeWebSocket: a foreign origin is let in, and async handlers overlap", async () => {
  const handle = overlapping();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = async ({ data }) => socket.send(await handle(data));
    return response;
  });
  assertEquals(await answers(server.addr.port), ["two", "one"]);
});

/** What is used here of a socket of npm ws, which has no types. */
interface Spoken {
  on(event: "message", listener: (message: Uint8Array) => void): void;
  send(text: string): void;
}

/** A handler that has done "one" when "two" has been begun: with handlers one after the other, never. */
function overlapping(): (message: string) => Promise<string> {
  const begun = Promise.withResolvers<void>();
  return async (message) => {
    if (message === "one") await begun.promise;
    else begun.resolve();
    return message;
  };
}

/** What a client whose page is of elsewhere is answered to "one" and "two", in order. */
async function answers(port: number): Promise<readonly string[]> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { origin: "https://elsewhere.example" });
  const got: string[] = [];
  const both = new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (message: Uint8Array) => {
      if (got.push(String(message)) === 2) resolve();
    });
  });
  await new Promise((resolve, reject) => void socket.once("open", resolve).once("error", reject));
  socket.send("one");
  socket.send("two");
  await both;
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.close();
  await closed;
  return got;
}
