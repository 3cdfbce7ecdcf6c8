/**
 * The page at `/`: one self-contained HTML response that may load and run nothing but what it carries.
 *
 * @module
 */
import { LOGO_URL } from "./logo.ts";
import { BODY_HTML } from "./markup.ts";
import { contentSecurityPolicy } from "./policy.ts";
import { SCRIPT_JS } from "./script.ts";
import { STYLE_CSS } from "./style.ts";

const PAGE_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sockeye</title>
<meta name="description" content="A self-hosted WebSocket edge server on Deno: drop a file in routes/, get a WebSocket at its path.">
<link rel="icon" href="${LOGO_URL}">
<style>${STYLE_CSS}</style>
</head>
<body>
${BODY_HTML}
<script>${SCRIPT_JS}</script>
</body>
</html>
`;

/**
 * The page.
 *
 * @param host name and port by which the client reached the server, from the request's URL.
 */
export async function pageResponse(host: string): Promise<Response> {
  const hashes = await (inlineHashes ??= Promise.all([hashSource(STYLE_CSS), hashSource(SCRIPT_JS)]));
  return new Response(PAGE_HTML, {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-cache",
      "Content-Security-Policy": contentSecurityPolicy(host, ...hashes),
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
    },
  });
}

let inlineHashes: Promise<[style: string, script: string]> | undefined;

/** CSP Level 3 §2.3.1: the SHA-256 of the element's text, as a source expression. */
async function hashSource(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return `'sha256-${hash.toBase64()}'`;
}
