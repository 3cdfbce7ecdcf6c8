import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { defineRoute } from "../../lib/route/mod.ts";
import { checkRouteModule } from "../../lib/runtime/route_module.ts";

const PLACE = { file: "rooms/[room].ts", pattern: "/rooms/[room]" };

const handler = () => new Response();

Deno.test("checkRouteModule describes a route of both kinds", () => {
  const route = defineRoute("/rooms/[room]", { options: { maxMessageBytes: 5 }, upgrade() {}, message() {} });
  const loaded = checkRouteModule({ default: route, get: handler, post: handler, ROOMS: ["a"] }, PLACE);
  assertEquals(loaded.descriptor, {
    pattern: "/rooms/[room]",
    file: "rooms/[room].ts",
    isWebSocket: true,
    hasUpgrade: true,
    canResume: false,
    methods: ["GET", "POST"],
    options: { maxMessageBytes: 5 },
  });
  assertStrictEquals<unknown>(loaded.route, route);
  assertEquals([loaded.get, loaded.post], [handler, handler]);
});

Deno.test("checkRouteModule describes a route of HTTP alone", () => {
  const { descriptor, route } = checkRouteModule({ post: handler }, PLACE);
  assertEquals([descriptor.isWebSocket, descriptor.hasUpgrade, descriptor.methods], [false, false, ["POST"]]);
  assertEquals(route, undefined);
});

Deno.test("checkRouteModule: a route can take a peer over whose code has ended when it has a resume hook", () => {
  const canResume = (route: object) => checkRouteModule({ default: route }, PLACE).descriptor.canResume;
  assertEquals([canResume({ resume() {} }), canResume({ suspend() {}, open() {} })], [true, false]);
  assertEquals(checkRouteModule({ get: handler }, PLACE).descriptor.canResume, false);
});

Deno.test("checkRouteModule: a route says whether it asks for a token, and what topics offer", () => {
  const topics = { "room:*": { history: { limit: 50 } }, news: { history: true } };
  const { descriptor } = checkRouteModule({ default: { authenticate: () => true, topics } }, PLACE);
  assertEquals([descriptor.hasAuthenticate, descriptor.topics], [true, topics]);
  const { descriptor: plain } = checkRouteModule({ default: { open() {} } }, PLACE);
  assertEquals(["hasAuthenticate" in plain, "topics" in plain], [false, false]);
});

Deno.test("checkRouteModule: any hook of a connection makes a WebSocket route, and so does start, which has peers", () => {
  const hooks = ["start", "upgrade", "authenticate", "open", "message", "subscribe", "drain", "close", "error"];
  hooks.push("suspend", "resume");
  for (const hook of hooks) {
    assert(checkRouteModule({ default: { [hook]() {} } }, PLACE).descriptor.isWebSocket, hook);
  }
  const withStop = checkRouteModule({ default: { stop() {} }, get: handler }, PLACE);
  assertEquals(withStop.descriptor.isWebSocket, false);
});

Deno.test("checkRouteModule takes a path that differs by a trailing slash only, and schemas that are functions", () => {
  checkRouteModule({ default: { path: "/rooms/[room]/", open() {} } }, PLACE);
  const schema = Object.assign(() => {}, { "~standard": { version: 1, vendor: "test", validate() {} } });
  checkRouteModule({ default: { schema: { message: schema }, message() {} } }, PLACE);
  checkRouteModule({ default: { schema: {}, message() {} } }, PLACE);
});

class Room {
  open() {}
}

const WRONG: ReadonlyArray<readonly [title: string, exports: Record<string, unknown>, problem: string]> = [
  ["nothing", {}, 'it exports no route; write "export default defineRoute({'],
  ["only other things", { ROOMS: [] }, "it exports no route"],
  ["a default without handlers", { default: { options: {} } }, "its default export has no handler"],
  ["a default with stop only", { default: { stop() {} } }, "its default export has no handler"],
  ["a function as default", { default: () => {} }, "its default export is a function; write"],
  ["null as default", { default: null }, "its default export is null"],
  ["an array as default", { default: [] }, "its default export is an array"],
  ["a class as default", { default: new Room() }, "its default export is an instance of Room"],
  ["a misspelt hook", { default: { mesage() {} } }, 'the unknown key "mesage"; did you mean "message"?'],
  ["a hook in the way of the Web API", { default: { onMessage() {} } }, 'did you mean "message"?'],
  [
    "an unknown key",
    { default: { banana: 1, open() {} } },
    'the unknown key "banana"; allowed: path, options, topics, schema, ',
  ],
  ["a hook that is none", { default: { open: true } }, 'its hook "open" is true (a boolean); it must be a function'],
  ["a hook that is an object", { default: { open: {} } }, 'its hook "open" is an object; it must be a function'],
  ["options that are none", { default: { options: 5, open() {} } }, 'its "options" are 5 (a number)'],
  [
    "topics with a history that is none",
    { default: { topics: { "room:*": { history: { limit: 0 } } }, open() {} } },
    'its "topics" say of "room:*": history.limit must be a whole number of publications from 1 to 10000, not 0',
  ],
  ["topics that are none", { default: { topics: ["a"], open() {} } }, 'its "topics" must be an object'],
  ["a schema that is none", { default: { schema: [], open() {} } }, 'its "schema" is an array'],
  ["a schema of something else", { default: { schema: { mesage: {} }, open() {} } }, 'did you mean "message"?'],
  ["no Standard Schema", { default: { schema: { message: {} }, open() {} } }, "is not a Standard Schema of version 1"],
  ["a schema of another version", {
    default: { schema: { message: { "~standard": { version: 2, validate() {} } } }, open() {} },
  }, "is not a Standard Schema of version 1"],
  ["null as schema", { default: { schema: { message: null }, open() {} } }, "is not a Standard Schema"],
  [
    "a path of another place",
    { default: defineRoute("/room/[room]", { open() {} }) },
    'defineRoute was given "/room/[room]", but the file stands at "/rooms/[room]"',
  ],
  [
    "a path with another name",
    { default: defineRoute("/rooms/[name]", { open() {} }) },
    'defineRoute was given "/rooms/[name]", but',
  ],
  ["a path that is no pattern", { default: { path: "rooms", open() {} } }, '"rooms" is not a route pattern'],
  ["a path that is no string", { default: { path: 5, open() {} } }, 'its "path" is 5 (a number)'],
  ["GET in capitals", { GET: handler }, 'it exports "GET", which is never called; did you mean "get"?'],
  ["put", { put: handler }, 'it exports "put", but a route handles "get" and "post" only'],
  ["get that is none", { get: "hello" }, 'its export "get" is "hello" (a string); it must be a function'],
  ["a hook as export", { message() {}, get: handler }, 'it exports "message", which is never called; put it into'],
];

for (const [title, exports, problem] of WRONG) {
  Deno.test(`checkRouteModule refuses ${title}, naming the file`, () => {
    const error = assertThrows(() => checkRouteModule(exports, PLACE), TypeError, problem);
    if (title !== "a path that is no pattern") assert(error.message.startsWith("rooms/[room].ts: "), error.message);
  });
}

Deno.test("checkRouteModule refuses a place that is no pattern", () => {
  assertThrows(() => checkRouteModule({ get: handler }, { file: "a[b].ts", pattern: "/a[b]" }), TypeError, "/a[b]");
});
