/** `defineRoute`: what it returns, and the types it gives. The lines under `@ts-expect-error` must not type-check. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { defineRoute } from "../../lib/route/define_route.ts";
import type { Peer, RouteModule, StandardSchema } from "../../lib/route/contract.ts";

/** Type-checks only when both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function sameType<_Check extends true>(): void {}

interface Chat {
  readonly kind: "say";
  readonly text: string;
}

const chatSchema: StandardSchema<unknown, Chat> = {
  "~standard": { version: 1, vendor: "test", validate: (value) => ({ value: value as Chat }) },
};

Deno.test("defineRoute gives back the route it was given", () => {
  const route = { open() {} };
  assertStrictEquals<unknown>(defineRoute(route), route);
});

Deno.test("defineRoute keeps the path beside the route's own members and leaves the route alone", () => {
  const open = () => {};
  const given = { open };
  const route = defineRoute("/rooms/[room]", given);
  assertEquals(route, { open, path: "/rooms/[room]" });
  assertEquals(given, { open });
});

Deno.test("defineRoute types params by the path", () => {
  defineRoute("/rooms/[room]/[...rest]", {
    open(peer) {
      sameType<Same<string, typeof peer.params.room>>();
      sameType<Same<string, typeof peer.params.rest>>();
      // @ts-expect-error the path does not name it
      peer.params.user;
      // @ts-expect-error parameters are strings
      peer.params.room.toFixed();
    },
  });
  defineRoute("/plain", {
    open(peer) {
      // @ts-expect-error the path names no parameter
      peer.params.room;
    },
  });
  defineRoute({
    open(peer) {
      sameType<Same<string | undefined, typeof peer.params.anything>>();
    },
  });
});

Deno.test("defineRoute types params of upgrade by the path", () => {
  defineRoute("/rooms/[room]", {
    upgrade(_request, { params }) {
      sameType<Same<string, typeof params.room>>();
      // @ts-expect-error the path does not name it
      params.user;
    },
  });
});

Deno.test("defineRoute types message.value by the schema", () => {
  defineRoute("/chat", {
    schema: { message: chatSchema },
    message(_peer, message) {
      sameType<Same<Chat, typeof message.value>>();
      // @ts-expect-error the schema's output has no such member
      message.value.room;
    },
  });
  defineRoute({
    schema: { message: chatSchema },
    message(_peer, message) {
      sameType<Same<Chat, typeof message.value>>();
    },
  });
});

Deno.test("defineRoute types message.value as unknown without a schema", () => {
  defineRoute({
    message(_peer, message) {
      sameType<Same<unknown, typeof message.value>>();
    },
  });
});

Deno.test("defineRoute infers the context from what upgrade returns", () => {
  defineRoute("/chat", {
    upgrade(request) {
      return { context: { name: request.headers.get("x-name") ?? "somebody", seen: 0 } };
    },
    open(peer) {
      sameType<Same<{ name: string; seen: number }, typeof peer.context>>();
      peer.context = { name: "ada", seen: 1 };
      // @ts-expect-error the context has no such member
      peer.context.room;
    },
  });
  defineRoute({
    async upgrade() {
      return { context: await Promise.resolve({ user: 7 }) };
    },
    message(peer, message) {
      sameType<Same<{ user: number }, typeof peer.context>>();
      sameType<Same<unknown, typeof message.value>>();
    },
  });
});

Deno.test("defineRoute infers the context although upgrade may refuse with a Response", () => {
  defineRoute({
    upgrade(request) {
      if (!request.headers.has("authorization")) return new Response("no", { status: 401 });
      return { context: { user: "ada" } };
    },
    open(peer) {
      sameType<Same<{ user: string }, typeof peer.context>>();
    },
  });
});

Deno.test("defineRoute takes the context's type as a parameter where no upgrade tells it", () => {
  defineRoute<"/chat/[room]", { count: number }>("/chat/[room]", {
    open(peer) {
      sameType<Same<{ count: number }, typeof peer.context>>();
      sameType<Same<string, typeof peer.params.room>>();
    },
  });
  defineRoute<{ count: number }>({
    open(peer) {
      peer.context = { count: 1 };
      // @ts-expect-error not the type that was named
      peer.context = { total: 1 };
    },
  });
});

Deno.test("defineRoute's result is what a route module may export", () => {
  const routed: RouteModule = { default: defineRoute("/rooms/[room]", { open() {} }) };
  const chat: RouteModule = { default: defineRoute({ schema: { message: chatSchema }, message() {} }) };
  assertEquals(routed.default?.path, "/rooms/[room]");
  assertEquals(chat.default?.path, undefined);
});

Deno.test("defineRoute refuses unknown hooks and wrong options by type", () => {
  // @ts-expect-error there is no such hook
  defineRoute("/a", { mesage() {} });
  // @ts-expect-error a number, in milliseconds
  defineRoute("/a", { options: { idleTimeoutMs: "1s" } });
  // @ts-expect-error there is no such option
  defineRoute({ options: { idleTimeout: 1 } });
});

Deno.test("defineRoute: a peer of a typed route is a peer", () => {
  const seen: Peer[] = [];
  const route = defineRoute("/rooms/[room]", {
    open(peer) {
      seen.push(peer);
    },
  });
  assertEquals(typeof route.open, "function");
});
