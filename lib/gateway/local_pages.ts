/**
 * Pages of the development server itself, for whoever sits at this machine: below `/_sockeye/`, to a browser that has come
 * straight here.
 *
 * @module
 */
import { HttpError, type RequestHead } from "../http/mod.ts";

/** Who makes them. */
export interface LocalPages {
  /** Whether there is something at this path. */
  has(path: string): boolean;
  /** Answers; never rejects. */
  answer(request: Request): Promise<Response>;
}

/** Fields that proxies add: whoever comes by one may sit anywhere. */
export const FORWARDING_FIELDS = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];

/**
 * Whether the request is for one of them. The server is bound to loopback then, and Host is a loopback name.
 *
 * @throws {HttpError} 403 when it was forwarded, and 405.
 */
export function isLocalPage(pages: LocalPages | undefined, head: RequestHead): pages is LocalPages {
  if (pages === undefined || !pages.has(head.path)) return false;
  const field = FORWARDING_FIELDS.find((name) => head.fields.has(name));
  if (field !== undefined) {
    throw new HttpError(403, `This page is for whoever sits at this machine: the request was forwarded (${field}).`);
  }
  if (["GET", "HEAD", "POST"].includes(head.method)) return true;
  throw new HttpError(405, "Allowed here: GET, HEAD, POST.", { Allow: "GET, HEAD, POST" });
}
