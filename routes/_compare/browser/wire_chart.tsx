/**
 * Bytes on the wire: what each lane has carried by now, split by what it is for, and how that grew.
 *
 * @module
 */
import { useMemo } from "preact/hooks";
import type uPlot from "uplot";
import { axis, Chart, colour } from "./chart.tsx";
import type { Comparison } from "./comparison.ts";
import { payloadBytes, totalBytes, type Traffic } from "./traffic.ts";
import { bytes, percent, roundBytes } from "./words.ts";

const HEIGHT = 330;

function growth(names: readonly string[]): Omit<uPlot.Options, "width" | "height"> {
  return {
    padding: [12, 12, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: (_plot, _min, max) => [0, Math.max(10, max)] },
      y: { range: (_plot, _min, max) => [0, Math.max(1_000, max * 1.05)] },
    },
    axes: [
      axis({ values: (_plot, splits) => splits.map((seconds) => `${seconds} s`), size: 30 }),
      axis({ values: (_plot, splits) => splits.map(roundBytes), size: 64 }),
    ],
    series: [
      {},
      ...names.map((name, index) => ({
        stroke: () => colour(name),
        width: 2,
        // Told apart without colours, too.
        dash: [[2, 3], [8, 4], []][index] ?? [],
        points: { show: false },
      })),
    ],
  };
}

function Bar({ traffic, largest, title, name }: { traffic: Traffic; largest: number; title: string; name: string }) {
  const { up, down } = traffic;
  const parts = [
    ["heads", up.headBytes + down.headBytes],
    ["framing", up.framingBytes + down.framingBytes],
    ["payload", payloadBytes(traffic)],
  ] as const;
  const total = totalBytes(up) + totalBytes(down);
  const words = parts.map(([part, length]) => `${part} ${bytes(length)}`).join(", ");
  return (
    <div class="wire">
      <p>
        <b class={`of-${name}`}>{title}</b> <span class="right">{bytes(total)}</span>
      </p>
      <div class="bar" role="img" aria-label={`${title}: ${words}`}>
        {parts.map(([part, length]) => (
          <i key={part} class={`is-${part}`} style={{ width: percentOf(length, largest) }} />
        ))}
      </div>
    </div>
  );
}

function percentOf(length: number, largest: number): string {
  return `${(100 * length / Math.max(1, largest)).toFixed(2)}%`;
}

/** Bars and lines. */
export function WireChart({ comparison, names }: { comparison: Comparison; names: readonly string[] }) {
  const options = useMemo(() => growth(names), [names]);
  const all = comparison.lanes.map(({ meter }) => meter.traffic);
  const totals = all.map(({ up, down }) => totalBytes(up) + totalBytes(down));
  const largest = Math.max(...totals);
  const label = comparison.lanes.map(({ title }, index) => `${title} ${bytes(totals[index]!)}`).join(", ");
  return (
    <>
      <p class="keys" aria-hidden="true">
        <span class="is-heads">heads of HTTP</span>
        <span class="is-framing">framing</span>
        <span class="is-payload">the messages</span>
      </p>
      {comparison.lanes.map(({ title }, index) => (
        <Bar key={title} traffic={all[index]!} largest={largest} title={title} name={names[index]!} />
      ))}
      <h3 class="grown">Since the start</h3>
      <Chart options={options} columns={comparison.columns} height={HEIGHT} label={`Bytes since the start: ${label}`} />
      <p class="keys" aria-hidden="true">
        {comparison.lanes.map(({ title }, index) => <span key={title} class={`line-${names[index]}`}>{title}</span>)}
      </p>
    </>
  );
}

/** A lane's share of overhead, in words. */
export function overheadShare(traffic: Traffic): string | undefined {
  const total = totalBytes(traffic.up) + totalBytes(traffic.down);
  return total === 0 ? undefined : percent(1 - payloadBytes(traffic) / total);
}
