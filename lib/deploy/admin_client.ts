/**
 * One host, as whoever deploys sees it: the admin requests, and what they answer.
 *
 * @module
 */
import { isLoopbackAuthority } from "../handshake/mod.ts";
import type { DeploymentStatus } from "./deployment.ts";
import type { ActivationReport } from "./deployments.ts";
import type { Order } from "./order.ts";
import { encodeUpload, type UploadedCode } from "./upload.ts";

/** A host does not do what it is asked: the message says why. */
export class HostError extends Error {
  override readonly name = "HostError";
  /** Of its answer; undefined when there was none. */
  readonly status: number | undefined;

  constructor(problem: string, status?: number, cause?: unknown) {
    super(problem, { cause });
    this.status = status;
  }
}

/**
 * The base of a host's URLs.
 *
 * @throws {TypeError} for what is no URL, and for `http:` beyond this machine: the token would be there for all to read.
 */
export function hostUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`${text}: no host; write https://host[:port], or http://127.0.0.1:4001 on this machine`);
  }
  if (url.username !== "" || url.search !== "" || url.hash !== "") {
    throw new TypeError(`${text}: a host has no user, no query and no fragment`);
  }
  if (url.protocol === "http:" && !isLoopbackAuthority(url.host)) {
    throw new TypeError(`${text}: the token would travel unencrypted; use https://, or a tunnel to this machine`);
  }
  return url;
}

/** Sends the requests. */
export class AdminClient {
  /** As it was given. */
  readonly host: string;
  readonly #url: URL;
  readonly #token: string;

  /** @throws {TypeError} see {@linkcode hostUrl}. */
  constructor(host: string, token: string) {
    this.#url = hostUrl(host);
    this.host = host;
    this.#token = token;
  }

  /** All deployments there. */
  async list(): Promise<readonly DeploymentStatus[]> {
    const answer = await this.#ask<{ readonly deployments: readonly DeploymentStatus[] }>("GET", "deployments");
    return answer.deployments;
  }

  /** Uploads, and has the host find out whether it could serve. */
  async upload(upload: UploadedCode): Promise<DeploymentStatus> {
    const body = encodeUpload(upload);
    return (await this.#ask<{ readonly deployment: DeploymentStatus }>("POST", "deployments", body)).deployment;
  }

  /** Has it serve, all or a share. */
  activate(name: string, order: Pick<Order, "share" | "allowRemoval">): Promise<ActivationReport> {
    return this.#ask("POST", `deployments/${encodeURIComponent(name)}/activate`, order);
  }

  /** Has the canary serve all. */
  promote(name: string, order: Pick<Order, "allowRemoval">): Promise<ActivationReport> {
    return this.#ask("POST", `deployments/${encodeURIComponent(name)}/promote`, order);
  }

  /** Goes back. */
  rollback(order: Pick<Order, "name" | "insist" | "allowRemoval">): Promise<ActivationReport> {
    return this.#ask("POST", "rollback", order);
  }

  /** @throws {HostError} */
  async #ask<Answer>(method: string, path: string, body?: FormData | Order): Promise<Answer> {
    const base = this.#url.href.replace(/\/*$/, "/");
    const headers: Record<string, string> = { authorization: `Bearer ${this.#token}` };
    const isOrder = body !== undefined && !(body instanceof FormData);
    if (isOrder) headers["content-type"] = "application/json";
    let response: Response;
    let text: string;
    try {
      // A redirect would take the token elsewhere.
      const init = { method, headers, redirect: "manual" as const };
      response = await fetch(
        base + path,
        body === undefined ? init : { ...init, body: isOrder ? JSON.stringify(body) : body },
      );
      text = await response.text();
    } catch (cause) {
      throw new HostError(`it cannot be reached: ${reasonOf(cause)}`, undefined, cause);
    }
    const answer = parsed(text);
    if (response.ok && answer !== undefined) return answer as Answer;
    const { error } = (answer ?? {}) as { readonly error?: unknown };
    const said = typeof error === "string" ? error : `no admin listener of Sockeye answers there`;
    throw new HostError(`${response.status}: ${said}`, response.status);
  }
}

/** `fetch` says little itself. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Something else than an admin listener has answered.
    return undefined;
  }
}
