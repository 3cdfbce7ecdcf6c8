/**
 * The chart of a run: for each workload a row, for each server a mark at peer ÷ ours on a logarithmic scale. An SVG file
 * that is readable on light and on dark pages.
 *
 * @module
 */
import { type Measure, MEASURES } from "./bars.ts";
import { OURS, type ServerRow } from "./servers.ts";
import type { Summary } from "./summary.ts";
import type { Workload } from "./workloads.ts";

/** One row of marks. */
interface Row {
  readonly label: string;
  readonly marks: readonly { readonly server: string; readonly ratio: number }[];
}

/** Rows that compare the same thing. */
interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** How a server looks: a colour for each kind of page, and a form, for those who do not tell colours apart. */
const LOOKS: Readonly<Record<string, { readonly light: string; readonly dark: string; readonly form: string }>> = {
  ws: { light: "#c2410c", dark: "#fb923c", form: "M-5,-5H5V5H-5Z" },
  "deno-upgrade": { light: "#1d4ed8", dark: "#60a5fa", form: "M0,-6.5L6,5H-6Z" },
  bun: { light: "#a21caf", dark: "#e879f9", form: "M0,-6.5L6.5,0L0,6.5L-6.5,0Z" },
  "byte-echo": { light: "#57606a", dark: "#9da7b1", form: "M-5.5,0A5.5,5.5,0,1,0,5.5,0A5.5,5.5,0,1,0,-5.5,0Z" },
};
const OTHER_LOOK = { light: "#0f766e", dark: "#2dd4bf", form: "M-6,-2H-2V-6H2V-2H6V2H2V6H-2V2H-6Z" } as const;

const WIDTH = 880;
const PLOT = { start: 286, end: 848 } as const;
const HEAD_HEIGHT = 118;
const GROUP_HEIGHT = 34;
const ROW_HEIGHT = 25;
const FOOT_HEIGHT = 44;
const TICKS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/**
 * Draws the ratios of a run.
 *
 * @returns the text of an SVG file; without any ratio one that says so.
 */
