/**
 * What the admin listener answers: which deployments there are, and what is to become of them.
 *
 * @module
 */
import { messageOf } from "../route/table.ts";
import type { Manifest, RuntimeLog } from "../runtime/mod.ts";
import { json, problem, refused } from "./admin_answer.ts";
import { type MetricsGuardParts, metricsRefusalOf, refusalOf } from "./admin_guard.ts";
import { type Candidate, type CandidateHost, codeOfUpload, prepare } from "./candidate.ts";
import { type DeployTracer, type OperationName, UNTRACED } from "./deploy_tracer.ts";
import type { DeploymentStatus } from "./deployment.ts";
import { type ActivationReport, DeploymentConflict, type Deployments, UnknownDeployment } from "./deployments.ts";
import { readOrder } from "./order.ts";
import { answerAt, type Place } from "./place.ts";
import { RequestError } from "./request_error.ts";
import { checkUpload, readUpload, type UploadedCode } from "./upload.ts";

/** What the answers are made of. */
export interface AdminParts extends MetricsGuardParts {
  readonly deployments: Deployments;
  readonly candidates: CandidateHost;
  readonly maxDeploymentBytes: number;
  /** That uploads must be signed for; empty: they need not be. */
  readonly deployKey: string;
  readonly log: RuntimeLog & { info(message: string, fields?: Readonly<Record<string, unknown>>): void };
  /** The metrics as a monitor reads them, and the media type of that. */
  metrics(): { readonly text: string; readonly type: string };
  /** Makes spans of what is done. Default: nothing does. */
  readonly tracer?: DeployTracer | undefined;
  /** Has the server go away in good order. */
  drain(): void;
}

/** What may be read with a token of its own. */
const METRICS = /^\/metrics$/;

/** Answers requests. */
export class Admin {
  readonly #parts: AdminParts;
  readonly #tracer: DeployTracer;
  readonly #places: readonly Place[];

  constructor(parts: AdminParts) {
    this.#parts = parts;
    this.#tracer = parts.tracer ?? UNTRACED;
    this.#places = [
      {
        path: /^\/deployments$/,
        methods: {
          GET: () => this.#list(),
          POST: (request) => this.#tracer.operation("upload", () => this.#upload(request)),
        },
      },
      {
        path: /^\/deployments\/([\w.-]+)\/activate$/,
        methods: { POST: (request, name) => this.#activate(request, name) },
      },
      {
        path: /^\/deployments\/([\w.-]+)\/promote$/,
        methods: { POST: (request, name) => this.#promote(request, name) },
      },
      { path: /^\/rollback$/, methods: { POST: (request) => this.#rollback(request) } },
      { path: METRICS, methods: { GET: () => this.#metrics(), HEAD: () => this.#metrics() } },
      { path: /^\/drain$/, methods: { POST: () => this.#drain() } },
    ];
  }

  /** Answers, whatever happens: never rejects. */
  async answer(request: Request): Promise<Response> {
    try {
      return await this.#answer(request);
    } catch (error) {
      const status = statusOf(error);
      if (status === 500) this.#parts.log.error("an admin request could not be answered", { error });
      return problem(status, messageOf(error));
    }
  }

  #answer(request: Request): Response | Promise<Response> {
    const url = new URL(request.url);
    const refusal = (METRICS.test(url.pathname) ? metricsRefusalOf : refusalOf)(request, this.#parts);
    if (refusal !== undefined) return refused(refusal);
    return answerAt(this.#places, request, url) ??
      problem(404, `there is nothing at ${url.pathname}: docs/DEPLOYS.md lists what there is`);
  }

  #list(): Promise<Response> {
    return Promise.resolve(json(200, { deployments: this.#parts.deployments.list() }));
  }

  /** Takes a deployment in, and finds out whether it could serve. Nothing changes for anybody yet. */
  async #upload(request: Request): Promise<Response> {
    const { deployments, maxDeploymentBytes, deployKey, log } = this.#parts;
    const upload = await readUpload(request, maxDeploymentBytes);
    const manifest = await checkUpload(upload, deployKey);
    this.#tracer.note({ deployment: manifest.deployment });
    const known = deployments.find(manifest.deployment);
    if (known !== undefined && known.state !== "failed") return json(200, { deployment: known });
    const { code, runtimes } = await this.#prepare(manifest, upload);
    const deployment = await deployments.add(code, runtimes);
    this.#tracer.note({ state: deployment.state });
    log.info(`deployment ${deployment.name} is ready`);
    return json(201, { deployment });
  }

  /** What cannot serve is in the list, with the reason. */
  async #prepare(manifest: Manifest, upload: UploadedCode): Promise<Candidate> {
    const { deployments, candidates, log } = this.#parts;
    try {
      return await this.#tracer.step("prepare", () => prepare(manifest, upload, candidates));
    } catch (error) {
      const reason = messageOf(error);
      await deployments.addFailed(codeOfUpload(manifest, upload, candidates), reason);
      log.warn(`deployment ${manifest.deployment} is not ready`, { reason });
      throw new RequestError(422, reason, error);
    }
  }

  async #activate(request: Request, name: string): Promise<Response> {
    const rules = await readOrder(request, ["share", "allowRemoval"]);
    return json(200, await this.#told("activate", name, () => this.#parts.deployments.activate(name, rules)));
  }

  async #promote(request: Request, name: string): Promise<Response> {
    const rules = await readOrder(request, ["allowRemoval"]);
    return json(200, await this.#told("promote", name, () => this.#parts.deployments.promote(name, rules)));
  }

  async #rollback(request: Request): Promise<Response> {
    const { name, ...rules } = await readOrder(request, ["name", "insist", "allowRemoval"]);
    const what = name ?? "the deployment before";
    return json(200, await this.#told("rollback", what, () => this.#parts.deployments.rollback(name, rules)));
  }

  #metrics(): Promise<Response> {
    const { text, type } = this.#parts.metrics();
    const headers = { "content-type": type, "cache-control": "no-store" };
    return Promise.resolve(new Response(text, { headers }));
  }

  #drain(): Promise<Response> {
    this.#parts.drain();
    return Promise.resolve(json(202, { draining: true }));
  }

  /** Whoever reads the log of the server sees what was done to it from elsewhere. */
  #told(what: OperationName, name: string, operation: () => Promise<ActivationReport>): Promise<ActivationReport> {
    return this.#tracer.operation(what, () => this.#tell(name, operation));
  }

  async #tell(name: string, operation: () => Promise<ActivationReport>): Promise<ActivationReport> {
    const { log } = this.#parts;
    try {
      const report = await operation();
      const { deployment, moved, dismissed, lost } = report;
      log.info(`deployment ${described(deployment)}`, { moved, dismissed, lost });
      return report;
    } catch (error) {
      if (error instanceof DeploymentConflict || error instanceof UnknownDeployment) throw error;
      log.warn(`${name} does not serve: what served before goes on`, { reason: messageOf(error) });
      throw new RequestError(422, messageOf(error), error);
    }
  }
}

function described({ name, state, share }: DeploymentStatus): string {
  return share === undefined ? `${name} is ${state}` : `${name} is a canary for ${share * 100} % of the peers`;
}

function statusOf(error: unknown): number {
  if (error instanceof RequestError) return error.status;
  if (error instanceof UnknownDeployment) return 404;
  return error instanceof DeploymentConflict ? 409 : 500;
}
