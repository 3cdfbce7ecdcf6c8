/**
 * What the client does where WebSocket is blocked: a switch, and what happens.
 *
 * @module
 */
import { useState } from "preact/hooks";
import type { Blocked, Fallback } from "./fallback.ts";
import { count, span } from "./words.ts";

const WORDS: Readonly<Record<string, string>> = {
  websocket: "WebSocket",
  "long-poll": "long-polling",
  poll: "polling",
};

/** The card. */
export function FallbackCard({ fallback }: { fallback: Fallback }) {
  const [blocked, setBlocked] = useState<Blocked>({ webSocket: false, longPoll: false });
  const start = (next: Blocked) => {
    setBlocked(next);
    void fallback.start(next);
  };
  const { transport, isRunning } = fallback;
  const state = transport ? "open" : isRunning ? "connecting" : "idle";
  const words = transport ? `over ${WORDS[transport] ?? transport}` : isRunning ? "connecting" : "not connected";
  return (
    <section class="card" aria-labelledby="fallback">
      <h2 id="fallback">Block WebSocket, and see what the client does</h2>
      <p>
        Some proxies let no WebSocket through. The client (<code>/_sockeye/client.js</code>) then takes long-polling,
        and polling where that fails too; the route does not notice. The switches have the server answer what this
        client begins with 502, as such a proxy would.
      </p>
      <div class="row">
        <button type="button" class="primary" onClick={() => isRunning ? fallback.stop() : start(blocked)}>
          {isRunning ? "Disconnect the client" : "Connect the client"}
        </button>
        <Switch
          words="Block WebSocket"
          isOn={blocked.webSocket}
          toggle={() => start({ ...blocked, webSocket: !blocked.webSocket })}
        />
        <Switch
          words="Block long-polling"
          isOn={blocked.longPoll}
          toggle={() => start({ ...blocked, longPoll: !blocked.longPoll })}
        />
        <p class="state" role="status" data-state={state} data-transport={transport}>{words}</p>
        <p class="hint events">{`${count(fallback.events)} events`}</p>
      </div>
      <div
        class="log"
        role="log"
        aria-label="What happened"
        data-empty="Connect the client, and its way is written here."
        tabIndex={0}
      >
        {fallback.happenings.map(({ atMs, words }, index) => (
          <p key={index}>
            <time>{span(atMs)}</time> {words}
          </p>
        ))}
      </div>
    </section>
  );
}

function Switch({ words, isOn, toggle }: { words: string; isOn: boolean; toggle: () => void }) {
  return (
    <button type="button" role="switch" class="switch" aria-checked={isOn} onClick={toggle}>
      {words}
    </button>
  );
}
