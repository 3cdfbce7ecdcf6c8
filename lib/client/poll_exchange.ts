/**
 * One HTTP exchange: a request with a limit of time, and its whole answer or none.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** What one HTTP exchange was, in bytes of HTTP/1.1. */
export interface PollExchange {
  /** The session's beginning, bytes to the server, bytes from it, or that nobody is here any more. */
  readonly kind: "begin" | "send" | "receive" | "leave";
  /** 0: no answer came, or not all of it. */
  readonly status: number;
  /** As the server counted them; 0 where it did not say. */
  readonly requestHeadBytes: number;
  /** Of the client's stream. */
  readonly requestBodyBytes: number;
  /** The status line and all fields that the page may see. */
  readonly responseHeadBytes: number;
  /** Of the server's stream; of a session that begins, the server's terms. */
  readonly responseBodyBytes: number;
  /** From the request to the end of the answer. */
  readonly durationMs: number;
}

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** An answer that came whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A request that is under way. */
export interface Call {
  /** Undefined: no answer came in time, or not all of it; or it was given up. Never rejects. */
  readonly answer: Promise<Answer | undefined>;
  /** Gives it up: `answer` is undefined at once. */
  abort(): void;
}

/** What to ask for. */
export interface CallTerms {
  /** Default: `POST` with a body, else `GET`. */
  readonly method?: "DELETE";
  readonly headers: Record<string, string>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly timeoutMs: number;
  /** It is to outlive the page. */
  readonly keepalive?: boolean;
}

/** What exchanges need. */
export interface ExchangeTerms {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly onExchange?: ((exchange: PollExchange) => void) | undefined;
}

/** Begins an exchange. */
export function call(url: string, kind: PollExchange["kind"], terms: CallTerms, around: ExchangeTerms): Call {
  const { clock, onExchange } = around;
  const begunAt = clock.now();
  const controller = new AbortController();
  let abort = () => {};
  const answer = new Promise<Answer | undefined>((resolve) => {
    let isSettled = false;
    const settle = (response?: Response, body = new Uint8Array()) => {
      if (isSettled) return;
      isSettled = true;
      cancel();
      onExchange?.(exchangeOf(kind, clock.now() - begunAt, terms.body, response, body));
      resolve(response && { status: response.status, headers: response.headers, body });
    };
    abort = () => {
      settle();
      controller.abort();
    };
    const cancel = clock.setTimer(abort, terms.timeoutMs);
    ask(url, terms, around, controller.signal).then(([response, body]) => settle(response, body), () => settle());
  });
  return { answer, abort };
}

async function ask(
  url: string,
  { method, headers, body, keepalive = false }: CallTerms,
  { fetch, onExchange }: ExchangeTerms,
  signal: AbortSignal,
): Promise<[Response, Uint8Array<ArrayBuffer>]> {
  const response = await fetch(url, {
    ...(body ? { method: "POST", body } : { method: method ?? "GET" }),
    headers: onExchange ? { ...headers, "Sockeye-Measure": "1" } : headers,
    cache: "no-store",
    // A WebSocket has cookies sent to any origin, too.
    credentials: "include",
    redirect: "error",
    keepalive,
    signal,
  });
  // Rejected where it is cut short.
  return [response, new Uint8Array(await response.arrayBuffer())];
}

function exchangeOf(
  kind: PollExchange["kind"],
  durationMs: number,
  sent: Uint8Array | undefined,
  response: Response | undefined,
  received: Uint8Array,
): PollExchange {
  return {
    kind,
    status: response?.status ?? 0,
    requestHeadBytes: Number(response?.headers.get("sockeye-request-bytes") ?? 0),
    requestBodyBytes: sent?.length ?? 0,
    responseHeadBytes: response ? headBytes(response) : 0,
    responseBodyBytes: received.length,
    durationMs,
  };
}

/** The length of the head as HTTP/1.1 writes it: a line for the status, one for each field, an empty one. */
function headBytes({ status, statusText, headers }: Response): number {
  let bytes = `HTTP/1.1 ${status} ${statusText}\r\n\r\n`.length;
  for (const [name, value] of headers) bytes += name.length + value.length + ": \r\n".length;
  return bytes;
}

/** An answer, for who reads the error. */
export function told(answer: Answer | undefined): string {
  if (!answer) return "no answer";
  return `${answer.status} ${new TextDecoder().decode(answer.body).slice(0, 200)}`.trim();
}
