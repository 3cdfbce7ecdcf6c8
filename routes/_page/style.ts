/**
 * The page's style sheet: calm neutrals, salmon red for what acts, green for what is open.
 *
 * @module
 */

const COLOURS = `
:root { color-scheme: light dark;
  --ground: #f7f5f2; --card: #fff; --sunk: #f3f0ec; --line: #e2dcd5; --edge: #8f867d; --text: #23201e; --soft: #655e58;
  --accent: #c2351f; --accent-over: #a52a17; --on-accent: #fff; --good: #3d7040; --warn: #8a5a00; --tint: #fbe9e5; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #141312; --card: #1d1b1a; --sunk: #151413; --line: #37332f; --edge: #7d756d; --text: #eee9e4; --soft: #aba29a;
  --accent: #ff7c66; --accent-over: #ff9885; --on-accent: #2a0c06; --good: #86c088; --warn: #e3b15a; --tint: #3a211c; } }
`;

const GROUND = `
*, ::before, ::after { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
body > header, main, footer { max-width: 1080px; margin: 0 auto; padding: 0 20px; }
h1 { font-size: clamp(1.6rem, 1.1rem + 2.2vw, 2.6rem); line-height: 1.15; letter-spacing: -.02em; margin: .5em 0 .4em; text-wrap: balance; }
h2 { font-size: 1.1rem; margin: 0 0 .6em; }
h2 small { font-weight: 400; font-size: .78rem; color: var(--soft); margin-left: .4em; white-space: nowrap; }
p { margin: 0 0 .8em; text-wrap: pretty; }
a { color: var(--accent); }
code, pre, .log, .steps dd, .bits, .face, .tabs button, textarea, .url { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
code, pre { font-size: .9em; }
h1 code { font-size: .92em; color: var(--accent); }
pre { margin: 0 0 .8em; padding: 12px 14px; background: var(--sunk); border: 1px solid var(--line); border-radius: 8px; font-size: .82rem; line-height: 1.55; white-space: pre-wrap; overflow-wrap: anywhere; }
pre code { font-size: inherit; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
.top { padding-top: 28px !important; padding-bottom: 14px !important; }
.brand { display: flex; align-items: center; gap: 10px; font-size: 1.15rem; margin: 0; }
.brand svg { width: 52px; height: 33px; }
.lead { max-width: 62ch; color: var(--soft); font-size: 1.05rem; }
.warn { color: var(--warn); }
.hint { color: var(--soft); font-size: .88rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px; }
main > * { margin-bottom: 20px; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 20px; }
footer { padding-bottom: 40px !important; display: flex; flex-wrap: wrap; gap: 6px 20px; font-size: .9rem; }
`;

const CONTROLS = `
button, input, select, textarea { font: inherit; color: inherit; border-radius: 8px; border: 1px solid var(--edge); background: var(--card); min-height: 40px; padding: 7px 12px; }
input, select, textarea { width: 100%; background: var(--sunk); }
textarea { resize: none; max-height: 160px; overflow-y: auto; font-size: .9rem; line-height: 1.6; field-sizing: content; }
input[aria-invalid=true], textarea[aria-invalid=true] { border-color: var(--accent); }
::placeholder { color: var(--soft); opacity: 1; }
label { font-size: .82rem; color: var(--soft); }
label input, label select { display: block; margin-top: 2px; color: var(--text); font-size: .95rem; }
button { cursor: pointer; font-weight: 600; font-size: .92rem; }
button:hover:not(:disabled) { border-color: var(--accent); color: var(--accent); }
button:disabled { opacity: .5; cursor: not-allowed; }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.primary:hover:not(:disabled) { background: var(--accent-over); border-color: var(--accent-over); color: var(--on-accent); }
.row, .dial, .closing, .composer { display: flex; flex-wrap: wrap; gap: 10px; align-items: end; }
.row { margin-bottom: .8em; }
p.row { align-items: center; }
.grow { flex: 1 1 140px; min-width: 0; }
form.row { margin: 0; }
`;

