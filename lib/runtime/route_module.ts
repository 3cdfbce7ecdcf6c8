/**
 * Checks what a route file exports, and describes it.
 *
 * @module
 */
import type { HttpHandler, Route } from "../route/mod.ts";
import { messageOf, nearestName, parsePattern, type RouteDescriptor } from "../route/table.ts";
import { checkTopicOptions } from "./topic_options.ts";

/** A route whose code is at hand. */
export interface LoadedRoute {
  readonly descriptor: RouteDescriptor;
  /** The default export. */
  readonly route: Route | undefined;
  readonly get: HttpHandler | undefined;
  readonly post: HttpHandler | undefined;
}

/** Where a module was found. */
export interface RoutePlace {
  /** Relative to the routes folder, with `/`. */
  readonly file: string;
  /** The pattern that follows from the file's place. */
  readonly pattern: string;
}

/**
 * Checks a module's exports and describes the route.
 *
 * The values of `options` are left to the gateway, which knows what they may be.
 *
 * A route takes WebSockets when its default export has a hook of a connection, or `start`, which is given the `peers`.
 *
 * @param exports the module's namespace object.
 * @throws {TypeError} that names the file, what is wrong in it, and what is allowed.
 *
 * @example
 * ```ts
 * import { checkRouteModule } from "./route_module.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const place = { file: "echo.ts", pattern: "/echo" };
 * const { descriptor } = checkRouteModule({ default: { open() {} } }, place);
 * assertEquals(descriptor.isWebSocket, true);
 * ```
 */
export function checkRouteModule(exports: Readonly<Record<string, unknown>>, place: RoutePlace): LoadedRoute {
  const { source: pattern } = parsePattern(place.pattern);
  checkNames(exports, place.file);
  const route = exports.default === undefined ? undefined : checkRoute(exports.default, place);
  const get = checkHandler(exports, "get", place.file);
  const post = checkHandler(exports, "post", place.file);
  const isWebSocket = route !== undefined && CONNECTION_HOOKS.some((hook) => route[hook] !== undefined);
  if (!isWebSocket && get === undefined && post === undefined) throw wrong(place.file, nothingUsable(exports));
  const descriptor: RouteDescriptor = {
    pattern,
    file: place.file,
    isWebSocket,
    hasUpgrade: route?.upgrade !== undefined,
    canResume: route?.resume !== undefined,
    methods: [...(get ? ["GET"] as const : []), ...(post ? ["POST"] as const : [])],
    ...(route?.authenticate === undefined ? {} : { hasAuthenticate: true }),
    options: route?.options ?? {},
    ...(route?.topics === undefined ? {} : { topics: route.topics }),
  };
  return { descriptor, route, get, post };
}

/** Any of these makes a WebSocket route. */
const CONNECTION_HOOKS = [
  "start",
  "upgrade",
  "authenticate",
  "open",
  "message",
  "subscribe",
  "drain",
  "close",
  "error",
  "suspend",
  "resume",
] as const satisfies ReadonlyArray<keyof Route>;
const HOOKS: readonly string[] = [...CONNECTION_HOOKS, "stop"];
const ROUTE_KEYS: readonly string[] = ["path", "options", "topics", "schema", ...HOOKS];
const METHODS: readonly string[] = ["get", "post"];
const OTHER_METHODS: readonly string[] = ["put", "patch", "delete", "head", "options", "trace", "connect"];

/** A module may export what it likes, but not what looks like a handler and would never be called. */
function checkNames(exports: Readonly<Record<string, unknown>>, file: string): void {
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value !== "function") continue;
    const lower = name.toLowerCase();
    if (name !== lower && METHODS.includes(lower)) {
      throw wrong(file, `it exports "${name}", which is never called; did you mean "${lower}"?`);
    }
    if (OTHER_METHODS.includes(lower)) {
      throw wrong(file, `it exports "${name}", but a route handles "get" and "post" only (HEAD and OPTIONS follow)`);
    }
    if (HOOKS.includes(name)) {
      throw wrong(file, `it exports "${name}", which is never called; put it into the default export`);
    }
  }
}

