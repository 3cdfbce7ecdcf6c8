/**
 * The style sheet of the inspector: the colours of the page at `/`, closer together.
 *
 * @module
 */

const COLOURS = `
:root { color-scheme: light dark;
  --ground: #f7f5f2; --card: #fff; --sunk: #f3f0ec; --line: #e2dcd5; --edge: #8f867d; --text: #23201e; --soft: #655e58;
  --accent: #c2351f; --accent-over: #a52a17; --on-accent: #fff; --good: #3d7040; --warn: #8a5a00; --tint: #fbe9e5;
  --blue: #1f5f8b; --blue-tint: #e4eff6; --good-tint: #e6f1e6; --warn-tint: #faf0da; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #141312; --card: #1d1b1a; --sunk: #151413; --line: #37332f; --edge: #7d756d; --text: #eee9e4; --soft: #aba29a;
  --accent: #ff7c66; --accent-over: #ff9885; --on-accent: #2a0c06; --good: #86c088; --warn: #e3b15a; --tint: #3a211c;
  --blue: #82bce3; --blue-tint: #182a38; --good-tint: #1d2f1e; --warn-tint: #33270f; } }
`;

const GROUND = `
*, ::before, ::after { box-sizing: border-box; }
html { overflow-y: scroll; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
h1 { display: flex; align-items: center; gap: 8px; font-size: 1.1rem; margin: 0; }
h1 span { font-weight: 400; color: var(--soft); }
h2 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: .92rem; margin: 0; }
h3 small { font-weight: 400; color: var(--soft); }
p { margin: 0 0 .6em; text-wrap: pretty; }
code, pre, kbd, textarea, .list, .bits, .path, .payload { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
code { font-size: .9em; overflow-wrap: anywhere; }
kbd { font-size: .72rem; color: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: 0 4px; margin-left: 4px; }
pre { margin: 0; font-size: .8rem; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
[hidden] { display: none !important; }
.hint { color: var(--soft); font-size: .82rem; margin: 0; }
.warn, .gone { color: var(--warn); }
.fault { color: var(--accent); font-size: .82rem; }
.empty { color: var(--soft); padding: 14px 4px; margin: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px; }
.grow { flex: 1 1 120px; min-width: 0; }
.line, .title, .tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.line { align-items: end; }
.title h2, .title h3 { flex: 1 1 auto; min-width: 0; }
`;

const CONTROLS = `
button, input, select, textarea { font: inherit; font-size: .88rem; color: inherit; border-radius: 8px; border: 1px solid var(--edge); background: var(--card); min-height: 34px; padding: 4px 10px; }
input, select, textarea { background: var(--sunk); }
textarea { display: block; width: 100%; resize: vertical; font-size: .82rem; padding: 7px 10px; }
label { display: block; font-size: .8rem; color: var(--soft); }
label input, label select { display: block; width: 100%; margin-top: 2px; color: var(--text); }
::placeholder { color: var(--soft); opacity: 1; }
button { cursor: pointer; font-weight: 600; }
button:hover:not(:disabled) { border-color: var(--accent); color: var(--accent); }
button:disabled { opacity: .5; cursor: not-allowed; }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.primary:hover:not(:disabled) { background: var(--accent-over); border-color: var(--accent-over); color: var(--on-accent); }
.small { min-height: 28px; padding: 1px 8px; font-size: .8rem; white-space: nowrap; }
.copy { min-width: 8ch; }
.choice { display: flex; }
.choice button { border-radius: 0; margin-left: -1px; font-weight: 500; }
.choice button:first-child { border-radius: 8px 0 0 8px; margin-left: 0; }
.choice button:last-child { border-radius: 0 8px 8px 0; }
[aria-pressed=true] { background: var(--tint); border-color: var(--accent); z-index: 1; position: relative; }
`;

