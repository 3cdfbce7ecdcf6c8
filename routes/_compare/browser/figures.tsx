/**
 * All figures, side by side.
 *
 * @module
 */
import type { Lane } from "./lane.ts";
import { payloadBytes, totalBytes, type Traffic } from "./traffic.ts";
import { bytes, count, span, UNKNOWN } from "./words.ts";
import { overheadShare } from "./wire_chart.tsx";

type Cell = (lane: Lane, traffic: Traffic, offsetMs: number) => string;

const perMessage: Cell = (_lane, { up, down, messagesUp, messagesDown }) =>
  messagesDown === 0 ? UNKNOWN : bytes((totalBytes(up) + totalBytes(down)) / (messagesUp + messagesDown));

/** Rows by group. `name` is what tests and scripts find a row by. */
const GROUPS: readonly (readonly [title: string, rows: readonly (readonly [name: string, term: string, Cell])[]])[] = [
  ["On the wire", [
    ["requests", "Requests", (_lane, traffic) => count(traffic.requests)],
    ["up-heads", "Heads ↑", (_lane, { up }) => bytes(up.headBytes)],
    ["down-heads", "Heads ↓", (_lane, { down }) => bytes(down.headBytes)],
    ["up-framing", "Framing ↑", (_lane, { up }) => bytes(up.framingBytes)],
    ["down-framing", "Framing ↓", (_lane, { down }) => bytes(down.framingBytes)],
    ["up-payload", "Messages ↑", (_lane, { up }) => bytes(up.payloadBytes)],
    ["down-payload", "Messages ↓", (_lane, { down }) => bytes(down.payloadBytes)],
    ["total", "All together", (_lane, { up, down }) => bytes(totalBytes(up) + totalBytes(down))],
    ["overhead", "Overhead", (_lane, traffic) => overheadShare(traffic) ?? UNKNOWN],
    ["per-message", "For each message", perMessage],
  ]],
  ["Messages", [
    ["messages", "Received", (_lane, { messagesDown }) => count(messagesDown)],
    ["rate", "A second, now", (lane) => lane.perSecond.toFixed(1)],
    [
      "per-request",
      "For each request",
      (_lane, { messagesDown, requests }) => requests === 0 ? UNKNOWN : (messagesDown / requests).toFixed(1),
    ],
  ]],
  ["Event to screen", [
    ["p50", "Median", (lane, _traffic, offsetMs) => span(lane.latencies.spread(offsetMs)?.p50)],
    ["p95", "95th percentile", (lane, _traffic, offsetMs) => span(lane.latencies.spread(offsetMs)?.p95)],
    ["max", "Longest", (lane, _traffic, offsetMs) => span(lane.latencies.spread(offsetMs)?.max)],
  ]],
  ["Echo, there and back", [
    ["echo-p50", "Median", (lane) => span(lane.roundTrips.spread()?.p50)],
    ["echo-max", "Longest", (lane) => span(lane.roundTrips.spread()?.max)],
  ]],
];

/** What a script that reads the page is given: the sums as they are, unrounded. */
export function sumsOf({ requests, up, down }: Traffic): string {
  return JSON.stringify({
    requests,
    up: totalBytes(up),
    down: totalBytes(down),
    payload: payloadBytes({ requests, up, down, messagesUp: 0, messagesDown: 0 }),
  });
}

/** The table. */
export function Figures({ lanes, names, offsetMs }: {
  lanes: readonly Lane[];
  names: readonly string[];
  offsetMs: number;
}) {
  const all = lanes.map(({ meter }) => meter.traffic);
  return (
    <table>
      <thead>
        <tr>
          <td />
          {lanes.map(({ title }, index) => (
            <th key={title} scope="col" class={`of-${names[index]}`} data-sums={sumsOf(all[index]!)}>{title}</th>
          ))}
        </tr>
      </thead>
      {GROUPS.map(([title, rows]) => (
        <tbody key={title}>
          <tr>
            <th class="group" colSpan={lanes.length + 1} scope="rowgroup">{title}</th>
          </tr>
          {rows.map(([name, term, cell]) => (
            <tr key={name} data-row={name}>
              <th scope="row">{term}</th>
              {lanes.map((lane, index) => <td key={lane.title}>{cell(lane, all[index]!, offsetMs)}</td>)}
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}
