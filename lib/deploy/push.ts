/**
 * The push API: publish, and reach single connections, from any program that speaks HTTP.
 *
 * @module
 */
import type { Payload } from "../frame/mod.ts";
import type { ConnectionDirectory } from "../gateway/mod.ts";
import { messageOf } from "../route/table.ts";
import { json, problem, refused } from "./admin_answer.ts";
import { type GuardParts, refusalOf } from "./admin_guard.ts";
import { answerAt, type Place } from "./place.ts";
import { readBody } from "./request_body.ts";
import { RequestError } from "./request_error.ts";

/** What the answers are made of. */
export interface PushParts extends GuardParts {
  readonly connections: Pick<ConnectionDirectory, "status" | "send" | "close">;
  /** See `Hub.publish`. */
  publish(topic: string, payload: Payload): void | Promise<void>;
  readonly maxMessageBytes: number;
}

/** Topics of one request. */
const MAX_TOPICS = 1000;
const NORMAL_CLOSURE = 1000;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Answers requests. */
export class Push {
  readonly #parts: PushParts;
  readonly #places: readonly Place[];

  constructor(parts: PushParts) {
    this.#parts = parts;
    this.#places = [
      { path: /^\/publish$/, methods: { POST: (request, _, url) => this.#publish(request, url) } },
      {
        path: /^\/connections\/([^/]+)$/,
        methods: {
          GET: (_, id) => this.#status(id),
          POST: (request, id) => this.#send(request, id),
          DELETE: (_, id, url) => this.#close(url, id),
        },
      },
    ];
  }

  /** Whether a path is one of the push API's. */
  has(pathname: string): boolean {
    return this.#places.some(({ path }) => path.test(pathname));
  }

  /** Answers, whatever happens: never rejects. */
  async answer(request: Request): Promise<Response> {
    try {
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof RequestError) return problem(error.status, error.message);
      // Of a topic, a code or a reason that are not allowed, and of an id with a percent sign that begins nothing.
      if (error instanceof TypeError || error instanceof URIError) return problem(400, messageOf(error));
      return problem(503, messageOf(error), { "retry-after": "1" });
    }
  }

  #answer(request: Request): Response | Promise<Response> {
    const refusal = refusalOf(request, this.#parts);
    if (refusal !== undefined) return refused(refusal);
    const url = new URL(request.url);
    return answerAt(this.#places, request, url) ?? problem(404, `there is nothing at ${url.pathname}`);
  }

  /** Answers when the message is stored, where its topic has a history. */
  async #publish(request: Request, { searchParams }: URL): Promise<Response> {
    const topics = searchParams.getAll("topic");
    if (topics.length === 0) throw new RequestError(400, "say where to: POST /publish?topic=NAME, once for each topic");
    if (topics.length > MAX_TOPICS) throw new RequestError(400, `at most ${MAX_TOPICS} topics at a time`);
    const payload = await this.#read(request);
    await Promise.all(topics.map((topic) => this.#parts.publish(topic, payload)));
    return json(200, { published: topics.length });
  }

  async #status(id: string): Promise<Response> {
    const connection = await this.#parts.connections.status(id);
    return connection === undefined ? unknown(id) : json(200, { connection });
  }

  async #send(request: Request, id: string): Promise<Response> {
    const payload = await this.#read(request);
    return await this.#parts.connections.send(id, payload) ? json(200, { sent: true }) : unknown(id);
  }

  async #close({ searchParams }: URL, id: string): Promise<Response> {
    const code = searchParams.has("code") ? Number(searchParams.get("code")) : NORMAL_CLOSURE;
    const isClosed = await this.#parts.connections.close(id, code, searchParams.get("reason") ?? "");
    return isClosed ? json(200, { closed: true }) : unknown(id);
  }

  /** The body as it is: bytes where it is an octet stream, otherwise text. */
  async #read(request: Request): Promise<Payload> {
    const { maxMessageBytes } = this.#parts;
    const bytes = await readBody(
      request,
      maxMessageBytes,
      `a message has ${maxMessageBytes} bytes at most (maxMessageBytes)`,
    );
    if (/^application\/octet-stream\b/i.test(request.headers.get("content-type") ?? "")) return bytes;
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new RequestError(400, "the body is not UTF-8: send bytes as content-type: application/octet-stream", cause);
    }
  }
}

function unknown(id: string): Response {
  return problem(404, `there is no connection ${JSON.stringify(id)}: it may have ended`);
}
