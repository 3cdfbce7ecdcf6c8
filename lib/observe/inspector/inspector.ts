/**
 * The inspector: its page, its login, and what the page asks for.
 *
 * It stands in two places, which differ in who gets in: on the admin listener with a token, and in development on the
 * main port for whoever sits at the machine.
 *
 * @module
 */
import type { Clock, Connection, Gateway, LocalPages } from "../../gateway/mod.ts";
import { isLoopbackAuthority } from "../../handshake/mod.ts";
import { messageOf } from "../../route/table.ts";
import { ActionRefused, ACTIONS } from "./actions.ts";
import { eventStream, type EventTeller } from "./event_stream.ts";
import { cookieOf, jsonProblem, originProblem } from "./guard.ts";
import { ICON_SVG } from "./icon.ts";
import { loginPage } from "./login_page.ts";
import { overviewOf } from "./overview.ts";
import { PAGE_BUNDLE } from "./page_bundle.ts";
import { SESSION_MS, Sessions } from "./sessions.ts";
import { PAGE_HEADERS, SHELL_PAGE } from "./shell_page.ts";
import { PAGE_CSS } from "./style.ts";
import { BATCH_MS, WatchTeller } from "./watch_stream.ts";
import { TooManyViewers, Watches } from "./watches.ts";
import type { WireDeployment } from "./wire.ts";

/** What an inspector is made of. */
export interface InspectorParts {
  readonly gateway: Gateway;
  readonly clock: Clock;
  deployments(): readonly WireDeployment[];
}

/** Where it stands. */
export interface InspectorPlace {
  /** What its paths begin with: `/inspector`. */
  readonly base: string;
  /** `host:port` that is listened on there. */
  readonly address: string;
  /** What lets somebody in; undefined where everybody is who comes there. */
  readonly token: string | undefined;
}

/** Where it is on the admin listener, and on the main port in development. */
export const INSPECTOR_PATHS = { admin: "/inspector", local: "/_sockeye/inspector" } as const;

const COOKIE = "sockeye_inspector";
const OVERVIEW_MS = 1000;
/** Longest body of an order. */
const MAX_ORDER_BYTES = 256 * 1024;

/** The inspector of one gateway. */
export class Inspector {
  readonly #parts: InspectorParts;
  readonly #watches: Watches;

  /** From now on the gateway tells it of connections as they come and go. */
  constructor(parts: InspectorParts) {
    this.#parts = parts;
    this.#watches = new Watches(parts.clock);
    parts.gateway.inspection = this.#watches;
  }

  /** It, at one place. */
  at(place: InspectorPlace): LocalPages {
    return new PlacedInspector(place, this.#parts, this.#watches);
  }
}

class PlacedInspector implements LocalPages {
  readonly #place: InspectorPlace;
  readonly #parts: InspectorParts;
  readonly #watches: Watches;
  readonly #sessions: Sessions | undefined;

