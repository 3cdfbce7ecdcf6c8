/**
 * A JSON value as a tree that folds.
 *
 * @module
 */

interface TreeProps {
  readonly name?: string;
  readonly value: unknown;
  readonly depth?: number;
}

/** Of an array or an object so many are shown. */
const MAX_ENTRIES = 200;
/** So deep it is unfolded. */
const OPEN_DEPTH = 2;

/** The tree. */
export function JsonTree({ name, value, depth = 0 }: TreeProps) {
  const label = name === undefined ? null : <span class="key">{name}:</span>;
  if (typeof value !== "object" || value === null) {
    return (
      <div class="leaf">
        {label} <span class={value === null ? "null" : typeof value}>{JSON.stringify(value)}</span>
      </div>
    );
  }
  const entries = Object.entries(value);
  const [start, end] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) return <div class="leaf">{label} {start}{end}</div>;
  return (
    <details open={depth < OPEN_DEPTH}>
      <summary>
        {label} {start} <small>{entries.length}</small> {end}
      </summary>
      {entries.slice(0, MAX_ENTRIES).map(([key, item]) => (
        <JsonTree key={key} name={key} value={item} depth={depth + 1} />
      ))}
      {entries.length > MAX_ENTRIES && <p class="hint">… {entries.length - MAX_ENTRIES} more</p>}
    </details>
  );
}
