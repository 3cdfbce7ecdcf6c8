/**
 * `/chat/[room]`: a chat with history and presence. Open it in two browsers, reload one, switch its network off and on.
 *
 * @module
 */
import { defineRoute } from "sockeye";

const DAY_MS = 86_400_000;

/** The page. */
export function get(): Response {
  return new Response(PAGE, { headers: { "content-type": "text/html; charset=utf-8" } });
}

export default defineRoute("/chat/[room]", {
  options: { maxMessageBytes: 4_096, messageRate: 10 },
  topics: { "chat:*": { history: { limit: 200, ttlMs: DAY_MS } } },
  upgrade: (request) => ({ context: new URL(request.url).searchParams.get("name")?.slice(0, 32) || "somebody" }),
  // Of all topics, a client may read that of its room.
  subscribe: (peer, topic) => topic === `chat:${peer.params.room}`,
  open: (peer) => peer.presence.join(`chat:${peer.params.room}`, { key: peer.context }),
  message(peer, message) {
    const said = JSON.stringify({ from: peer.context, text: message.text(), at: Date.now() });
    return peer.publish(`chat:${peer.params.room}`, said, { self: true });
  },
});

const PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Chat</title>
<style>
  body { font: 1rem/1.5 system-ui; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
  input { font: inherit; width: 100%; padding: .5rem; box-sizing: border-box }
  ol { list-style: none; padding: 0 } #state { opacity: .7 }
</style>
<p id="state" role="status"></p><ol id="said" aria-live="polite"></ol>
<form><input id="text" aria-label="Message" placeholder="Say something" maxlength="1000" autofocus></form>
<script type="module">
  import { SockeyeSocket } from "/_sockeye/client.js";
  const [state, said, text] = ["state", "said", "text"].map((id) => document.getElementById(id));
  const room = decodeURIComponent(location.pathname.split("/").at(-1));
  const name = localStorage.name ??= "guest " + Math.floor(Math.random() * 1000);
  const socket = new SockeyeSocket("?name=" + encodeURIComponent(name));
  const chat = socket.subscribe("chat:" + room, { last: 50, presence: true });
  const list = (members) => members.map(({ key }) => key === name ? key + " (you)" : key).join(", ");
  // Where the connection breaks meanwhile, "away" says so.
  const show = () => chat.members().then((members) => state.textContent = room + ": " + list(members), () => {});
  for (const type of ["subscribed", "presence"]) chat.addEventListener(type, show);
  chat.addEventListener("message", ({ data }) => {
    const { from, text } = JSON.parse(data);
    said.append(Object.assign(document.createElement("li"), { textContent: from + ": " + text }));
  });
  socket.addEventListener("away", () => state.textContent = "Connecting…");
  document.forms[0].onsubmit = (event) => {
    event.preventDefault();
    if (text.value !== "") socket.send(text.value);
    text.value = "";
  };
</script>`;
