/**
 * `GET /loop`: how late a timer of the server's own process was since it was asked last, in milliseconds each, what its
 * memory is made of, and which version of the code answers. With `?collect`, garbage is collected before.
 *
 * @module
 */
import { defineRoute } from "sockeye";
import { VERSION } from "./_version.ts";

const INTERVAL_MS = 20;

let timer: ReturnType<typeof setInterval> | undefined;
let dueAt = 0;
let lateMs: number[] = [];

export function get(request: Request): Response {
  if (request.url.endsWith("?collect")) (globalThis as { readonly gc?: () => void }).gc?.();
  const answer = { version: VERSION, lateMs, memory: Deno.memoryUsage() };
  lateMs = [];
  return Response.json(answer);
}

export default defineRoute("/loop", {
  start() {
    dueAt = performance.now() + INTERVAL_MS;
    timer = setInterval(tick, INTERVAL_MS);
  },
  stop() {
    clearInterval(timer);
  },
});

function tick(): void {
  const now = performance.now();
  lateMs.push(Math.max(0, now - dueAt));
  dueAt = now + INTERVAL_MS;
}
