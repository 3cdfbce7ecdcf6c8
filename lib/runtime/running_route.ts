/**
 * One route of an inline runtime: its code, its open peers, and how its failures are reported.
 *
 * @module
 */
import type { HttpHandler, Peer, Route, StandardSchema } from "../route/mod.ts";
import type { RouteDescriptor } from "../route/table.ts";
import type { PeerSetting } from "./inline_peer.ts";
import type { RuntimeLog } from "./log.ts";
import type { LoadedRoute } from "./route_module.ts";

/** What is called for one route; the same shape for every route, so that the hot path sees one. */
export class RunningRoute {
  readonly descriptor: RouteDescriptor;
  readonly get: HttpHandler | undefined;
  readonly post: HttpHandler | undefined;
  /** `this` of the hooks; empty for a route without a default export. */
  readonly route: Route;
  readonly onOpen: Route["open"];
  readonly onMessage: Route["message"];
  readonly onSubscribe: Route["subscribe"];
  readonly onAuthenticate: Route["authenticate"];
  readonly onDrain: Route["drain"];
  readonly onClose: Route["close"];
  readonly onError: Route["error"];
  readonly messageSchema: StandardSchema | undefined;
  readonly setting: PeerSetting;
  /** Open peers by id; kept only where `start` can see them. */
  readonly peers: Map<string, Peer> | undefined;
  readonly #log: RuntimeLog;

  constructor(loaded: LoadedRoute, setting: PeerSetting, log: RuntimeLog) {
    const route = loaded.route ?? {};
    this.descriptor = loaded.descriptor;
    this.get = loaded.get;
    this.post = loaded.post;
    this.route = route;
    this.onOpen = route.open;
    this.onMessage = route.message;
    this.onSubscribe = route.subscribe;
    this.onAuthenticate = route.authenticate;
    this.onDrain = route.drain;
    this.onClose = route.close;
    this.onError = route.error;
    this.messageSchema = route.schema?.message;
    this.setting = setting;
    this.peers = route.start === undefined ? undefined : new Map();
    this.#log = log;
  }

  /** Logs that route code failed. */
  report(hook: string, error: unknown, peer?: string): void {
    const { pattern, file } = this.descriptor;
    const fields = { route: pattern, file, hook, error };
    this.#log.error(`${file}: ${hook} failed`, peer === undefined ? fields : { ...fields, peer });
  }
}
