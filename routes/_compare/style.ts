/**
 * The style sheet of the page at `/compare`: that of `/`, and what only this page has.
 *
 * @module
 */
import { compact, SHARED_CSS } from "../_page/style.ts";

/** A colour for each lane, told apart by their lightness too. */
const LANES = `
:root { --poll: #b4511b; --long-poll: #7a5bb5; --websocket: #2c7a55; --heads: #d8806b; --framing: #8a5a00; --payload: #3d7040; }
@media (prefers-color-scheme: dark) { :root { --poll: #ff9a5c; --long-poll: #b9a0ee; --websocket: #6fd0a0; --heads: #c75b45; --framing: #e3b15a; --payload: #86c088; } }
.of-poll { color: var(--poll); }
.of-long-poll { color: var(--long-poll); }
.of-websocket { color: var(--websocket); }
`;

const PARTS = `
.brand a { display: flex; align-items: center; gap: 10px; color: inherit; text-decoration: none; }
.lead { max-width: 76ch; }
#app { min-height: 100vh; padding-bottom: 24px; }
h3 { font-size: .95rem; margin: 0 0 .3em; }
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: 10px 22px; padding: 14px 20px; }
.controls button { min-width: 84px; }
.controls select { width: 108px; }
.controls p { margin: 0; }
.elapsed { min-width: 15ch; font-variant-numeric: tabular-nums; }
.elapsed b { display: inline-block; min-width: 5ch; }
.clock { flex: 1 1 320px; min-height: 3em; }
.lanes { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 20px; }
.lane { border-top: 3px solid; }
.lane-poll { border-top-color: var(--poll); }
.lane-long-poll { border-top-color: var(--long-poll); }
.lane-websocket { border-top-color: var(--websocket); }
.lane header { display: flex; justify-content: space-between; align-items: center; }
.lane h2 { margin: 0; }
.lane .switch { border-color: transparent; background: none; padding: 0 4px; min-height: 32px; }
.state { display: flex; align-items: baseline; gap: 8px; min-height: 3em; font-size: .88rem; margin: 2px 0; }
.state::before { content: ""; flex: none; width: 9px; height: 9px; border-radius: 50%; border: 2px solid var(--soft); }
.lane .state { height: 3em; overflow: hidden; margin: 2px 0 0; }
[data-state=open]::before { background: var(--good); border-color: var(--good); }
[data-state=connecting]::before { border-color: var(--warn); }
[data-state=failed]::before { background: var(--accent); border-color: var(--accent); }
.about { min-height: 3em; margin: 0; }
.face { font: 600 2.2rem/1.2 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; height: 1.2em; margin: 6px 0; font-variant-numeric: tabular-nums; letter-spacing: -.02em; overflow: hidden; }
.reading { font-size: .95rem; line-height: 1.45; height: 10.2em; margin: 0; overflow: auto; border-top: 1px solid var(--line); padding-top: 10px; }
.latency { display: grid; grid-template-columns: 264px minmax(0, 1fr); gap: 16px; align-items: center; border-top: 1px solid var(--line); padding: 8px 0; }
.latency p { margin: 0; }
.facts { display: grid; grid-template-columns: repeat(3, 1fr); margin: 0; }
.lane .facts { margin-bottom: 12px; }
.facts dt { font-size: .75rem; color: var(--soft); }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; font-weight: 600; white-space: nowrap; }
.chart { min-width: 0; overflow: hidden; }
.wire .right { flex: 1; }
.wire p { display: flex; justify-content: space-between; margin: 0 0 3px; font-size: .92rem; font-variant-numeric: tabular-nums; }
.bar { display: flex; height: 20px; background: var(--sunk); border: 1px solid var(--line); border-radius: 4px; overflow: hidden; margin-bottom: 10px; }
.bar i { flex: none; }
.bar .is-heads, .keys .is-heads::before { background: var(--heads); }
.bar .is-framing, .keys .is-framing::before { background: var(--framing); }
.bar .is-payload, .keys .is-payload::before { background: var(--payload); }
.keys { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: .82rem; color: var(--soft); margin: 0 0 10px; }
.keys span { display: flex; align-items: center; gap: 6px; }
.keys span::before { content: ""; width: 12px; height: 12px; border-radius: 3px; }
.keys [class^=line]::before { width: 22px; height: 0; border-radius: 0; border-top: 3px solid; }
.keys .line-poll::before { border-top-style: dotted; color: var(--poll); }
.keys .line-long-poll::before { border-top-style: dashed; color: var(--long-poll); }
.keys .line-websocket::before { color: var(--websocket); }
.grown { margin-top: 18px; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: .88rem; font-variant-numeric: tabular-nums; }
thead td { width: 31%; }
/* Begins at the right for whoever asks where it begins, and is read as it is written: a figure that grows does not move. */
td, .right { direction: rtl; unicode-bidi: plaintext; text-align: right; }
th { text-align: right; }
th, td { padding: 3px 0 3px 6px; border-bottom: 1px solid var(--line); font-weight: 400; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
thead th { font-weight: 600; }
tbody th { text-align: left; color: var(--soft); padding-left: 0; }
thead th, tbody th { white-space: normal; overflow: visible; }
tbody .group { color: var(--text); font-weight: 600; padding-top: 12px; }
.row { align-items: center; }
.row p { margin: 0; }
.row .state { min-height: 0; min-width: 20ch; }
.row .events { min-width: 10ch; font-variant-numeric: tabular-nums; }
.row .primary { min-width: 214px; }
.switch { display: flex; align-items: center; gap: 10px; }
.switch::before { content: ""; width: 34px; height: 20px; border-radius: 10px; border: 2px solid var(--edge); background: radial-gradient(circle at 8px 50%, var(--edge) 5.5px, transparent 6.5px); }
.switch[aria-checked=true]::before { border-color: var(--accent); background: radial-gradient(circle at 22px 50%, var(--on-accent) 5.5px, transparent 6.5px) var(--accent); }
.lane .switch[aria-checked=true]::before { border-color: var(--good); background: radial-gradient(circle at 22px 50%, var(--card) 5.5px, transparent 6.5px) var(--good); }
.log { height: 172px; overflow-y: auto; background: var(--sunk); border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px; font-size: .84rem; }
.log p { margin: 0; }
.log:empty::before { content: attr(data-empty); color: var(--soft); }
.log time { display: inline-block; min-width: 8ch; color: var(--soft); }
`;

const NARROW = `
@media (max-width: 860px) { .pair, .lanes { grid-template-columns: minmax(0, 1fr); }
  .about { min-height: 1.5em; }
  .reading { height: 7.4em; } }
@media (max-width: 560px) {
  body > header, main { padding: 0 12px; }
  .card { padding: 14px; }
  .about { min-height: 3em; }
  .latency { grid-template-columns: minmax(0, 1fr); gap: 4px; }
  .reading { height: 8.8em; }
  .clock { min-height: 6em; }
  h2 small { display: block; margin: 0; }
  table { font-size: .78rem; letter-spacing: -.01em; }
  thead td { width: 25%; }
  th, td { padding-left: 3px; }
  .row button { flex: 1 1 100%; justify-content: center; }
}
@media (prefers-reduced-motion: no-preference) { button { transition: background-color .12s, border-color .12s; } }
`;

/** The whole sheet. */
export const COMPARE_CSS = SHARED_CSS + compact(LANES + PARTS + NARROW);
