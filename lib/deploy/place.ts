/**
 * The paths of an HTTP interface, and what each method does there.
 *
 * @module
 */
import { problem } from "./admin_answer.ts";

/** Answers a request; `name` is what stands for one in the path, decoded, and `""` where none does. */
export type PlaceAnswer = (request: Request, name: string, url: URL) => Promise<Response>;

/** One path: what stands for a name in it, and what each method does. */
export interface Place {
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, PlaceAnswer>>;
}

/**
 * The answer of the first place with that path; without the method it is a 405 with `Allow` (RFC 9110 §15.5.6).
 *
 * @returns `undefined` where no place has the path.
 * @throws {URIError} when the name has a percent sign that begins nothing.
 */
export function answerAt(
  places: readonly Place[],
  request: Request,
  url: URL,
): Response | Promise<Response> | undefined {
  for (const { path, methods } of places) {
    const found = path.exec(url.pathname);
    if (found === null) continue;
    const answer = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (answer !== undefined) return answer(request, decodeURIComponent(found[1] ?? ""), url);
    const allow = Object.keys(methods).join(", ");
    return problem(405, `${request.method} is not possible here; allowed: ${allow}`, { allow });
  }
  return undefined;
}