export function chart(
  summaries: readonly Summary[],
  workloads: readonly Pick<Workload, "name" | "label">[],
  servers: readonly Pick<ServerRow, "name" | "title">[],
): string {
  const groups = groupsOf(summaries, workloads);
  const ratios = groups.flatMap(({ rows }) => rows.flatMap(({ marks }) => marks.map(({ ratio }) => ratio)));
  const scale = scaleOf(ratios);
  const rowCount = groups.reduce((count, { rows }) => count + rows.length, 0);
  const plotEnd = HEAD_HEIGHT + groups.length * GROUP_HEIGHT + rowCount * ROW_HEIGHT;
  const shown = servers.filter(({ name }) => name !== OURS && summaries.some(({ server }) => server === name));
  const body = ratios.length === 0
    ? [words(WIDTH / 2, HEAD_HEIGHT, "Nothing was measured beside Sockeye.", "quiet", "middle")]
    : [grid(scale, plotEnd), ...groupRows(groups, scale, shown.map(({ name }) => name))];
  const height = plotEnd + FOOT_HEIGHT;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" \
role="img" aria-label="What other WebSocket servers cost as a multiple of Sockeye">
${style(shown.map(({ name }) => name))}
<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="10"/>
${words(24, 36, "What others cost, as a multiple of Sockeye", "title")}
${words(24, 58, "Right of the line: dearer than Sockeye. Left of it: cheaper. One core, one run, medians.", "quiet")}
${legend(shown)}
${body.join("\n")}
</svg>
`;
}

/** Rows of what has a ratio: CPU under traffic, memory of the silent, and the tail where many connections compete. */
function groupsOf(
  summaries: readonly Summary[],
  workloads: readonly Pick<Workload, "name" | "label">[],
): readonly Group[] {
  const rowsOf = (measure: Measure, names?: readonly string[]): readonly Row[] =>
    workloads.filter(({ name }) => names?.includes(name) ?? true).map(({ name, label }) => ({
      label,
      marks: summaries.filter(({ workload, server }) => workload === name && server !== OURS)
        .flatMap(({ server, ratios }) => {
          const ratio = ratios[measure]?.median;
          return ratio === undefined || ratio <= 0 ? [] : [{ server, ratio }];
        }),
    })).filter(({ marks }) => marks.length > 0);
  return [
    { title: `Server CPU for one message`, rows: rowsOf("cpu") },
    { title: `Memory of the server for one connection`, rows: rowsOf("memory") },
    {
      title: `Latency of the slowest hundredth (${MEASURES.p99.title})`,
      rows: rowsOf("p99", ["ping-500", "ping-2000"]),
    },
  ].filter(({ rows }) => rows.length > 0);
}

interface Scale {
  readonly ticks: readonly number[];
  at(ratio: number): number;
}

/** From the tick below the least to the tick above the greatest; 1 is always on it. */
function scaleOf(ratios: readonly number[]): Scale {
  const [least, most] = [Math.min(1, ...ratios), Math.max(1, ...ratios)];
  const low = TICKS.findLast((tick) => tick < least) ?? TICKS[0]!;
  const high = TICKS.find((tick) => tick > most) ?? TICKS.at(-1)!;
  const place = (ratio: number): number => (Math.log(ratio) - Math.log(low)) / (Math.log(high) - Math.log(low));
  return {
    ticks: TICKS.filter((tick) => tick >= low && tick <= high),
    at: (ratio) => PLOT.start + Math.min(1, Math.max(0, place(ratio))) * (PLOT.end - PLOT.start),
  };
}

function style(servers: readonly string[]): string {
  const colours = (page: "light" | "dark"): string =>
    servers.map((name, at) => `.s${at}{fill:${lookOf(name)[page]}}`).join("");
  return `<style>
text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:#1f2328}
.title{font-size:19px;font-weight:600}.group{font-weight:600}.quiet,.tick{fill:#57606a}.tick{font-size:12px}
.page{fill:#fff;stroke:#d0d7de}.grid{stroke:#e4e8ec}.ours{stroke:#1a7f37;stroke-width:2}.ours-name{fill:#1a7f37;font-weight:600}
.span{stroke:#c6cdd5;stroke-width:2}.mark{stroke:#fff;stroke-width:1.2}
${colours("light")}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}.quiet,.tick{fill:#9da7b1}
.page{fill:#0d1117;stroke:#30363d}.grid{stroke:#21262d}.ours{stroke:#3fb950}.ours-name{fill:#3fb950}
.span{stroke:#3d444d}.mark{stroke:#0d1117}
${colours("dark")}
}
</style>`;
}

function lookOf(server: string) {
  return LOOKS[server] ?? OTHER_LOOK;
}

function legend(servers: readonly Pick<ServerRow, "name" | "title">[]): string {
  let x = 30;
  return servers.map(({ name, title }, at) => {
    const entry = `${mark(lookOf(name).form, `s${at}`, x, 81)}${words(x + 12, 86, title)}`;
    // There is no way to ask how wide a text is: at 13 px a letter takes 8 at most on average.
    x += 36 + title.length * 8;
    return `<g>${entry}</g>`;
  }).join("\n");
}

/** The scale, with the line that ours is. */
function grid(scale: Scale, plotEnd: number): string {
  const start = HEAD_HEIGHT - 2;
  const lines = scale.ticks.map((tick) => {
    const x = round(scale.at(tick));
    const isOurs = tick === 1;
    return `<line class="${isOurs ? "ours" : "grid"}" x1="${x}" y1="${start}" x2="${x}" y2="${plotEnd}"/>${
      words(x, plotEnd + 18, `×${tick}`, "tick", "middle")
    }`;
  });
  return [...lines, words(scale.at(1), start - 6, "Sockeye", "ours-name", "middle")].join("\n");
}

function groupRows(groups: readonly Group[], scale: Scale, servers: readonly string[]): readonly string[] {
  let y = HEAD_HEIGHT;
  return groups.flatMap(({ title, rows }) => {
    const head = words(24, y + GROUP_HEIGHT - 10, title, "group");
    y += GROUP_HEIGHT;
    const drawn = rows.map(({ label, marks }) => {
      const middle = y + ROW_HEIGHT / 2;
      y += ROW_HEIGHT;
      const places = marks.map(({ ratio }) => scale.at(ratio));
      const [from, to] = [Math.min(...places, scale.at(1)), Math.max(...places, scale.at(1))].map(round);
      const all = marks.map(({ server, ratio }) =>
        `<g><title>${escaped(`${server}: ×${ratio.toPrecision(3)}`)}</title>${
          mark(lookOf(server).form, `s${servers.indexOf(server)}`, scale.at(ratio), middle)
        }</g>`
      );
      return `${words(PLOT.start - 16, middle + 4.5, label, "", "end")}` +
        `<line class="span" x1="${from}" y1="${middle}" x2="${to}" y2="${middle}"/>${all.join("")}`;
    });
    return [head, ...drawn];
  });
}

function mark(form: string, look: string, x: number, y: number): string {
  return `<path class="mark ${look}" transform="translate(${round(x)},${round(y)})" d="${form}"/>`;
}

function words(x: number, y: number, text: string, look = "", anchor: "start" | "middle" | "end" = "start"): string {
  const attributes = [look === "" ? "" : ` class="${look}"`, anchor === "start" ? "" : ` text-anchor="${anchor}"`];
  return `<text x="${round(x)}" y="${round(y)}"${attributes.join("")}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
