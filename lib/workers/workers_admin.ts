/**
 * The admin requests of a server with workers: carried out in all of them, all or none, and answered once.
 *
 * Each worker answers as a server alone would; what they say is taken together here.
 *
 * @module
 */
import {
  type ActivationReport,
  checkUpload,
  type DeploymentStatus,
  encodeUpload,
  json,
  type MetricsGuardParts,
  metricsRefusalOf,
  problem,
  readBody,
  readUpload,
  refusalOf,
  refused,
  RequestError,
} from "../deploy/mod.ts";
import type { Clock } from "../gateway/mod.ts";
import { EXPOSITION_TYPE, type Log } from "../observe/mod.ts";
import { limited, messageOf } from "../route/table.ts";
import type { Crew } from "./crew.ts";
import type { DeploymentLedger } from "./deployment_ledger.ts";
import { mergedLists, mergedReports, mergedStatus } from "./merged_status.ts";
import { wayBack } from "./way_back.ts";
import { type AdminAnswer, type AdminAsk, DOWN } from "./wire.ts";
import type { WorkerLife } from "./worker_life.ts";

/** What of a worker is used. */
export type AskedWorker = Pick<WorkerLife, "number" | "rows" | "call">;

/** What the answers are made of. */
export interface WorkersAdminParts extends MetricsGuardParts {
  readonly crew: Pick<Crew, "inTurn"> & { readonly up: readonly AskedWorker[] };
  readonly ledger: Pick<DeploymentLedger, "learn" | "record">;
  readonly maxDeploymentBytes: number;
  readonly deployKey: string;
  readonly clock: Pick<Clock, "setTimer">;
  /** A worker that has not answered then has failed. */
  readonly timeoutMs: number;
  readonly log: Log;
  /** The text of the metrics of all. */
  metrics(): Promise<string>;
  drain(): void;
}

/** Paths of the push API: any worker reaches the connections and the topics of all. */
const PUSH = /^\/(?:publish$|connections\/)/;
/** What may be read with a token of its own. */
const METRICS = /^\/metrics$/;
/** It stands where a single process is. */
const INSPECTOR = /^\/inspector(?:\/|$)/;

/** Longest body of a request that is no upload. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Answers requests. */
export class WorkersAdmin {
  readonly #parts: WorkersAdminParts;

  constructor(parts: WorkersAdminParts) {
    this.#parts = parts;
  }

  /** Answers, whatever happens: never rejects. */
  async answer(request: Request): Promise<Response> {
    try {
      if (INSPECTOR.test(new URL(request.url).pathname)) {
        return problem(501, "the inspector shows one process: start the server without --workers to look into it");
      }
      // The push API has a token of its own, which the worker knows.
      if (PUSH.test(new URL(request.url).pathname)) return await this.#other(request);
      const isRead = METRICS.test(new URL(request.url).pathname);
      const refusal = (isRead ? metricsRefusalOf : refusalOf)(request, this.#parts);
      return refusal === undefined ? await this.#answer(request) : refused(refusal);
    } catch (error) {
      if (error instanceof RequestError) return problem(error.status, error.message);
      this.#parts.log.error("an admin request could not be answered", { error });
      return problem(500, messageOf(error));
    }
  }

  #answer(request: Request): Promise<Response> {
    const what = `${request.method} ${new URL(request.url).pathname}`;
    if (what === "GET /deployments") return this.#list(request);
    if (what === "POST /deployments") return this.#upload(request);
    if (what === "GET /metrics" || what === "HEAD /metrics") return this.#metrics();
    if (what === "POST /drain") return this.#drain();
    if (/^POST \/(?:rollback|deployments\/[\w.-]+\/(?:activate|promote))$/.test(what)) return this.#order(request);
    return this.#other(request);
  }

  async #list(request: Request): Promise<Response> {
    const ask = await askOf(request);
    const lists = await Promise.all(this.#up().map((worker) => this.#listOf(worker, ask.headers)));
    return json(200, { deployments: mergedLists(lists) });
  }

