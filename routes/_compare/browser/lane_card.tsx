/**
 * One lane: what it is, where it is, the newest event, and what its figures say.
 *
 * @module
 */
/** @jsxImportSource preact */
/// <reference lib="dom" />
import { useEffect, useRef } from "preact/hooks";
import type { Lane } from "./lane.ts";
import type { Traffic } from "./traffic.ts";
import { count, reading } from "./words.ts";

/** The card. `yardstick` has the WebSocket's figures. */
export function LaneCard({ lane, name, about, offsetMs, yardstick }: {
  lane: Lane;
  name: string;
  about: string;
  offsetMs: number;
  yardstick?: Traffic | undefined;
}) {
  const face = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // Written when it arrives, and not with the next rendering: its way to the screen is what is measured.
    lane.show = (tick) => face.current!.textContent = `#${tick}`;
  }, [lane]);
  const { traffic } = lane.meter;
  const measured = { traffic, latency: lane.latencies.spread(offsetMs) };
  return (
    <section class={`card lane lane-${name}`} aria-labelledby={`lane-${name}`} data-lane={name}>
      <h2 id={`lane-${name}`} class={`of-${name}`}>{lane.title}</h2>
      <p class="state" role="status" data-state={lane.state.kind}>{lane.state.words}</p>
      <p class="hint about">{about}</p>
      <p class="face" ref={face} aria-label="Newest event">–</p>
      <p class="now">
        <b>{lane.perSecond.toFixed(1)}</b> messages a second, <b>{count(traffic.requests)}</b>{" "}
        {traffic.requests === 1 ? "request" : "requests"}
      </p>
      <p class="reading">{reading(measured, yardstick)}</p>
    </section>
  );
}
