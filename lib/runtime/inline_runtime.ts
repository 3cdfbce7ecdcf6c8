/**
 * `InlineRuntime`: route code in the gateway's own isolate; the fastest place, for code of one's own.
 *
 * @module
 */
import type { Payload } from "../frame/mod.ts";
import type { Awaitable, Publish, UpgradeContext } from "../route/mod.ts";
import {
  messageOf,
  type PeerCommands,
  type PeerEvents,
  type RouteDescriptor,
  type RouteRuntime,
  type UpgradeDecision,
  type UpgradeQuestion,
} from "../route/table.ts";
import { checkResponse, internalServerError } from "./http_answer.ts";
import { InlineEvents } from "./inline_events.ts";
import type { RuntimeLog } from "./log.ts";
import { isPending, unheard } from "./pending.ts";
import { requestOf } from "../route/table.ts";
import type { LoadedRoute } from "./route_module.ts";
import { RunningRoute } from "./running_route.ts";
import { payloadOf } from "./sendable.ts";
import { readUpgradeAnswer } from "./upgrade_answer.ts";

/** What an inline runtime needs. */
export interface InlineRuntimeOptions {
  readonly routes: readonly LoadedRoute[];
  /** Where `publish` of `start` and of HTTP handlers goes. */
  readonly publish: (topic: string, payload: Payload) => Promise<void>;
  readonly log: RuntimeLog;
  /**
   * Development: a view that was taken is overwritten when its handler has settled, and contexts are checked whole.
   */
  readonly poisonViews: boolean;
  /** What `peer.deployment` says. */
  readonly deployment: string;
}

/**
 * Runs routes inline. Whatever their code does by throwing or rejecting ends at this border: the log hears of it, with
 * route, file and hook, and one peer or one request fails.
 */
export class InlineRuntime implements RouteRuntime {
  readonly kind = "inline";
  readonly descriptors: readonly RouteDescriptor[];
  readonly deployment: string;
  readonly #routes: readonly RunningRoute[];
  readonly #publish: Publish;
  readonly #isDevelopment: boolean;
  readonly #stopping = new AbortController();
  /** Routes whose `start` has been passed, or that have none; stopped in the opposite order. */
  readonly #started: RunningRoute[] = [];
  #isStarted = false;
  /** Upgrades and exchanges under way. */
  readonly #asked = new Set<Promise<unknown>>();

  constructor(options: InlineRuntimeOptions) {
    this.deployment = options.deployment;
    const setting = { deployment: options.deployment, isDevelopment: options.poisonViews };
    this.#routes = options.routes.map((loaded) => new RunningRoute(loaded, setting, options.log));
    this.descriptors = this.#routes.map((running) => running.descriptor);
    this.#publish = (topic, sendable) => unheard(options.publish(topic, payloadOf("publish", sendable)));
    this.#isDevelopment = options.poisonViews;
  }