const FRAME = `
.bar { display: flex; align-items: center; gap: 14px; padding: 10px 18px; border-bottom: 1px solid var(--line); background: var(--card); }
.bar form { margin-left: auto; }
.state { display: flex; align-items: center; gap: 7px; font-size: .84rem; color: var(--soft); margin: 0; }
.state::before { content: ""; width: 9px; height: 9px; border-radius: 50%; border: 2px solid var(--soft); }
.state[data-state=open]::before { background: var(--good); border-color: var(--good); }
.state[data-state=lost]::before { background: var(--accent); border-color: var(--accent); }
.numbers { padding: 10px 18px 0; }
.numbers dl { display: flex; flex-wrap: wrap; gap: 4px 28px; margin: 0; min-height: 42px; }
.numbers dt, .facts dt { font-size: .74rem; color: var(--soft); }
.numbers dd { margin: 0; min-width: 7ch; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.codes span { margin-right: 1ch; font-weight: 400; }
.columns { display: grid; grid-template-columns: minmax(290px, 380px) minmax(0, 1fr); gap: 14px; padding: 10px 18px 30px; align-items: start; max-width: 1500px; }
.lists { position: sticky; top: 10px; max-height: calc(100vh - 20px); overflow-y: auto; }
.pane { min-height: 420px; display: flex; flex-direction: column; gap: 12px; min-width: 0; }
.pane > * { margin: 0; }
.nothing { gap: 14px; min-height: 0; }
.nothing form { max-width: 520px; }
.about { font-size: .86rem; color: var(--soft); }
.about code { color: var(--text); }
.gone { margin-left: 1ch; }
`;

const LISTS = `
.tabs { display: flex; flex-wrap: wrap; gap: 4px; margin-bottom: 10px; }
.tabs button { font-weight: 500; font-size: .82rem; border-color: transparent; padding: 4px 9px; }
.tabs [aria-selected=true] { background: var(--tint); border-color: var(--accent); }
.search { margin-bottom: 8px; }
.rows { list-style: none; margin: 0; padding: 0; display: grid; gap: 4px; }
.row { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 8px; width: 100%; text-align: left; font-weight: 400; border-color: var(--line); padding: 6px 10px; }
.row .path { font-size: .84rem; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row .id { font-size: .76rem; color: var(--soft); align-self: center; }
.row .facts { grid-column: 1 / -1; font-size: .76rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.row .facts b { color: var(--warn); font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .84rem; }
th { text-align: left; font-weight: 500; font-size: .76rem; color: var(--soft); }
th, td { padding: 5px 6px 5px 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
td:last-child { text-align: right; }
th:last-child { text-align: right; }
`;

const HANDSHAKE = `
summary { cursor: pointer; font-size: .86rem; color: var(--soft); padding: 2px 0; }
summary code { color: var(--text); margin-left: .6ch; }
.extension { background: var(--blue-tint); border-radius: 4px; padding: 1px 6px; }
.handshake[open] > summary { margin-bottom: 8px; }
.handshake h3 { margin: 10px 0 4px; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 12px; }
.head { background: var(--sunk); border: 1px solid var(--line); border-radius: 8px; padding: 8px 10px; font-size: .76rem; max-height: 260px; overflow-y: auto; }
.head i { font-style: normal; color: var(--soft); }
.result { color: var(--accent); font-weight: 600; }
.steps { margin: 0; padding-left: 1.4em; font-size: .84rem; color: var(--soft); }
.steps code { display: block; color: var(--text); background: var(--sunk); border-radius: 6px; padding: 3px 8px; margin: 2px 0 7px; }
.steps code.result { color: var(--accent); }
.steps code b { color: var(--blue); font-weight: 400; }
`;

const FRAMES = `
.frames { display: flex; flex-direction: column; gap: 8px; }
.tools h3 { margin-right: auto; }
.list { height: 310px; overflow: auto; overflow-anchor: none; contain: strict; background: var(--sunk); border: 1px solid var(--line); border-radius: 8px; font-size: .8rem; position: relative; }
.list .empty { font-family: system-ui, sans-serif; padding: 10px 12px; }
.room { position: relative; overflow: hidden; }
.frame-row { display: grid; grid-template-columns: 13ch 2ch 13ch 14ch 9ch minmax(0, 1fr); gap: 0 8px; height: 28px; line-height: 28px; padding: 0 10px; cursor: pointer; white-space: nowrap; }
.frame-row span { overflow: hidden; text-overflow: ellipsis; }
.frame-row .time, .frame-row .marks, .frame-row .length { color: var(--soft); }
.frame-row .length { text-align: right; }
.frame-row .way { text-align: center; font-weight: 700; color: var(--good); }
.frame-row[data-direction=out] .way { color: var(--accent); }
.frame-row:hover { background: var(--card); }
.frame-row[aria-selected=true] { background: var(--tint); box-shadow: inset 3px 0 var(--accent); }
.frame-row[data-opcode="8"] .name { color: var(--warn); }
.counts { min-height: 1.4em; font-variant-numeric: tabular-nums; }
.counts b { color: var(--warn); font-weight: 600; }
`;

