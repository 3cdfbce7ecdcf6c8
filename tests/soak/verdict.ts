/**
 * Whether a soak has shown what it is to show: a table of what must be so.
 *
 * @module
 */
import type { CrowdKind, CrowdReport } from "./crowd_kinds.ts";
import type { SoakLimits } from "./settings.ts";
import type { Slope } from "./statistics.ts";

/** What is judged. */
export interface SoakOutcome {
  readonly crowds: Readonly<Partial<Record<CrowdKind, CrowdReport>>>;
  /** Of what is in use on the server's heap, in KiB a minute; undefined where there are too few measurements. */
  readonly liveSlope: Slope | undefined;
  /** The same of its resident memory. */
  readonly slope: Slope | undefined;
  /** Of a prober's round trips while nothing was deployed, in milliseconds. */
  readonly probeP99Ms: number;
  readonly deploys: { readonly asked: number; readonly done: number };
  readonly brokerKills: { readonly asked: number; readonly survived: number };
  /** Connections that are open at the server when all clients have gone. */
  readonly leftOpen: number;
  /** Lines of the server's log that tell of an error. */
  readonly errors: readonly string[];
  readonly limits: SoakLimits;
}

/** One thing that must be so. */
export interface Judgement {
  readonly what: string;
  readonly isSo: boolean;
  /** What was found. */
  readonly found: string;
}

type Rule = (outcome: SoakOutcome) => Omit<Judgement, "what">;

const RULES: Readonly<Record<string, Rule>> = {
  "nothing is lost, doubled or out of order": ({ crowds }) => {
    const faults = Object.values(crowds).flatMap((crowd) => crowd.faults);
    return { isSo: faults.length === 0, found: faults.length === 0 ? "nothing" : faults.join("; ") };
  },
  "no connection ends that nobody ended": ({ crowds }) => {
    const ended = Object.entries(crowds).flatMap(([kind, { closed }]) =>
      Object.entries(closed).map(([code, count]) => `${count} of ${kind} (${code})`)
    );
    return { isSo: ended.length === 0, found: ended.length === 0 ? "none" : ended.join(", ") };
  },
  "every deployment is activated": ({ deploys: { asked, done } }) => ({
    isSo: done === asked,
    found: `${done} of ${asked}`,
  }),
  "the server finds its broker again each time": ({ brokerKills: { asked, survived } }) => ({
    isSo: survived === asked,
    found: `${survived} of ${asked}`,
  }),
  "the live heap grows by no more than it may": ({ liveSlope, limits }) => growth(liveSlope, limits.maxLiveSlopeKib),
  "resident memory grows by no more than it may": ({ slope, limits }) => growth(slope, limits.maxSlopeKib),
  "who probes is answered in time": ({ probeP99Ms, limits: { maxProbeMs } }) => ({
    isSo: probeP99Ms <= maxProbeMs,
    found: `p99 ${probeP99Ms.toFixed(1)} ms; it may be ${maxProbeMs}`,
  }),
  "no connection is left behind": ({ leftOpen }) => ({ isSo: leftOpen === 0, found: String(leftOpen) }),
  "the server tells of no error": ({ errors }) => ({
    isSo: errors.length === 0,
    found: errors.length === 0 ? "none" : `${errors.length}, the first: ${errors[0]}`,
  }),
};

function growth(slope: Slope | undefined, most: number): Omit<Judgement, "what"> {
  if (slope === undefined) return { isSo: false, found: "too few measurements" };
  const { perUnit, error } = slope;
  return {
    isSo: perUnit - 2 * error <= most,
    found: `${perUnit.toFixed(0)} ± ${(2 * error).toFixed(0)} KiB a minute; it may be ${most}`,
  };
}

/** Judges, rule by rule. */
export function judged(outcome: SoakOutcome): readonly Judgement[] {
  return Object.entries(RULES).map(([what, rule]) => ({ what, ...rule(outcome) }));
}
