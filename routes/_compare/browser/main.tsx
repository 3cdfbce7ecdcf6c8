/**
 * Starts the page.
 *
 * @module
 */
import { render } from "preact";
import { App } from "./app.tsx";
import { Comparison } from "./comparison.ts";
import { type Blocked, type Client, Fallback } from "./fallback.ts";
import { Lane } from "./lane.ts";
import { painted } from "./painted.ts";
import { browserTime, ServerClock } from "./server_clock.ts";
import { openPoll, type OpenSocket, openWebSocket, type PollModule } from "./sockets.ts";

// Modules that the server has beside the page: none of them is in its bundle.
const POLL_MODULE = "/_sockeye/poll.js";
const CLIENT_MODULE = "/_sockeye/client.js";

/** The server refuses what begins at this path: see `upgrade` in `routes/compare.ts`. */
function blockedPath(url: string | URL): string {
  const blocked = new URL(url);
  blocked.searchParams.set("blocked", "");
  return blocked.href;
}

class BlockedWebSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(blockedPath(url), protocols);
  }
}

async function fallbackSocket(transport: "long-poll" | "poll", isBlocked: boolean) {
  const PollSocket = (await loadPoll()).pollSocket({ transport });
  if (!isBlocked) return PollSocket;
  return class extends PollSocket {
    constructor(url: string, protocols?: string[]) {
      super(blockedPath(url), protocols);
    }
  };
}

async function makeClient(blocked: Blocked): Promise<Client> {
  const { SockeyeSocket } = await import(CLIENT_MODULE);
  return new SockeyeSocket("/compare", {
    transports: ["websocket", "long-poll", "poll"],
    WebSocket: blocked.webSocket ? BlockedWebSocket : WebSocket,
    fallback: (transport: "long-poll" | "poll") =>
      fallbackSocket(transport, transport === "long-poll" && blocked.longPoll),
  });
}

function lane(title: string, open: OpenSocket, clock: ServerClock): Lane {
  return new Lane({
    title,
    open,
    clock,
    now: browserTime,
    painted,
    setTimeout: (callback, waitMs) => setTimeout(callback, waitMs),
    clearTimeout: (timer) => clearTimeout(timer),
  });
}

const loadPoll = (): Promise<PollModule> => import(POLL_MODULE);
const clock = new ServerClock();
const lanes = [
  lane("Polling", openPoll("poll", loadPoll), clock),
  lane("Long-polling", openPoll("long-poll", loadPoll), clock),
  lane("WebSocket", openWebSocket, clock),
];
const comparison = new Comparison(lanes, browserTime);
const fallback = new Fallback(makeClient, browserTime);
// A page that is left says goodbye; one that is kept for "back" starts anew when it is asked to.
addEventListener("pagehide", () => {
  comparison.stop();
  fallback.stop();
});
render(<App comparison={comparison} clock={clock} fallback={fallback} />, document.querySelector("#app")!);
