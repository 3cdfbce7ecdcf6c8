/**
 * The page: the lanes, their charts and figures, and the controls.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { type Comparison, LONGEST_RUN_MS, RATES } from "./comparison.ts";
import type { Fallback } from "./fallback.ts";
import { FallbackCard } from "./fallback_card.tsx";
import { Figures } from "./figures.tsx";
import { LaneCard } from "./lane_card.tsx";
import { LatencyRow } from "./latency_row.tsx";
import type { ServerClock } from "./server_clock.ts";
import { span } from "./words.ts";
import { WireChart } from "./wire_chart.tsx";

/** Names of the lanes' colours, in the order of the lanes. */
const NAMES = ["poll", "long-poll", "websocket"] as const;

const ABOUT = [
  "Asks every second, whether there is news or not.",
  "Asks, and the server answers when there is news; then asks again.",
  "Asks once. Then each side speaks when it has something to say.",
] as const;

/** Figures change four times a second; once for those who want less motion. */
const REDRAW_MS = { usual: 250, calm: 1_000 } as const;

/** What the page is made of. */
export interface AppProps {
  readonly comparison: Comparison;
  readonly clock: ServerClock;
  readonly fallback: Fallback;
}

/** The page. */
export function App({ comparison, clock, fallback }: AppProps) {
  const [, redraw] = useState(0);
  const [rate, setRate] = useState(4);
  useEffect(() => {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const timer = setInterval(() => {
      comparison.note();
      redraw((count) => count + 1);
    }, isCalm ? REDRAW_MS.calm : REDRAW_MS.usual);
    comparison.start(rate);
    redraw((count) => count + 1);
    return () => clearInterval(timer);
  }, []);
  const offsetMs = clock.estimate?.offsetMs ?? 0;
  const yardstick = comparison.lanes[2]!.meter.traffic;
  const toggle = () => {
    comparison.isRunning ? comparison.stop() : comparison.start(rate);
    redraw((count) => count + 1);
  };
  const choose = (chosen: number) => {
    setRate(chosen);
    if (comparison.isRunning) comparison.start(chosen);
  };
  return (
    <>
      <Controls comparison={comparison} clock={clock} rate={rate} toggle={toggle} choose={choose} />
      <div class="lanes">
        {comparison.lanes.map((lane, index) => (
          <LaneCard
            key={lane.title}
            lane={lane}
            name={NAMES[index]!}
            about={ABOUT[index]!}
            isIn={comparison.has(lane)}
            toggle={() => {
              comparison.toggle(lane);
              redraw((count) => count + 1);
            }}
            offsetMs={offsetMs}
            yardstick={index === 2 ? undefined : yardstick}
          />
        ))}
      </div>
      <section class="card" aria-labelledby="latency">
        <h2 id="latency">
          From the server's event to your screen <small>logarithmic; the dashed line is the median</small>
        </h2>
        {comparison.lanes.map((lane, index) => (
          <LatencyRow key={lane.title} lane={lane} name={NAMES[index]!} offsetMs={offsetMs} />
        ))}
      </section>
      <div class="pair">
        <section class="card" aria-labelledby="wire">
          <h2 id="wire">
            Bytes on the wire <small>both directions</small>
          </h2>
          <WireChart comparison={comparison} names={NAMES} />
        </section>
        <section class="card" aria-labelledby="figures">
          <h2 id="figures">The figures</h2>
          <Figures lanes={comparison.lanes} names={NAMES} offsetMs={offsetMs} />
        </section>
      </div>
      <FallbackCard fallback={fallback} />
      <Measured />
    </>
  );
}

function Controls({ comparison, clock, rate, toggle, choose }: {
  comparison: Comparison;
  clock: ServerClock;
  rate: number;
  toggle: () => void;
  choose: (rate: number) => void;
}) {
  const { estimate } = clock;
  const { elapsedMs, isRunning } = comparison;
  return (
    <section class="card controls" aria-label="Comparison">
      <button type="button" class={isRunning ? "" : "primary"} onClick={toggle}>{isRunning ? "Stop" : "Start"}</button>
      <label>
        Events a second
        <select value={rate} onChange={(event) => choose(Number(event.currentTarget.value))} autocomplete="off">
          {RATES.map((one) => <option key={one} value={one}>{one}</option>)}
        </select>
      </label>
      <p class="elapsed">
        <b>{`${Math.floor(elapsedMs / 1_000)} s`}</b>{" "}
        <span class="hint">
          {isRunning ? "so far" : elapsedMs >= LONGEST_RUN_MS ? "stopped by itself" : "stopped"}
        </span>
      </p>
      <p class="hint clock">
        {estimate
          ? `The server's clock ${besides(estimate.offsetMs)}, give or take ` +
            `${span(estimate.roundTripMs / 2)}: half of the shortest round trip, over ${estimate.over}. ` +
            "Latencies are corrected by it."
          : "The server's clock is compared with yours by the first echoes."}
      </p>
    </section>
  );
}

function besides(offsetMs: number): string {
  const size = span(Math.abs(offsetMs));
  return size === span(0) ? "agrees with yours" : `is ${size} ${offsetMs > 0 ? "ahead of" : "behind"} yours`;
}

function Measured() {
  return (
    <section class="card" aria-labelledby="measured">
      <h2 id="measured">How it is measured</h2>
      <p>
        All three lanes talk to the same route,{" "}
        <code>routes/compare.ts</code>, at the same time, and get the same events; an echo goes there and back once a
        second. Nothing is assumed: heads of requests are counted by the server, which tells how long they were, and how
        long its answer to the handshake was; other answers are counted by this page; frames of the WebSocket by their
        lengths (RFC&nbsp;6455 §5.2), with the four bytes of the masking key on the way up. What lies beneath, TCP and
        TLS, is not counted, and HTTP/2 between you and a proxy would pack the heads.
      </p>
      <p>
        Time runs from the server's clock, when it made the event, to the moment when your browser has drawn the frame
        with it. While this page is hidden, no latencies are taken.
      </p>
      <p class="hint">
        <a href="/">Back to the first page</a>
      </p>
    </section>
  );
}
