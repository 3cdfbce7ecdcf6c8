/** Messages with a header, and what the client's code hears of them. @module */
import { assertEquals } from "@std/assert";
import { FORM } from "../../../lib/frame/mod.ts";
import { ClientEvents } from "../../../lib/gateway/session/client_events.ts";
import type { ClientSession } from "../../../lib/gateway/session/client_session.ts";
import type { Entrance } from "../../../lib/gateway/session/entrance.ts";
import type { PeerEvents } from "../../../lib/route/table.ts";

const encoder = new TextEncoder();

/** What becomes of a message that lies in the middle of a chunk. */
function heard(message: string, form: number = FORM.TEXT): readonly unknown[] {
  const log: unknown[] = [];
  const code = {
    message: (told: number, bytes: Uint8Array, start: number, end: number) =>
      void log.push([told, bytes.slice(start, end).toHex()]),
  } as unknown as PeerEvents;
  const session = {
    open: (id: number) => log.push(`open ${id}`) > 0,
    take: (header: readonly unknown[]) => void log.push(header),
    violate: (violation: string) => void log.push(violation),
    pong: () => void log.push("pong"),
  } as unknown as ClientSession;
  const events = new ClientEvents(code, { isEntered: true } as Entrance, session);
  const bytes = encoder.encode(`xx${message}yy`);
  events.message(form, bytes, 2, bytes.length - 2);
  return log;
}

Deno.test("ClientEvents takes the line feed from an application message", () => {
  assertEquals(heard("\nab"), [[FORM.TEXT, "6162"]]);
  assertEquals(heard("\n", FORM.ASCII), [[FORM.ASCII, ""]]);
  assertEquals(heard(""), [[FORM.TEXT, ""]]);
});

Deno.test("ClientEvents puts a request's number before its payload, where its header stood", () => {
  assertEquals(heard('["req",258]\nab'), ["open 258", [FORM.TEXT | FORM.REQUEST, "020100006162"]]);
  assertEquals(heard('["req",4294967295]'), ["open 4294967295", [FORM.TEXT | FORM.REQUEST, "ffffffff"]]);
});

Deno.test("ClientEvents leaves to the session what concerns the hub", () => {
  assertEquals(heard('["unsub","a"]\n'), [["unsub", "a"]]);
  assertEquals(heard('["sub",1,"a",{"last":2}]'), [["sub", 1, "a", { last: 2, presence: false }]]);
  assertEquals(heard('["ping"]'), ["pong"]);
});

Deno.test("ClientEvents ends the connection for a header that is none, or wrong", () => {
  assertEquals([heard("ab"), heard("x"), heard('["req"]')], [["HEADER_MALFORMED"], [
    "HEADER_MALFORMED",
  ], ["HEADER_WRONG"]]);
});
