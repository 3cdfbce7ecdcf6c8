/**
 * The option `perMessageDeflate`: its fields, their ranges and defaults, and what is wrong with a value.
 *
 * @module
 */
import type { PerMessageDeflateOptions } from "../route/mod.ts";
import { nearestName } from "../route/table.ts";

/** What holds where compression is on and nothing else was said. */
export const DEFLATE_DEFAULTS = {
  /** Shorter messages are sent as they are, in bytes: they gain little. */
  threshold: 1024,
  /** Measured in docs/PERFORMANCE.md: half the time of 3 and 6, for messages a quarter longer. */
  level: 1,
  /** zlib's own default. */
  memLevel: 8,
  /** No context is kept for a connection of ours … */
  serverNoContextTakeover: true,
  /** … nor asked for: an idle connection costs nothing. */
  clientNoContextTakeover: true,
  /** The full window of 32 KiB. */
  serverMaxWindowBits: 15,
  /** The full window of 32 KiB. */
  clientMaxWindowBits: 15,
} as const satisfies Required<PerMessageDeflateOptions>;

type FieldName = keyof PerMessageDeflateOptions;

/** The lowest and the highest whole number that a field may be; a field that is not here is a boolean. */
const RANGES: Readonly<Partial<Record<FieldName, readonly [min: number, max: number]>>> = {
  threshold: [0, 2 ** 31 - 1],
  level: [1, 9],
  memLevel: [1, 9],
  // RFC 7692 §7.1.2 begins at 8, of which zlib makes 9 or an error.
  serverMaxWindowBits: [9, 15],
  clientMaxWindowBits: [9, 15],
};

const FIELDS = Object.keys(DEFLATE_DEFAULTS) as FieldName[];

/** The settings that a value other than `false` stands for. */
export function deflateSettings(option: true | PerMessageDeflateOptions): Required<PerMessageDeflateOptions> {
  return option === true ? DEFLATE_DEFAULTS : { ...DEFLATE_DEFAULTS, ...option };
}

/**
 * Says what a value must be.
 *
 * @returns `undefined` when it is right.
 */
export function deflateProblem(value: unknown): string | undefined {
  if (typeof value === "boolean") return undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return `must be true, false, or an object of ${FIELDS.join(", ")}`;
  }
  for (const [name, given] of Object.entries(value)) {
    const problem = fieldProblem(name, given);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function fieldProblem(name: string, value: unknown): string | undefined {
  if (!isField(name)) {
    const nearest = nearestName(name, FIELDS);
    return `it has no ${name}; ${
      nearest === undefined ? `known are ${FIELDS.join(", ")}` : `did you mean ${nearest}?`
    }`;
  }
  const range = RANGES[name];
  if (range === undefined) return typeof value === "boolean" ? undefined : `its ${name} must be true or false`;
  const [min, max] = range;
  const isInside = typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
  return isInside ? undefined : `its ${name} must be a whole number${unitOf(name)}, ${min} to ${max}`;
}

function isField(name: string): name is FieldName {
  return Object.hasOwn(DEFLATE_DEFAULTS, name);
}

function unitOf(name: FieldName): string {
  return name === "threshold" ? " of bytes" : "";
}