  constructor(place: InspectorPlace, parts: InspectorParts, watches: Watches) {
    this.#place = place;
    this.#parts = parts;
    this.#watches = watches;
    const { token } = place;
    const random = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32));
    this.#sessions = token === undefined ? undefined : new Sessions({ token, clock: parts.clock, random });
  }

  has(path: string): boolean {
    const { base } = this.#place;
    return path === base || path.startsWith(`${base}/`) || path === `${base.slice(0, base.lastIndexOf("/"))}/`;
  }

  async answer(request: Request): Promise<Response> {
    try {
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof TypeError || error instanceof URIError) return problem(400, messageOf(error));
      if (error instanceof ActionRefused) return problem(409, messageOf(error));
      if (error instanceof TooManyViewers) return problem(503, messageOf(error));
      return problem(500, messageOf(error));
    }
  }

  async #answer(request: Request): Promise<Response> {
    const { base, address } = this.#place;
    const refusal = originProblem(request, isLoopbackAuthority(address));
    if (refusal !== undefined) return problem(refusal.status, refusal.problem);
    const url = new URL(request.url);
    const path = url.pathname.slice(base.length);
    if (!path.startsWith("/")) return redirect(308, `${base}/`);
    if (path === "/page.css") return asset(PAGE_CSS, "text/css; charset=utf-8");
    if (path === "/icon.svg") return asset(ICON_SVG, "image/svg+xml");
    const sessions = this.#sessions;
    if (sessions !== undefined) {
      if (path === "/login" && request.method === "POST") return await this.#logIn(request, sessions);
      const id = cookieOf(request, COOKIE) ?? "";
      if (!sessions.has(id)) return path === "/" ? html(loginPage()) : problem(401, "log in first");
      if (path === "/logout" && request.method === "POST") return this.#logOut(sessions, id);
    }
    if (request.method === "POST") return await this.#act(request, path);
    return this.#show(path, url.searchParams);
  }

  #show(path: string, asked: URLSearchParams): Response {
    if (path === "/") return html(SHELL_PAGE);
    if (path === "/page.js") return asset(PAGE_BUNDLE, "text/javascript; charset=utf-8");
    if (path === "/api/overview") return json(200, this.#overview(asked));
    if (path === "/api/live") return this.#live(asked);
    if (path === "/api/watch") return this.#watch(asked);
    return problem(404, `there is nothing at ${path}`);
  }

  #overview(asked: URLSearchParams): unknown {
    const { gateway, deployments } = this.#parts;
    const isOpen = this.#sessions === undefined;
    const overview = overviewOf({ gateway, watches: this.#watches, deployments }, asked.get("search") ?? "");
    return { ...overview, hasLogin: !isOpen };
  }

  #live(asked: URLSearchParams): Response {
    const { gateway } = this.#parts;
    const teller: EventTeller = {
      get isOver() {
        return gateway.isDraining;
      },
      begin: (sink) => {
        sink.send("overview", this.#overview(asked));
        return () => {};
      },
      beat: (sink) => {
        if (!sink.isBehind) sink.send("overview", this.#overview(asked));
      },
    };
    return eventStream(teller, OVERVIEW_MS, this.#parts.clock);
  }

  #watch(asked: URLSearchParams): Response {
    const { clock, gateway } = this.#parts;
    const id = asked.get("connection");
    const target = id === null ? { route: asked.get("next") ?? "" } : { connection: this.#find(id) };
    return eventStream(new WatchTeller(this.#watches, target, gateway), BATCH_MS, clock);
  }

  async #act(request: Request, path: string): Promise<Response> {
    const [, id, name = ""] = /^\/api\/connections\/([^/]+)\/(\w+)$/.exec(path) ?? [];
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (id === undefined || action === undefined) return problem(404, `there is nothing to be done at ${path}`);
    const wrong = jsonProblem(request);
    if (wrong !== undefined) return problem(wrong.status, wrong.problem);
    const order = await orderOf(request);
    action(this.#find(decodeURIComponent(id)), order);
    return json(200, { done: true });
  }

  /** @throws {ActionRefused} */
  #find(id: string): Connection {
    const connection = this.#parts.gateway.find(id);
    if (connection === undefined) throw new ActionRefused(`the connection ${id} is gone, or was never here`);
    return connection;
  }

  async #logIn(request: Request, sessions: Sessions): Promise<Response> {
    const body = await textOf(request);
    const result = sessions.logIn(new URLSearchParams(body).get("token") ?? "");
    if (result === "wrong") return html(loginPage("wrong"), 401);
    if (result === "too often") return html(loginPage("too often"), 429);
    return redirect(303, `${this.#place.base}/`, this.#cookie(result.id, SESSION_MS / 1000));
  }

  #logOut(sessions: Sessions, id: string): Response {
    sessions.logOut(id);
    return redirect(303, `${this.#place.base}/`, this.#cookie("", 0));
  }

  /** No script can read it, and no other site can have it sent. */
  #cookie(id: string, maxAgeS: number): string {
    return `${COOKIE}=${id}; Path=${this.#place.base}/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict`;
  }
}

/** @throws {TypeError} when it is too long. */
async function textOf(request: Request): Promise<string> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > MAX_ORDER_BYTES) throw new TypeError(`at most ${MAX_ORDER_BYTES} bytes at a time`);
  const chunks: Uint8Array[] = [];
  let byteLength = 0;
  for await (const chunk of request.body ?? []) {
    byteLength += chunk.length;
    if (byteLength > MAX_ORDER_BYTES) throw new TypeError(`at most ${MAX_ORDER_BYTES} bytes at a time`);
    chunks.push(chunk);
  }
  return await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text();
}

/** @throws {TypeError} when it is no JSON object. */
async function orderOf(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const text = await textOf(request);
  try {
    const order: unknown = JSON.parse(text);
    if (typeof order === "object" && order !== null) return order as Readonly<Record<string, unknown>>;
  } catch {
    // Told below.
  }
  throw new TypeError("the body must be a JSON object");
}

function html(text: string, status = 200): Response {
  return new Response(text, { status, headers: { ...PAGE_HEADERS, "content-type": "text/html; charset=utf-8" } });
}

function asset(text: string, type: string): Response {
  return new Response(text, { headers: { ...PAGE_HEADERS, "content-type": type } });
}

function json(status: number, value: unknown): Response {
  return Response.json(value, { status, headers: PAGE_HEADERS });
}

function problem(status: number, error: string): Response {
  return json(status, { error });
}

function redirect(status: 303 | 308, location: string, cookie?: string): Response {
  const headers = new Headers({ ...PAGE_HEADERS, location });
  if (cookie !== undefined) headers.set("set-cookie", cookie);
  return new Response(null, { status, headers });
}
