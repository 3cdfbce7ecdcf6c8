/**
 * The page at `/compare` and its assets: under a policy that lets it load them and the server's client modules, and
 * nothing else.
 *
 * @module
 */
import { LOGO_SVG, LOGO_URL } from "../_page/logo.ts";
import { contentSecurityPolicy } from "../_page/policy.ts";
import { CHART_CSS, COMPARE_SCRIPT } from "./bundle.ts";
import { COMPARE_CSS } from "./style.ts";

const ASSETS: Readonly<Record<string, readonly [type: string, text: string]>> = {
  "page.js": ["text/javascript; charset=utf-8", COMPARE_SCRIPT],
  "page.css": ["text/css; charset=utf-8", CHART_CSS + COMPARE_CSS],
};

const PAGE_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sockeye: polling, long-polling, WebSocket</title>
<meta name="description" content="The same events over polling, long-polling and WebSocket, measured in your browser.">
<link rel="icon" href="${LOGO_URL}">
<link rel="stylesheet" href="/compare/page.css">
<script type="module" src="/compare/page.js"></script>
</head>
<body>
<header class="top">
<p class="brand"><a href="/" aria-label="Sockeye, first page">${LOGO_SVG}<b>Sockeye</b></a></p>
<h1>What does it cost to wait for news?</h1>
<p class="lead">HTTP has the client ask and the server answer. A page that waits for news must therefore ask again and again, and every question and every answer carries its whole head: hundreds of bytes, mostly the same ones. <b>Polling</b> asks on a timer, so news waits for the next question, and where there is little of it, most questions are for nothing. <b>Long-polling</b> (comet) has the server hold the answer back until there is news: soon there, but a head in each direction for every piece of it. <b>WebSocket</b> pays for one <a href="/#handshake">handshake</a>; after that a short message costs two to six bytes more than it says.</p>
<noscript><p class="warn">The comparison runs in your browser and needs JavaScript.</p></noscript>
</header>
<main id="app"></main>
</body>
</html>
`;

/** The page. */
export async function pageResponse(request: Request): Promise<Response> {
  return await answer(request, "text/html; charset=utf-8", PAGE_HTML, {
    "Content-Security-Policy": contentSecurityPolicy(new URL(request.url).host, "'self'", "'self'"),
    "Referrer-Policy": "no-referrer",
  });
}

/** An asset by its name, or 404. */
export async function assetResponse(request: Request, name: string): Promise<Response> {
  const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  if (asset === undefined) return new Response(`There is no ${JSON.stringify(name)} here.\n`, { status: 404 });
  return await answer(request, ...asset, {});
}

/** A text with its tag, 304 where the client has it, packed where the client takes that. */
async function answer(request: Request, type: string, text: string, more: HeadersInit): Promise<Response> {
  const { etag, packed } = await (made.get(text) ?? keep(text));
  const headers = new Headers(more);
  headers.set("Content-Type", type);
  headers.set("Cache-Control", "no-cache");
  headers.set("ETag", etag);
  headers.set("Vary", "Accept-Encoding");
  headers.set("X-Content-Type-Options", "nosniff");
  const known = request.headers.get("if-none-match")?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known?.includes(etag)) return new Response(null, { status: 304, headers });
  if (!/(?:^|[\s,])gzip(?:$|[\s,])/.test(request.headers.get("accept-encoding") ?? "")) {
    return new Response(text, { headers });
  }
  headers.set("Content-Encoding", "gzip");
  return new Response(packed, { headers });
}

interface Made {
  /** RFC 9110 §8.8.3, with its quotes. */
  readonly etag: string;
  readonly packed: Uint8Array<ArrayBuffer>;
}

/** By text: each is made once, when it is first asked for. */
const made = new Map<string, Promise<Made>>();

function keep(text: string): Promise<Made> {
  const making = make(text);
  made.set(text, making);
  return making;
}

async function make(text: string): Promise<Made> {
  const bytes = new TextEncoder().encode(text);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return { etag: `"${hash}"`, packed: new Uint8Array(await new Response(stream).arrayBuffer()) };
}
