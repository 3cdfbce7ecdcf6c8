/**
 * Development: what a browser is shown while the code that was saved last cannot be served.
 *
 * @module
 */
import type { RequestHead } from "../http/mod.ts";

const STYLE = `
  body { margin: 0; padding: 3rem clamp(1rem, 6vw, 5rem); font: 16px/1.5 system-ui, sans-serif; background: #fff8f6; color: #2b1512 }
  h1 { font-size: 1.4rem; margin: 0 0 .5rem }
  p { margin: 0 0 1.5rem; max-width: 44rem }
  pre { margin: 0; padding: 1rem 1.25rem; overflow-x: auto; border-left: 4px solid #d3412a; background: #fff; font: 14px/1.5 ui-monospace, monospace }
  @media (prefers-color-scheme: dark) { body { background: #1d1210; color: #f6e4e0 } pre { background: #2a1916 } }
`;

/** Whether a person waits for a page. */
export function isNavigation({ method, fields }: RequestHead): boolean {
  return method === "GET" && (fields.get("accept") ?? "").includes("text/html");
}

/** A page that says what is wrong, and asks again every second. */
export function problemPage(problem: string): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="1">
<title>Sockeye: the code cannot be served</title>
<style>${STYLE}</style>
<h1>What was saved last cannot be served</h1>
<p>Open sockets go on with the code before. This page goes away when the file is mended and saved.</p>
<pre>${escaped(problem)}</pre>
</html>
`;
  return new Response(html, {
    status: 500,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    },
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
