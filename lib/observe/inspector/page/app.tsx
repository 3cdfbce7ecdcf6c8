/**
 * The page: the server on one side, the connection that is looked at on the other.
 *
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { WireOverview } from "../wire.ts";
import { ConnectionPane } from "./connection_pane.tsx";
import { bytesText, closeWords } from "./format.ts";
import { Lists } from "./lists.tsx";
import { type StreamState, useStream } from "./streams.tsx";

/** What is looked at: a connection by its id, or the next that comes to a route. */
export type Target = { readonly connection: string } | { readonly route: string };

type Shown = WireOverview & { readonly hasLogin: boolean };

const STATE_WORDS: Readonly<Record<StreamState, string>> = {
  connecting: "connecting…",
  open: "live",
  lost: "server lost, trying again…",
  ended: "ended",
};

/** The whole page. */
export function App() {
  const [overview, setOverview] = useState<Shown>();
  const [rate, setRate] = useState(0);
  const [search, setSearch] = useState("");
  const [target, setTarget] = useState<Target>();
  const before = useRef<Shown | undefined>(undefined);
  const state = useStream(`api/live?search=${encodeURIComponent(search)}`, {
    overview: (next: Shown) => {
      const last = before.current;
      if (last !== undefined && next.at > last.at) {
        const count = next.counts.publications - last.counts.publications;
        setRate(Math.max(0, Math.round(count * 1000 / (next.at - last.at))));
      }
      before.current = next;
      setOverview(next);
    },
  });
  useEffect(() => {
    if (target === undefined) return;
    const leave = (event: KeyboardEvent): void => {
      // In a field it is the field's.
      const isInField = event.target instanceof Element && event.target.matches("input, textarea, select");
      if (event.key === "Escape" && !event.defaultPrevented && !isInField) setTarget(undefined);
    };
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, [target]);
  return (
    <div class={target === undefined ? "frame" : "frame opened"}>
      <header class="bar">
        <h1>
          <img src="icon.svg" alt="" width="42" height="26" /> Sockeye <span>inspector</span>
        </h1>
        <p class="state" role="status" data-state={state}>{STATE_WORDS[state]}</p>
        {overview?.hasLogin && (
          <form method="post" action="logout">
            <button type="submit">Log out</button>
          </form>
        )}
      </header>
      <Numbers overview={overview} rate={rate} />
      <main class="columns">
        <Lists
          overview={overview}
          search={search}
          onSearch={setSearch}
          target={target}
          onTarget={setTarget}
        />
        <ConnectionPane
          key={target === undefined ? "" : "connection" in target ? target.connection : `next ${target.route}`}
          target={target}
          routes={overview?.routes ?? []}
          onTarget={setTarget}
        />
      </main>
    </div>
  );
}

function Numbers({ overview, rate }: { readonly overview: Shown | undefined; readonly rate: number }) {
  const { counts, memory, closeCodes = [] } = overview ?? {};
  const numbers: readonly (readonly [string, string])[] = [
    ["Connections", counts === undefined ? "–" : counts.open.toLocaleString("en")],
    ["Opened", counts === undefined ? "–" : counts.opened.toLocaleString("en")],
    ["Closed", counts === undefined ? "–" : counts.closed.toLocaleString("en")],
    ["Topics", counts === undefined ? "–" : counts.topics.toLocaleString("en")],
    ["Publications", counts === undefined ? "–" : `${rate.toLocaleString("en")}/s`],
    ["Buffers", memory === undefined ? "–" : bytesText(memory.held)],
  ];
  return (
    <section class="numbers" aria-label="The server in numbers">
      <dl>
        {numbers.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div class="codes">
          <dt>Close codes</dt>
          <dd>
            {closeCodes.length === 0
              ? "none yet"
              : closeCodes.slice(0, 5).map(([code, count]) => (
                <span key={code} title={closeWords(code)}>
                  {code} <b>×{count.toLocaleString("en")}</b>
                </span>
              ))}
          </dd>
        </div>
      </dl>
      {overview?.isDraining && <p class="warn" role="alert">The server is going away.</p>}
      {overview?.isBrokerAway && <p class="warn" role="alert">The broker is away.</p>}
    </section>
  );
}
