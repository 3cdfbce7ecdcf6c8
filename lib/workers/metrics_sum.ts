/**
 * The metrics of several workers as those of one server: text in, text out.
 *
 * @module
 */

/**
 * Of these a row for each worker is more than their sum: a state is no amount, and a limit of each process is reached by
 * one of them.
 */
const PER_WORKER =
  /^(?:process_|sockeye_(?:heap_|runtime_state$|broker_up$|event_loop_delay_seconds$|tls_certificate_))/;

/** Of these each worker counts the same thing, which happened or is there once. */
const ONCE: ReadonlySet<string> = new Set([
  "sockeye_activations_total",
  "sockeye_build_info",
  "sockeye_memory_limit_bytes",
  "sockeye_nodes",
]);

/** What one process exposes. */
export interface ProcessText {
  /** Of the worker; undefined: it is the parent, whose rows have no `worker`. */
  readonly number: number | undefined;
  /** Of its process: another one begins with 0. */
  readonly pid: number;
  readonly text: string;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** By what stands before the value. */
  readonly samples: Map<string, number>;
}

/**
 * Adds up. What a worker had counted that has ended since stays in the sums, as far as it was asked for: counters do not go
 * back.
 */
export class MetricsSum {
  /** Counters of each process, as they were last. */
  readonly #last = new Map<number, ReadonlyMap<string, number>>();
  /** Counters of processes that have ended. */
  readonly #gone = new Map<string, number>();

  /** The text of all. @param processes all that are up. */
  text(processes: readonly ProcessText[]): string {
    this.#foldEnded(new Set(processes.map(({ pid }) => pid)));
    const sums = new Map<string, Family>();
    for (const { number, pid, text } of processes) {
      const counters = new Map<string, number>();
      for (const family of familiesOf(text)) {
        const { name, help, type } = family;
        const sum = sums.get(name) ?? { name, help, type, samples: new Map() };
        sums.set(name, sum);
        for (const [key, value] of family.samples) {
          add(sum, PER_WORKER.test(name) && number !== undefined ? withWorker(key, number) : key, value);
          if (isCounted(family)) counters.set(key, value);
        }
      }
      this.#last.set(pid, counters);
    }
    for (const family of sums.values()) if (isCounted(family)) this.#addGone(family);
    return [...sums.values()].map(familyText).join("");
  }

  #foldEnded(pids: ReadonlySet<number>): void {
    for (const [pid, counters] of this.#last) {
      if (pids.has(pid)) continue;
      for (const [key, value] of counters) this.#gone.set(key, (this.#gone.get(key) ?? 0) + value);
      this.#last.delete(pid);
    }
  }

  #addGone(family: Family): void {
    for (const [key, value] of this.#gone) {
      if (nameOf(key) === family.name || isPartOf(key, family.name)) add(family, key, value);
    }
  }
}

/** What never goes back while a worker lives; of a histogram all of it does. A worker's own rows begin anew with it. */
function isCounted({ name, type }: Family): boolean {
  return (type === "counter" || type === "histogram") && !ONCE.has(name) && !PER_WORKER.test(name);
}

function add({ name, samples }: Family, key: string, value: number): void {
  const before = samples.get(key);
  if (before === undefined) samples.set(key, value);
  else samples.set(key, ONCE.has(name) ? Math.max(before, value) : before + value);
}

function familiesOf(text: string): readonly Family[] {
  const families: Family[] = [];
  let family: Family | undefined;
  for (const line of text.split("\n")) {
    const [, help, name = "", said = ""] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (help === "HELP") {
      family = { name, help: said, type: "untyped", samples: new Map() };
    } else if (help === "TYPE") {
      family = { name, help: family?.name === name ? family.help : "", type: said, samples: new Map() };
      families.push(family);
    } else if (family !== undefined && line !== "" && !line.startsWith("#")) {
      // A label's value may hold spaces; the value itself holds none.
      const at = line.lastIndexOf(" ");
      family.samples.set(line.slice(0, at), numberOf(line.slice(at + 1)));
    }
  }
  return families;
}

function familyText({ name, help, type, samples }: Family): string {
  const lines = [...samples].map(([key, value]) => `${key} ${textOf(value)}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function withWorker(key: string, number: number): string {
  const label = `worker="${number}"`;
  return key.endsWith("}") ? key.replace(/\}$/, `,${label}}`) : `${key}{${label}}`;
}

function nameOf(key: string): string {
  return /^[^{]*/.exec(key)![0];
}

/** The rows of a histogram have its name and a few letters more. */
function isPartOf(key: string, family: string): boolean {
  return ["_bucket", "_sum", "_count"].some((end) => nameOf(key) === family + end);
}

function numberOf(text: string): number {
  if (text === "+Inf") return Infinity;
  return text === "-Inf" ? -Infinity : Number(text);
}

function textOf(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}
