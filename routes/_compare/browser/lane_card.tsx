/**
 * One lane: what it is, where it is, the newest event, and what its figures say.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import type { Lane } from "./lane.ts";
import { totalBytes, type Traffic } from "./traffic.ts";
import { bytes, count, reading } from "./words.ts";

/** The card. `yardstick` has the WebSocket's figures. */
export function LaneCard({ lane, name, about, isIn, toggle, offsetMs, yardstick }: {
  lane: Lane;
  name: string;
  about: string;
  /** Whether it takes part. */
  isIn: boolean;
  toggle: () => void;
  offsetMs: number;
  yardstick?: Traffic | undefined;
}) {
  const face = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    // Written when it arrives, and not with the next rendering: its way to the screen is what is measured.
    lane.show = (tick) => face.current!.textContent = `#${tick}`;
  }, [lane]);
  const { traffic } = lane.meter;
  const facts = [
    ["messages/s", lane.perSecond.toFixed(1)],
    ["requests", count(traffic.requests)],
    ["on the wire", bytes(totalBytes(traffic.up) + totalBytes(traffic.down))],
  ] as const;
  const measured = { traffic, latency: lane.latencies.spread(offsetMs) };
  return (
    <section class={`card lane lane-${name}`} aria-labelledby={`lane-${name}`} data-lane={name} data-peer={lane.peer}>
      <header>
        <h2 id={`lane-${name}`} class={`of-${name}`}>{lane.title}</h2>
        <button
          type="button"
          role="switch"
          class="switch"
          aria-checked={isIn}
          aria-label={lane.title}
          onClick={toggle}
        />
      </header>
      <p class="state" role="status" data-state={lane.state.kind}>{isIn ? lane.state.words : "left out"}</p>
      <p class="hint about">{about}</p>
      <p class="face">
        <span class="unseen">Newest event:</span>
        <span ref={face}>–</span>
      </p>
      <dl class="facts">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="reading">{reading(measured, yardstick)}</p>
    </section>
  );
}
