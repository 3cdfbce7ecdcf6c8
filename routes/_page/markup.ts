/**
 * The page's HTML, without style and script. Texts a reader sees stand here, or beside the route they belong to in
 * `browser/routes.js`.
 *
 * @module
 */
import { LOGO_SVG } from "./logo.ts";

/** A route in ten lines, as the page shows it. */
export const EXAMPLE_ROUTE = `import { defineRoute } from "sockeye";

export default defineRoute("/hello", {
  open(peer) {
    peer.send("Hello! Say something.");
  },
  message(peer, message) {
    peer.send(\`You said: \${message.text()}\`);
  },
});`;

const CLASSIC_SNIPPET = `var ws = new WebSocket("ws://127.0.0.1:4000");
ws.onopen = () => ws.send("hello");
ws.onmessage = (event) => console.log(event.data);`;

const TERMINAL_SNIPPET = "npx -y wscat -c ws://127.0.0.1:4000";

const HEADER = `<header class="top">
<p class="brand">${LOGO_SVG}<b>Sockeye</b></p>
<h1>Drop a file in <code>routes/</code>, get a WebSocket at its path.</h1>
<p class="lead">Sockeye is a self-hosted WebSocket edge server on Deno: it owns the sockets, your file owns what a message means. You are looking at one that runs; try it below.</p>
<noscript><p class="warn">The consoles below need JavaScript. The routes do not: any WebSocket client will do.</p></noscript>
</header>`;

const CONSOLES = `<section aria-labelledby="try">
<h2 id="try">Try a route</h2>
<div class="tabs" role="tablist" aria-label="Routes"></div>
<div id="panels"></div>
<p>Or open <a href="/chat/lobby">/chat/lobby</a> in two windows: a chat that remembers, knows who is there, and misses nothing when the network does.</p>
<p>Why a WebSocket at all? <a href="/compare">/compare</a> runs it beside polling and long-polling in your browser, and counts what each costs.</p>
</section>`;

const CONSOLE_TEMPLATE = `<template id="console">
<div class="card panel" role="tabpanel" tabindex="-1">
<p class="about"></p>
<form class="dial" novalidate>
<label class="grow" data-only="own">Path<input name="path" value="/hello" spellcheck="false" autocapitalize="off" autocomplete="off"></label>
<label class="grow" data-only="rooms">Room<input name="room" value="lobby" maxlength="64" spellcheck="false" autocapitalize="off" autocomplete="off"></label>
<label class="grow" data-only="rooms">Your name<input name="name" maxlength="32" placeholder="one is found for you" autocomplete="nickname"></label>
<code class="url"></code>
<span class="state" role="status"></span>
<button class="primary" name="toggle">Connect</button>
</form>
<p class="face" data-only="clock" aria-hidden="true">--:--:--</p>
<dl class="facts">
<div><dt>Sent</dt><dd data-fact="sent">0</dd></div>
<div><dt>Received</dt><dd data-fact="received">0</dd></div>
<div data-only="echo"><dt>Round trip</dt><dd data-fact="last">–</dd></div>
<div data-only="echo"><dt>Median</dt><dd data-fact="median">–</dd></div>
<div data-only="rooms"><dt>In the room</dt><dd data-fact="count">–</dd></div>
<div data-only="clock"><dt>Watching</dt><dd data-fact="watching">–</dd></div>
<div data-only="clock"><dt>Off your clock by</dt><dd data-fact="offset">–</dd></div>
<div class="right"><button type="button" name="measure" data-only="echo" disabled>Measure 100</button> <button type="button" name="clear">Clear</button></div>
</dl>
<div class="log" role="log" aria-live="polite" tabindex="0"></div>
<form class="composer" data-not="clock" novalidate>
<select name="kind" aria-label="Send as" autocomplete="off"><option value="text">Text</option><option value="hex">Hex bytes</option><option value="file">File</option></select>
<textarea name="text" rows="1" aria-label="Message" spellcheck="false"></textarea>
<input name="file" type="file" aria-label="File to send as one binary message" hidden>
<button class="primary" name="send" disabled>Send</button>
</form>
<details><summary>Close with a code</summary>
<form class="closing" novalidate>
<label>Code<input name="code" inputmode="numeric" value="1000" size="6" autocomplete="off"></label>
<label class="grow">Reason<input name="reason" value="bye" autocomplete="off"></label>
<button name="close" disabled>Close</button>
</form></details>
</div>
</template>`;

