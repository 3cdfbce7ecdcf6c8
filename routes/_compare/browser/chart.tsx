/**
 * A chart of uPlot's as a component: as wide as its place, in the page's colours, redrawn when either changes.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

/** What a chart is given. */
export interface ChartProps {
  /** Without width and height. */
  readonly options: Omit<uPlot.Options, "width" | "height">;
  readonly columns: readonly (readonly number[])[];
  readonly height: number;
  /** What it shows, in words: for those who do not see it. */
  readonly label: string;
}

/** The value of one of the page's colours, as it is at the moment. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** An axis in the page's colours. */
export function axis(more: uPlot.Axis): uPlot.Axis {
  const line = { stroke: () => colour("line"), width: 1 };
  return { stroke: () => colour("soft"), font: "12px system-ui, sans-serif", grid: line, ticks: line, ...more };
}

/** The chart. */
export function Chart({ options, columns, height, label }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  useEffect(() => {
    const host = place.current!;
    const plot = new uPlot({ ...options, width: host.clientWidth, height }, columns as uPlot.AlignedData, host);
    chart.current = plot;
    const sizes = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height }));
    sizes.observe(host);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => plot.redraw(false, true);
    scheme.addEventListener("change", redraw);
    return () => {
      sizes.disconnect();
      scheme.removeEventListener("change", redraw);
      plot.destroy();
    };
  }, []);
  useEffect(() => chart.current?.setData(columns as uPlot.AlignedData), [columns]);
  return <div ref={place} class="chart" style={{ height: `${height}px` }} role="img" aria-label={label} />;
}
