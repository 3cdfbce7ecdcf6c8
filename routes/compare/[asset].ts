/**
 * `/compare/page.js` and `/compare/page.css`: what the page at `/compare` is made of.
 *
 * @module
 */
import { assetResponse } from "../_compare/page.ts";
import type { HttpContext } from "sockeye";

/** One of the two, or 404. */
export function get(request: Request, { params }: HttpContext<{ readonly asset: string }>): Promise<Response> {
  return assetResponse(request, params.asset);
}