const SNIPPETS = `<div class="pair">
<section class="card" aria-labelledby="classic">
<h2 id="classic">From any console</h2>
<p>Open the browser's developer tools on this page and paste:</p>
<pre><code id="classic-code">${escapeHtml(CLASSIC_SNIPPET)}</code></pre>
<p class="row"><button type="button" data-copy="classic-code">Copy</button><span class="hint">It greets you, then answers what you send.</span></p>
<p>Or in a terminal:</p>
<pre><code id="terminal-code">${TERMINAL_SNIPPET}</code></pre>
<p class="row"><button type="button" data-copy="terminal-code">Copy</button><span class="hint">Type a line, press Enter; Ctrl+C ends it.</span></p>
</section>
<section class="card" aria-labelledby="add">
<h2 id="add">Add a route</h2>
<pre><code id="example-code">${escapeHtml(EXAMPLE_ROUTE)}</code></pre>
<p class="row"><button type="button" data-copy="example-code">Copy</button><span class="hint">Save as <code>routes/hello.ts</code>, restart, connect here:</span></p>
<form class="row" id="own-path" novalidate>
<label class="grow"><span class="unseen">Path to connect to</span><input name="path" value="/hello" spellcheck="false" autocapitalize="off" autocomplete="off"></label>
<button class="primary">Connect</button>
</form>
</section>
</div>`;

const HANDSHAKE = `<section class="card" aria-labelledby="handshake">
<h2 id="handshake">The handshake <small>computed in your browser</small></h2>
<p>The client sends 16 random bytes in Base64; the server proves that it speaks WebSocket by answering with their hash (RFC&nbsp;6455&nbsp;§4.2.2).</p>
<div class="row"><label class="grow">Sec-WebSocket-Key<input id="key" value="dGhlIHNhbXBsZSBub25jZQ==" spellcheck="false" autocapitalize="off" autocomplete="off"></label><button type="button" id="new-key">New key</button></div>
<dl class="steps" aria-live="polite">
<dt>Key + GUID</dt><dd id="key-joined"></dd>
<dt>SHA-1</dt><dd id="key-hash"></dd>
<dt>Base64 = Sec-WebSocket-Accept</dt><dd id="key-accept" class="result"></dd>
</dl>
<p class="hint" id="key-note" role="status"></p>
</section>`;

const FRAME = `<section class="card" aria-labelledby="frame">
<h2 id="frame">A frame, bit by bit <small>computed in your browser</small></h2>
<div class="row"><label class="grow">Text<input id="frame-text" value="Hello" spellcheck="false" autocomplete="off"></label>
<label>Repeat<select id="frame-repeat" autocomplete="off"><option value="1">once</option><option value="100">× 100</option><option value="20000">× 20 000</option></select></label>
<button type="button" id="new-mask">New mask</button></div>
<div id="bits" class="bits"></div>
<dl class="steps">
<dt id="extended-term">Extended length</dt><dd id="frame-extended"></dd>
<dt>Masking key</dt><dd id="frame-mask"></dd>
<dt>Payload, masked</dt><dd id="frame-payload" class="result"></dd>
</dl>
<p class="hint" id="frame-note" role="status"></p>
</section>`;

const FOOTER = `<footer><a href="/health">/health</a> <a href="/ready">/ready</a>
<a href="https://www.rfc-editor.org/rfc/rfc6455" rel="noreferrer">RFC 6455</a></footer>`;

/** What stands in `<body>`. */
export const BODY_HTML = [
  HEADER,
  `<main>${CONSOLES}${SNIPPETS}`,
  `<div class="pair">${HANDSHAKE}${FRAME}</div></main>`,
  FOOTER,
  CONSOLE_TEMPLATE,
].join("\n");

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