  /** Ready everywhere, or what the first says that is not. */
  async #upload(request: Request): Promise<Response> {
    const { crew, ledger, maxDeploymentBytes, deployKey } = this.#parts;
    const upload = await readUpload(request, maxDeploymentBytes);
    const { deployment: name } = await checkUpload(upload, deployKey);
    const body = new Response(encodeUpload(upload));
    const ask = { ...headOf(request, body.headers.get("content-type")), body: await body.bytes() };
    return await crew.inTurn(async () => {
      const workers = this.#up();
      const answers = await Promise.all(workers.map((worker) => this.#ask(worker, ask)));
      const isReady = answers.every(({ status }) => status === 200 || status === 201);
      if (isReady) ledger.learn(name, upload);
      const stored = await this.#record();
      if (!isReady) return responseOf(answers.find(({ status }) => status > 201)!);
      if (stored !== undefined) throw new RequestError(500, `the deployment could not be stored: ${stored}`);
      const all = answers.map((answer) => bodyOf<{ readonly deployment: DeploymentStatus }>(answer).deployment);
      return json(Math.max(...answers.map(({ status }) => status)), { deployment: mergedStatus(all) });
    });
  }

  /** One worker first: what it refuses the others are not asked for. */
  async #order(request: Request): Promise<Response> {
    const ask = await askOf(request);
    return await this.#parts.crew.inTurn(async () => {
      const workers = this.#up();
      const before = await Promise.all(workers.map((worker) => this.#listOf(worker, ask.headers)));
      const answers = [await this.#ask(workers[0]!, ask)];
      if (answers[0]!.status === 200) {
        answers.push(...await Promise.all(workers.slice(1).map((worker) => this.#ask(worker, ask))));
      }
      const failedAt = answers.findIndex(({ status }) => status !== 200);
      if (failedAt > 0) {
        const words = await this.#goBack(workers, answers, before, ask.headers);
        const { error } = bodyOf<{ readonly error?: string }>(answers[failedAt]!);
        await this.#record();
        return problem(answers[failedAt]!.status, `worker ${workers[failedAt]!.number}: ${error}; ${words}`);
      }
      const unstored = await this.#record();
      if (failedAt === 0) return responseOf(answers[0]!);
      const report = mergedReports(answers.map((answer) => bodyOf<ActivationReport>(answer)));
      if (unstored === undefined) return json(200, report);
      const warning = `the deployments could not be stored: what serves after a restart is what was stored before`;
      return json(200, { ...report, warning: `${warning} (${unstored})` });
    });
  }

  async #metrics(): Promise<Response> {
    return new Response(await this.#parts.metrics(), {
      headers: { "content-type": EXPOSITION_TYPE, "cache-control": "no-store" },
    });
  }

  #drain(): Promise<Response> {
    this.#parts.drain();
    return Promise.resolve(json(202, { draining: true }));
  }

  /** What concerns no deployment is one worker's business, whichever it is. */
  async #other(request: Request): Promise<Response> {
    return responseOf(await this.#ask(this.#up()[0]!, await askOf(request)));
  }

  #up(): readonly AskedWorker[] {
    const { up } = this.#parts.crew;
    if (up.length === 0) throw new RequestError(503, "no worker is up at the moment: try again in a second");
    return up;
  }

  /** Never rejects: a worker that ends or is silent has answered that. */
  async #ask(worker: AskedWorker, ask: AdminAsk): Promise<AdminAnswer> {
    const { clock, timeoutMs } = this.#parts;
    try {
      return await limited(worker.call(DOWN.ASK, ask), "the answer", { clock, timeoutMs }) as AdminAnswer;
    } catch (error) {
      return { status: 422, headers: [], body: JSON.stringify({ error: messageOf(error) }) };
    }
  }

  async #listOf(worker: AskedWorker, headers: AdminAsk["headers"]): Promise<readonly DeploymentStatus[]> {
    const ask = { method: "GET", url: "http://localhost/deployments", headers, body: NO_BYTES };
    const answer = await this.#ask(worker, ask);
    const { deployments, error } = bodyOf<{ readonly deployments?: readonly DeploymentStatus[]; error?: string }>(
      answer,
    );
    if (deployments !== undefined) return deployments;
    throw new RequestError(503, `worker ${worker.number}: ${error}`);
  }

  /** @returns what became of those who had gone on. */
  async #goBack(
    workers: readonly AskedWorker[],
    answers: readonly AdminAnswer[],
    before: readonly (readonly DeploymentStatus[])[],
    headers: AdminAsk["headers"],
  ): Promise<string> {
    const problems = await Promise.all(workers.map(async (worker, at) => {
      if (answers[at]!.status !== 200) return [];
      try {
        const now = await this.#listOf(worker, headers);
        for (const { path, order } of wayBack(before[at]!, now)) {
          const answer = await this.#ask(worker, orderOf(path, order, headers));
          if (answer.status !== 200) throw new Error(bodyOf<{ readonly error?: string }>(answer).error);
        }
        return [];
      } catch (error) {
        return [`worker ${worker.number} did NOT go back: ${messageOf(error)}`];
      }
    }));
    const told = problems.flat();
    return told.length === 0 ? "the others have gone back: what served before goes on" : told.join("; ");
  }

  /** @returns why it could not be stored. */
  async #record(): Promise<string | undefined> {
    const [worker] = this.#parts.crew.up;
    if (worker === undefined) return undefined;
    try {
      await this.#parts.ledger.record(worker.rows ?? []);
      return undefined;
    } catch (error) {
      this.#parts.log.error("the deployments could not be stored", { error });
      return messageOf(error);
    }
  }
}

const NO_BYTES = new Uint8Array(0);

function headOf({ method, url, headers }: Request, contentType: string | null): Omit<AdminAsk, "body"> {
  const own: [string, string][] = contentType === null ? [] : [["content-type", contentType]];
  return { method, url, headers: [...withoutContent([...headers]), ...own] };
}

/** A request of the parent's own, by whoever has asked. */
function orderOf(path: string, order: Readonly<Record<string, unknown>>, headers: AdminAsk["headers"]): AdminAsk {
  return {
    method: "POST",
    url: `http://localhost${path}`,
    headers: [...withoutContent(headers), ["content-type", "application/json"]],
    body: new TextEncoder().encode(JSON.stringify(order)),
  };
}

function withoutContent(headers: AdminAsk["headers"]): AdminAsk["headers"] {
  return headers.filter(([name]) => !name.startsWith("content-"));
}

async function askOf(request: Request): Promise<AdminAsk> {
  const body = await readBody(request, MAX_BODY_BYTES, `a request may have ${MAX_BODY_BYTES} bytes here`);
  return { ...headOf(request, request.headers.get("content-type")), body };
}

function responseOf({ status, headers, body }: AdminAnswer): Response {
  return new Response(body, {
    status,
    headers: headers.length > 0 ? [...headers] as [string, string][] : JSON_HEADERS,
  });
}

const JSON_HEADERS: [string, string][] = [["content-type", "application/json"], ["cache-control", "no-store"]];

function bodyOf<Body>({ body }: AdminAnswer): Body {
  return JSON.parse(body) as Body;
}
