/**
 * Reads the text of `GET /metrics`.
 *
 * @module
 */

/** Values by name and labels, as they are written: `sockeye_refusals_total{reason="503"}`. */
export type MetricValues = ReadonlyMap<string, number>;

/** Reads what a server answers. */
export function parseMetrics(text: string): MetricValues {
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const space = line.lastIndexOf(" ");
    if (space > 0 && !line.startsWith("#")) values.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return values;
}

/** The sum over all labels of a metric. */
export function sumOf(values: MetricValues, name: string): number {
  return [...values].reduce((sum, [key, value]) => key.replace(/\{.*/, "") === name ? sum + value : sum, 0);
}

/** The values of a metric by one of its labels, without those that are 0. */
export function byLabel(values: MetricValues, name: string, label: string): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [key, value] of values) {
    if (!key.startsWith(`${name}{`) || value === 0) continue;
    const told = new RegExp(`[{,]${label}="([^"]*)"`).exec(key)?.[1];
    if (told !== undefined) found[told] = (found[told] ?? 0) + value;
  }
  return found;
}
