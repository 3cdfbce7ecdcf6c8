/**
 * What is asked of remote code and concerns no open peer: upgrades, and ordinary HTTP.
 *
 * @module
 */
import type { RequestRecord, UpgradeDecision, UpgradeQuestion } from "../../route/table.ts";
import { internalServerError, serviceUnavailable } from "../http_answer.ts";
import { readUpgradeAnswer } from "../upgrade_answer.ts";
import { packExchange } from "./exchange_payload.ts";
import type { ExchangeCall, ResponseHead, UpgradeCall, UpgradeResult } from "./record_values.ts";
import type { RemoteLink } from "./remote_link.ts";
import { encodeValue } from "./value.ts";
import { DOWN, WireError } from "./wire.ts";

/** What calls need of their runtime. */
export interface CallsHome {
  /** The link, when the code is there or comes back soon; undefined otherwise. */
  whenUp(): Promise<RemoteLink | undefined>;
  isCurrent(link: RemoteLink): boolean;
  /** Whether the route has an `upgrade` hook of its own. */
  hasUpgrade(route: number): boolean;
  /** What the code may know of a request. */
  shown(request: RequestRecord): RequestRecord;
  /** The code failed: for the log. */
  failed(hook: string, route: number, error: unknown): void;
}

const NO_BYTES = new Uint8Array(0);

/** The calls of one runtime. None rejects. */
export class RemoteCalls {
  readonly #home: CallsHome;

  constructor(home: CallsHome) {
    this.#home = home;
  }

  async upgrade(route: number, { request, params, subprotocols, signal }: UpgradeQuestion): Promise<UpgradeDecision> {
    const link = await this.#home.whenUp();
    if (link === undefined) return { accept: false, response: serviceUnavailable() };
    if (!this.#home.hasUpgrade(route)) return { accept: true };
    const call: UpgradeCall = { route, request: this.#home.shown(request), params, subprotocols };
    try {
      const [id, result] = await ask<UpgradeResult>(DOWN.UPGRADE, link, encodeValue(call), signal);
      return result.accept
        ? acceptanceOf(result, subprotocols)
        : { accept: false, response: link.bodies.response(id, result.response) };
    } catch (error) {
      return { accept: false, response: this.#failed("upgrade", route, error, link) };
    }
  }

  async exchange(
    route: number,
    request: Request,
    params: Readonly<Record<string, string>>,
    remoteAddress: string,
  ): Promise<Response> {
    const link = await this.#home.whenUp();
    if (link === undefined) return serviceUnavailable();
    try {
      const { method, url, headers, body } = request;
      const shown = this.#home.shown({ method, url, headers: [...headers], remoteAddress });
      const call: ExchangeCall = {
        ...{ route, method, url, params, remoteAddress, headers: shown.headers },
        hasBody: body !== null,
      };
      const payload = packExchange(
        call,
        body === null ? NO_BYTES : new Uint8Array(await request.arrayBuffer()),
      );
      const [id, head] = await ask<ResponseHead>(DOWN.EXCHANGE, link, payload, request.signal);
      return link.bodies.response(id, head);
    } catch (error) {
      return this.#failed(request.method === "POST" ? "post" : "get", route, error, link);
    }
  }

  #failed(hook: string, route: number, error: unknown, link: RemoteLink): Response {
    if (error instanceof WireError) void link.kill(`it broke the rules of its channel: ${error.message}`);
    if (!this.#home.isCurrent(link)) return serviceUnavailable();
    this.#home.failed(hook, route, error);
    return internalServerError();
  }
}

/** Asks, and says so when nobody waits for the answer any more. */
function ask<T>(
  kind: number,
  link: RemoteLink,
  payload: Uint8Array,
  signal: AbortSignal,
): Promise<[id: number, result: T]> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => link.outbox.writer.putEmpty(DOWN.CANCEL, 0, id);
    const settle = (): void => signal.removeEventListener("abort", cancel);
    const id = link.calls.open({
      answered: (result) => {
        settle();
        resolve([id, result as T]);
      },
      failed: (error) => {
        settle();
        reject(error);
      },
    });
    link.outbox.writer.put(kind, 0, id, payload, 0, payload.length);
    if (signal.aborted) cancel();
    else signal.addEventListener("abort", cancel);
  });
}

/** The host has read the hook's answer like this before; whoever speaks in its place has not. */
function acceptanceOf({ accept: _, ...said }: UpgradeResult, offered: readonly string[]): UpgradeDecision {
  try {
    return readUpgradeAnswer(said, offered, true);
  } catch (cause) {
    throw new WireError("an acceptance that is none", { cause });
  }
}
