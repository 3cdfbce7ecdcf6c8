/** What a client sends is typed by the route, from its schema. @module */
import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { z } from "zod";
import { connect, type RouteMessage } from "../../lib/client/mod.ts";
import { defineRoute } from "../../lib/route/mod.ts";
import { FakeSocket } from "./fake_network.ts";

const Chat = z.object({ text: z.string(), at: z.string().transform((text) => new Date(text)) });
const chat = defineRoute("/rooms/[room]", { schema: { message: Chat }, message() {} });
const count = defineRoute({ schema: { message: v.object({ by: v.optional(v.number(), 1) }) }, message() {} });
const plain = defineRoute("/plain", { message() {} });

/** True when the two types are one. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

const types: readonly true[] = [
  // What goes in, not what the schema makes of it.
  true satisfies Same<RouteMessage<typeof chat>, { text: string; at: string }>,
  true satisfies Same<RouteMessage<typeof count>, { by?: number | undefined }>,
  true satisfies Same<RouteMessage<typeof plain>, unknown>,
  true satisfies Same<RouteMessage<unknown>, unknown>,
];

Deno.test("the message of a route is what its schema takes; unknown without one", () => {
  assertEquals(types.length, 4);
});

Deno.test("connect gives a client that takes what the route takes", () => {
  const sockets: FakeSocket[] = [];
  const WebSocket = class extends FakeSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  };
  const socket = connect<typeof chat>("ws://example.com/rooms/kitchen", { WebSocket });
  socket.sendJson({ text: "hi", at: "2026" });
  // @ts-expect-error -- the schema wants more than that
  socket.sendJson({ text: "hi" });
  sockets[0]!.hello();
  assertEquals(sockets[0]!.sent, ['\n{"text":"hi","at":"2026"}', '\n{"text":"hi"}']);
  socket.close();
  sockets[0]!.end();
});

Deno.test("the WebSocket classes of the platform and of npm ws are taken as they are", async () => {
  const { default: NodeWebSocket, WebSocket: Named } = await import("ws");
  const classes: NonNullable<Parameters<typeof connect>[1]>[] = [
    { WebSocket },
    { WebSocket: NodeWebSocket },
    { WebSocket: Named },
  ];
  assertEquals(classes.length, 3);
});
