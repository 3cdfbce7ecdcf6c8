/**
 * How long server events take to the screen over one lane: a histogram on a logarithmic axis, and three figures.
 *
 * @module
 */
import { useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import { axis, Chart, colour } from "./chart.tsx";
import { BIN_STARTS_MS, type Spread } from "./distribution.ts";
import type { Lane } from "./lane.ts";
import { count, span } from "./words.ts";

const HEIGHT = 104;

/** Powers of ten, in milliseconds. */
const TICKS = ["1 ms", "10 ms", "100 ms", "1 s", "10 s"];

const POWERS = BIN_STARTS_MS.map((ms) => Math.log10(ms));

function histogram(name: string, spread: () => Spread | undefined): ChartOptions {
  return {
    padding: [8, 16, 0, 16],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [0, TICKS.length - 1] }, y: { range: (_plot, _min, max) => [0, max || 1] } },
    axes: [
      axis({ splits: () => TICKS.map((_, power) => power), values: () => TICKS, size: 30 }),
      { show: false },
    ],
    series: [{}, {
      fill: () => colour(name),
      stroke: () => colour(name),
      width: 0,
      points: { show: false },
      paths: uPlot.paths.bars!({ align: 1, size: [0.9], gap: 1 }),
    }],
    hooks: { draw: [(plot) => markMedian(plot, spread()?.p50)] },
  };
}

type ChartOptions = Omit<uPlot.Options, "width" | "height">;

/** A dashed line at the median. */
function markMedian(plot: uPlot, median: number | undefined): void {
  if (median === undefined) return;
  const { ctx, bbox } = plot;
  const x = plot.valToPos(Math.min(TICKS.length - 1, Math.max(0, Math.log10(Math.max(1, median)))), "x", true);
  ctx.save();
  ctx.strokeStyle = colour("text");
  ctx.lineWidth = devicePixelRatio * 1.5;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** One row. */
export function LatencyRow({ lane, name, offsetMs }: { lane: Lane; name: string; offsetMs: number }) {
  const spread = lane.latencies.spread(offsetMs);
  const latest = useRef(spread);
  latest.current = spread;
  const options = useMemo(() => histogram(name, () => latest.current), [name]);
  const events = lane.latencies.size;
  const columns = useMemo(() => [POWERS, lane.latencies.shares(offsetMs)], [lane.latencies, events, offsetMs]);
  const figures = [["median", spread?.p50], ["p95", spread?.p95], ["max", spread?.max]] as const;
  const label = spread
    ? `${lane.title}: ${events} events, median ${span(spread.p50)}, 95th percentile ${span(spread.p95)}, ` +
      `longest ${span(spread.max)}`
    : `${lane.title}: no events yet`;
  return (
    <div class="latency">
      <div>
        <h3 class={`of-${name}`}>{lane.title}</h3>
        <dl class="facts">
          {figures.map(([term, value]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{span(value)}</dd>
            </div>
          ))}
        </dl>
        <p class="hint">{`${count(events)} events`}</p>
      </div>
      <Chart options={options} columns={columns} height={HEIGHT} label={label} />
    </div>
  );
}