const CONSOLE = `
.tabs { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 10px; }
.tabs button { display: flex; align-items: center; gap: 8px; font-size: .86rem; font-weight: 500; border-color: var(--line); min-height: 38px; }
.tabs button::before, .state::before { content: ""; flex: none; width: 9px; height: 9px; border-radius: 50%; border: 2px solid var(--soft); }
.tabs [aria-selected=true] { background: var(--tint); border-color: var(--accent); color: var(--text); }
[data-state=open]::before { background: var(--good); border-color: var(--good) !important; }
[data-state=connecting]::before, [data-state=closing]::before { border-color: var(--warn) !important; }
[data-state=failed]::before { background: var(--accent); border-color: var(--accent) !important; }
.about { max-width: 82ch; }
.dial { align-items: end; }
.url { flex: 1 1 240px; min-width: 0; min-height: 40px; padding: 9px 12px; background: var(--sunk); border-radius: 8px; overflow-wrap: anywhere; font-size: .86rem; }
.dial label + .url { flex-basis: 100%; order: 3; }
.state { display: flex; align-items: center; gap: 8px; min-height: 40px; min-width: 118px; font-size: .9rem; }
.dial button { min-width: 116px; }
.face { font-size: clamp(2.6rem, 12vw, 5rem); line-height: 1.1; text-align: center; font-variant-numeric: tabular-nums; letter-spacing: -.03em; margin: 18px 0 6px; }
.facts { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 26px; margin: 14px 0 10px; min-height: 44px; }
.facts dt { font-size: .75rem; color: var(--soft); }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; font-weight: 600; min-width: 4ch; white-space: nowrap; }
.facts .right { margin-left: auto; }
.log { height: 270px; overflow-y: auto; overscroll-behavior: contain; background: var(--sunk); border: 1px solid var(--line); border-radius: 8px; padding: 8px 0; font-size: .84rem; }
.log p { margin: 0; padding: 2px 12px; display: grid; grid-template-columns: 12ch 2ch minmax(0, 1fr) auto; gap: 0 8px; }
.log time, .log small { color: var(--soft); font-size: inherit; white-space: nowrap; }
.log i { font-style: normal; text-align: center; font-weight: 700; color: var(--soft); }
.log .sent i { color: var(--accent); }
.log .received i { color: var(--good); }
.log .note span { color: var(--soft); font-family: system-ui, sans-serif; }
.log .fault span { color: var(--accent); font-family: system-ui, sans-serif; }
.log span { white-space: pre-wrap; overflow-wrap: anywhere; }
.log:empty::before { content: attr(data-empty); display: block; padding: 2px 12px; color: var(--soft); font-family: system-ui, sans-serif; }
.composer { margin: 10px 0 6px; flex-wrap: nowrap; }
.composer select { flex: 0 0 118px; }
.composer textarea, .composer input { flex: 1; min-width: 0; }
summary { cursor: pointer; font-size: .88rem; color: var(--soft); padding: 6px 0; width: max-content; }
.closing input[name=code] { width: 8ch; }
`;

const EXPLAINED = `
.steps { margin: 12px 0 .8em; }
.steps dt { font-size: .78rem; color: var(--soft); }
.steps dd { margin: 2px 0 10px; font-size: .84rem; overflow-wrap: anywhere; min-height: 1.5em; }
.steps b { font-weight: 400; color: var(--soft); }
.steps .result { color: var(--accent); font-weight: 600; }
#key { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .86rem; }
.bits { display: flex; flex-wrap: wrap; gap: 8px 6px; margin-top: 14px; }
.bits div { text-align: center; }
.bits small { display: block; font-family: system-ui, sans-serif; font-size: .72rem; color: var(--soft); white-space: nowrap; }
.bits span { display: flex; gap: 1px; justify-content: center; }
.bits i { font-style: normal; width: 18px; line-height: 26px; background: var(--sunk); border: 1px solid var(--line); border-radius: 3px; font-size: .84rem; }
.bits .on { background: var(--tint); border-color: var(--accent); }
`;

const NARROW = `
@media (max-width: 760px) { .pair { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 560px) {
  body > header, main, footer { padding: 0 12px; }
  .card { padding: 14px; }
  .tabs { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .tabs button { padding: 6px 8px; font-size: .8rem; gap: 6px; }
  .url { flex-basis: 100%; }
  .state { flex: 1; }
  .facts { gap: 6px 18px; }
  .facts .right { margin-left: 0; }
  .log p { grid-template-columns: 8ch 2ch minmax(0, 1fr); }
  .log time { overflow: hidden; }
  pre { font-size: .76rem; }
  h2 small { display: block; margin: 0; }
  .log small { display: none; }
  .composer { flex-wrap: wrap; }
  .composer select { flex-basis: 100%; }
}
@media (prefers-reduced-motion: no-preference) { button { transition: background-color .12s, border-color .12s; } }
`;

/** What other pages share with this one: colours, ground and controls. */
export const SHARED_CSS = compact(COLOURS + GROUND + CONTROLS);

/** The whole sheet, without indentation. */
export const STYLE_CSS = compact([COLOURS, GROUND, CONTROLS, CONSOLE, EXPLAINED, NARROW].join(""));

/** A sheet without indentation. */
export function compact(sheet: string): string {
  return sheet.replace(/\n\s*/g, "\n").trim();
}