const DETAIL = `
.detail { border-top: 1px solid var(--line); padding-top: 12px; display: flex; flex-direction: column; gap: 10px; }
.detail > * { margin: 0; }
.bits { font-size: .72rem; max-width: 760px; }
.ruler, .bit-row { display: grid; grid-template-columns: repeat(32, minmax(0, 1fr)); }
.ruler span { text-align: center; color: var(--soft); line-height: 1.25; font-size: .64rem; min-height: 1.25em; }
.cell { border: 1px solid var(--edge); margin: 0 -1px -1px 0; min-width: 0; text-align: center; padding: 2px 0 3px; background: var(--card); }
.cell .digits { display: flex; justify-content: space-around; }
.cell i { font-style: normal; color: var(--soft); }
.cell i.on { color: var(--text); font-weight: 700; }
.cell small { display: block; font-family: system-ui, sans-serif; font-size: .66rem; color: var(--soft); line-height: 1.2; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 0 2px; }
.narrow small { writing-mode: vertical-rl; margin: 2px auto 0; height: 34px; padding: 0; line-height: 1; }
.of-opcode { background: var(--tint); }
.of-length { background: var(--blue-tint); }
.of-key { background: var(--warn-tint); }
.of-payload { background: var(--good-tint); }
.detail .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 6px 18px; margin: 0; }
.facts dd { margin: 0; font-size: .86rem; overflow-wrap: anywhere; }
.carried { display: flex; flex-direction: column; gap: 8px; }
.carried p { margin: 0; }
.payload { background: var(--sunk); border: 1px solid var(--line); border-radius: 8px; padding: 9px 12px; font-size: .8rem; line-height: 1.5; max-height: 340px; min-height: 60px; overflow: auto; }
pre.hex { white-space: pre; overflow-wrap: normal; }
.json details, .json .leaf { padding-left: 2ch; }
.json > details, .json > .leaf { padding-left: 0; }
.json summary { font-size: inherit; padding: 0; color: var(--text); }
.json .key { color: var(--blue); }
.json .string { color: var(--good); overflow-wrap: anywhere; }
.json .number, .json .boolean, .json .null { color: var(--accent); }
.json small { color: var(--soft); }
`;

const ACTIONS = `
.actions { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 12px; border-top: 1px solid var(--line); padding-top: 12px; }
fieldset { border: 0; margin: 0; padding: 0; display: grid; gap: 8px; min-width: 0; }
legend { font-weight: 600; font-size: .88rem; padding: 0 0 6px; }
.actions select, .actions input { width: 100%; }
.actions .line { align-items: center; min-height: 34px; }
.login main { display: grid; place-items: center; min-height: 90vh; padding: 16px; }
.login form { width: min(100%, 380px); display: grid; gap: 10px; }
.login input { width: 100%; }
`;

const NARROW = `
@media (max-width: 1000px) { .actions { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
@media (max-width: 820px) {
  .columns { grid-template-columns: minmax(0, 1fr); }
  .lists { position: static; max-height: none; }
  .opened .lists { display: none; }
}
@media (max-width: 560px) {
  .bar, .numbers, .columns { padding-left: 10px; padding-right: 10px; }
  .bar { flex-wrap: wrap; gap: 6px 12px; }
  .numbers dl { gap: 4px 16px; }
  .numbers dd { min-width: 5ch; }
  .card { padding: 12px; }
  .pair, .actions { grid-template-columns: minmax(0, 1fr); }
  .frame-row { grid-template-columns: 2ch 11ch minmax(0, 1fr) auto; gap: 0 6px; padding: 0 8px; }
  .frame-row .time, .frame-row .marks { display: none; }
  .frame-row .preview { order: 1; }
  .frame-row .length { order: 2; }
  .frames .tools h3, .frames .tools input { flex-basis: 100%; }
  .frames .tools select, .frames .tools button { flex: 1 1 auto; }
  .list { font-size: .76rem; }
  .tabs { gap: 0; }
  .tabs button { padding: 4px 7px; font-size: .78rem; }
  .detail .facts { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
  .facts div:last-child { grid-column: 1 / -1; }
  .bits { font-size: .58rem; }
  .ruler span { font-size: .52rem; }
  .cell small { font-size: .58rem; padding: 0; }
  kbd { display: none; }
}
`;

/** The whole sheet, without indentation. */
export const PAGE_CSS = [COLOURS, GROUND, CONTROLS, FRAME, LISTS, HANDSHAKE, FRAMES, DETAIL, ACTIONS, NARROW].join("")
  .replace(/\n\s*/g, "\n").trim();
