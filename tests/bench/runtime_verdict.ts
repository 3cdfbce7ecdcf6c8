/**
 * What worker and process must reach beside npm `ws` and beside inline code.
 *
 * @module
 */

/** The middle of the rounds of one load. */
export interface RuntimeFigure {
  /** Messages a second. */
  readonly rate: number;
  /** Round trip, in microseconds. */
  readonly p50Us: number;
}

/** One server under each load. */
export interface RuntimeFigures {
  readonly alone: RuntimeFigure;
  readonly pingPong: RuntimeFigure;
  readonly pipelined: RuntimeFigure;
}

/** One bar, and whether it is met. */
export interface RuntimeVerdict {
  readonly title: string;
  readonly figure: string;
  readonly bar: string;
  readonly isMet: boolean;
}

/** The pipelined rate, as a multiple of that of `ws`, and what a round trip may take beyond that of inline code. */
export const RUNTIME_BARS = {
  worker: { timesWs: 5, addedUs: 60 },
  process: { timesWs: 3, addedUs: 300 },
} as const;

/** Judges the figures of `inline`, `worker`, `process` and `ws`. */
export function judgeRuntimes(figures: ReadonlyMap<string, RuntimeFigures>): readonly RuntimeVerdict[] {
  const [ws, inline] = [figures.get("ws")!, figures.get("inline")!];
  return Object.entries(RUNTIME_BARS).flatMap(([name, { timesWs, addedUs }]) => {
    const own = figures.get(name)!;
    const times = own.pipelined.rate / ws.pipelined.rate;
    const added = own.alone.p50Us - inline.alone.p50Us;
    return [
      {
        title: `${name}: pipelined rate beside ws`,
        figure: times.toFixed(1),
        bar: `at least ${timesWs}`,
        isMet: times >= timesWs,
      },
      {
        title: `${name}: added p50 of a ping-pong`,
        figure: `${added.toFixed(0)} µs`,
        bar: `at most ${addedUs} µs`,
        isMet: added <= addedUs,
      },
    ];
  });
}