function checkRoute(value: unknown, place: RoutePlace): Route {
  if (!isPlainObject(value)) {
    throw wrong(place.file, `its default export is ${kindOf(value)}; write "export default defineRoute({ … })"`);
  }
  for (const [key, member] of Object.entries(value)) {
    if (!ROUTE_KEYS.includes(key)) {
      throw wrong(place.file, `its default export has the unknown key "${key}"${allowed(key, ROUTE_KEYS)}`);
    }
    if (HOOKS.includes(key) && member !== undefined && typeof member !== "function") {
      throw wrong(place.file, `its hook "${key}" is ${kindOf(member)}; it must be a function`);
    }
  }
  if (value.options !== undefined && !isPlainObject(value.options)) {
    throw wrong(place.file, `its "options" are ${kindOf(value.options)}; they must be an object`);
  }
  if (value.topics !== undefined) checkTopics(value.topics, place.file);
  if (value.schema !== undefined) checkSchema(value.schema, place.file);
  if (value.path !== undefined) checkPath(value.path, place);
  return value as Route;
}

function checkTopics(topics: unknown, file: string): void {
  try {
    checkTopicOptions(topics);
  } catch (error) {
    throw wrong(file, messageOf(error));
  }
}

function checkSchema(schema: unknown, file: string): void {
  if (!isPlainObject(schema)) {
    throw wrong(file, `its "schema" is ${kindOf(schema)}; write "schema: { message: … }"`);
  }
  for (const key of Object.keys(schema)) {
    if (key !== "message") throw wrong(file, `its "schema" has the unknown key "${key}"${allowed(key, ["message"])}`);
  }
  const { message } = schema;
  if (message === undefined) return;
  // Schemas of some libraries are functions with properties.
  const isHolder = (typeof message === "object" && message !== null) || typeof message === "function";
  const standard = isHolder ? (message as Readonly<Record<string, unknown>>)["~standard"] : undefined;
  const { version, validate } = (standard ?? {}) as { readonly version?: unknown; readonly validate?: unknown };
  if (version !== 1 || typeof validate !== "function") {
    throw wrong(
      file,
      `its "schema.message" is not a Standard Schema of version 1 (standardschema.dev); those of zod 3.24, ` +
        "valibot 1, arktype 2 and later are",
    );
  }
}

function checkPath(path: unknown, place: RoutePlace): void {
  if (typeof path !== "string") throw wrong(place.file, `its "path" is ${kindOf(path)}; it must be a string`);
  if (parsePattern(path).source !== parsePattern(place.pattern).source) {
    throw wrong(
      place.file,
      `defineRoute was given "${path}", but the file stands at "${place.pattern}"; move the file or change the path`,
    );
  }
}

function checkHandler(
  exports: Readonly<Record<string, unknown>>,
  name: "get" | "post",
  file: string,
): HttpHandler | undefined {
  const handler = exports[name];
  if (handler === undefined) return undefined;
  if (typeof handler !== "function") {
    throw wrong(
      file,
      `its export "${name}" is ${kindOf(handler)}; it must be a function (request, context) => Response`,
    );
  }
  return handler as HttpHandler;
}

function nothingUsable(exports: Readonly<Record<string, unknown>>): string {
  const what = exports.default === undefined ? "it exports no route" : "its default export has no handler";
  return `${what}; write "export default defineRoute({ message(peer, message) { … } })", or export "get" or "post", ` +
    'or let its name start with "_" if it is not meant to be a route';
}

function allowed(wrongKey: string, keys: readonly string[]): string {
  const nearest = nearestName(wrongKey, keys);
  return nearest === undefined ? `; allowed: ${keys.join(", ")}` : `; did you mean "${nearest}"?`;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object") return `${JSON.stringify(value) ?? String(value)} (a ${typeof value})`;
  if (Array.isArray(value)) return "an array";
  return isPlainObject(value) ? "an object" : `an instance of ${value.constructor?.name || "a class"}`;
}

function wrong(file: string, problem: string): TypeError {
  return new TypeError(`${file}: ${problem}`);
}