  async start(): Promise<void> {
    if (this.#isStarted) throw new Error("this runtime was started before; make a new one");
    this.#isStarted = true;
    for (const running of this.#routes) {
      try {
        await this.#startRoute(running);
      } catch (error) {
        await this.stop();
        const message = messageOf(error);
        throw new Error(`${running.descriptor.file}: start failed: ${message}`, { cause: error });
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new DOMException("the runtime is stopping", "AbortError"));
    for (let running = this.#started.pop(); running !== undefined; running = this.#started.pop()) {
      try {
        await running.route.stop?.();
      } catch (error) {
        running.report("stop", error);
      }
    }
  }

  async idle(): Promise<void> {
    while (this.#asked.size > 0) await Promise.all(this.#asked);
  }

  upgrade(route: number, question: UpgradeQuestion): Awaitable<UpgradeDecision> {
    const running = this.#running(route);
    try {
      const { params, subprotocols, signal, request: record } = question;
      const context: UpgradeContext<typeof params> = {
        params,
        subprotocols,
        signal,
        asksForToken: running.onAuthenticate !== undefined,
        remoteAddress: record.remoteAddress,
      };
      const returned: unknown = running.route.upgrade?.(requestOf(record), context);
      if (isPending(returned)) return this.#underWay(this.#awaitedUpgrade(running, question, returned));
      return readUpgradeAnswer(returned, question.subprotocols, this.#isDevelopment);
    } catch (error) {
      return this.#failedUpgrade(running, question, error);
    }
  }

  exchange(
    route: number,
    request: Request,
    params: Readonly<Record<string, string>>,
    remoteAddress: string,
  ): Promise<Response> {
    return this.#underWay(this.#exchange(route, request, params, remoteAddress));
  }

  async #exchange(
    route: number,
    request: Request,
    params: Readonly<Record<string, string>>,
    remoteAddress: string,
  ): Promise<Response> {
    const running = this.#running(route);
    // RFC 9110 §9.3.2: HEAD is GET without content in the answer; the gateway leaves it out.
    const name = request.method === "POST" ? "post" : "get";
    const handler = ANSWERED.has(request.method) ? running[name] : undefined;
    if (handler === undefined) return methodNotAllowed(running.descriptor);
    try {
      return checkResponse(await handler(request, { params, remoteAddress, publish: this.#publish }), name);
    } catch (thrown) {
      return this.#failedExchange(running, name, thrown, request.signal);
    }
  }

  attach(route: number, commands: PeerCommands): PeerEvents {
    return new InlineEvents(this.#running(route), commands);
  }

  /** Neither rejects. */
  #underWay<T>(answer: Promise<T>): Promise<T> {
    const done: Promise<unknown> = answer.then(() => this.#asked.delete(done));
    this.#asked.add(done);
    return answer;
  }

  #running(route: number): RunningRoute {
    const running = this.#routes[route];
    if (running === undefined) throw new RangeError(`this runtime has ${this.#routes.length} routes, none at ${route}`);
    return running;
  }

  async #startRoute(running: RunningRoute): Promise<void> {
    const { route, peers } = running;
    if (peers !== undefined) {
      await route.start?.({ publish: this.#publish, peers, signal: this.#stopping.signal });
    }
    this.#started.push(running);
  }

  async #awaitedUpgrade(
    running: RunningRoute,
    question: UpgradeQuestion,
    pending: PromiseLike<unknown>,
  ): Promise<UpgradeDecision> {
    try {
      return readUpgradeAnswer(await pending, question.subprotocols, this.#isDevelopment);
    } catch (error) {
      return this.#failedUpgrade(running, question, error);
    }
  }

  /** A thrown `Response` refuses; a client that left is nobody's failure; anything else is one. */
  #failedUpgrade(running: RunningRoute, question: UpgradeQuestion, thrown: unknown): UpgradeDecision {
    if (!(question.signal.aborted && thrown === question.signal.reason)) {
      try {
        if (thrown instanceof Response) return { accept: false, response: checkResponse(thrown, "upgrade") };
        running.report("upgrade", thrown);
      } catch (error) {
        running.report("upgrade", error);
      }
    }
    return { accept: false, response: internalServerError() };
  }

  /** The same for a request. Who gives up because nobody waits any more has not failed. */
  #failedExchange(running: RunningRoute, handler: "get" | "post", thrown: unknown, signal: AbortSignal): Response {
    try {
      if (thrown instanceof Response) return checkResponse(thrown, handler);
      if (!(signal.aborted && thrown === signal.reason)) running.report(handler, thrown);
    } catch (error) {
      running.report(handler, error);
    }
    return internalServerError();
  }
}

const ANSWERED: ReadonlySet<string> = new Set(["GET", "HEAD", "POST"]);

/** RFC 9110 §15.5.6: the origin server MUST generate an Allow field in a 405 response. */
function methodNotAllowed(descriptor: RouteDescriptor): Response {
  const allow = descriptor.methods.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]).join(", ");
  return new Response("Method Not Allowed\n", { status: 405, headers: { allow, "content-type": "text/plain" } });
}
