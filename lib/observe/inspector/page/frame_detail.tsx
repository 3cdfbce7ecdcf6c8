/**
 * One frame: its bits as the RFC draws them, and what it carries.
 *
 * @module
 */
import { useState } from "preact/hooks";
import type { WireFrame } from "../wire.ts";
import { type BitCell, bitRows } from "./bit_rows.ts";
import { exportLine } from "./export_lines.ts";
import { bytesText, closeWords, countText, timeText } from "./format.ts";
import { type CarriedView, closeOf, headerView, messageOf, opcodeName, payloadOf } from "./frame_view.ts";
import { JsonTree } from "./json_tree.tsx";
import { hexDump, jsonOf, textOf } from "./payload_text.ts";

interface DetailProps {
  readonly frame: WireFrame;
  readonly onClose: () => void;
}

/** The frame. */
export function FrameDetail({ frame, onClose }: DetailProps) {
  const header = headerView(frame.h);
  const { opcode, fin, rsv, maskKey, lengthForm, payloadBytes } = header;
  const payload = payloadOf(frame);
  const facts: readonly (readonly [string, string])[] = [
    ["Opcode", `0x${opcode.toString(16)} ${opcodeName(opcode)}`],
    ["FIN", fin ? "1, the last frame of its message" : "0, more frames follow"],
    ["RSV1–3", `${rsv}${rsv.startsWith("1") && frame.c?.inflation !== undefined ? ", compressed" : ""}`],
    ["Masking key", maskKey === "" ? "none" : maskKey.replace(/..(?!$)/g, "$& ")],
    ["Length", `${payloadBytes.toLocaleString("en")} in ${lengthForm} bits`],
    ["Header", `${frame.h.length / 2} bytes: ${frame.h.replace(/..(?!$)/g, "$& ")}`],
  ];
  return (
    <section class="detail" aria-label={`Frame ${frame.n}`}>
      <div class="title">
        <h3>
          Frame {frame.n.toLocaleString("en")}{" "}
          <small>{frame.d === "in" ? "from peer" : "to peer"}, {timeText(frame.t)}</small>
        </h3>
        <Copy text={() => exportLine(frame)} name="Copy as JSON" />
        <button type="button" aria-label="Close the frame" onClick={onClose}>Close</button>
      </div>
      {frame.seen !== undefined && (
        <p class="warn">The connection ended inside: {countText(frame.seen, "byte")} of it came.</p>
      )}
      <BitGrid header={frame.h} payload={payload.bytes} />
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {frame.hidden === undefined
        ? <Carried key={frame.n} frame={frame} payload={payload} message={messageOf(frame)} />
        : <p class="warn">The payload is not shown: {frame.hidden}.</p>}
    </section>
  );
}

function BitGrid({ header, payload }: { readonly header: string; readonly payload: Uint8Array }) {
  const { fin, rsv, opcode, maskKey, lengthForm, payloadBytes } = headerView(header);
  const words = `FIN ${fin ? 1 : 0}, RSV ${rsv}, opcode ${opcode} ${opcodeName(opcode)}, ` +
    `${maskKey === "" ? "not masked" : `masked with ${maskKey}`}, length ${payloadBytes} in ${lengthForm} bits`;
  return (
    <div class="bits" role="img" aria-label={`The bits of the frame: ${words}`}>
      <div class="ruler">
        {Array.from({ length: 32 }, (_, bit) => <span key={bit}>{bit % 10 === 0 ? bit / 10 : ""}</span>)}
        {Array.from({ length: 32 }, (_, bit) => <span key={bit + 32}>{bit % 10}</span>)}
      </div>
      {bitRows(header, payload).map((row, at) => (
        <div class="bit-row" key={at}>{row.map((cell, column) => <Cell key={column} cell={cell} />)}</div>
      ))}
    </div>
  );
}

function Cell({ cell: { name, bits, kind, isRest } }: { readonly cell: BitCell }) {
  const isNarrow = bits.length === 1;
  return (
    <div class={`cell of-${kind}${isNarrow ? " narrow" : ""}`} style={{ gridColumn: `span ${bits.length}` }}>
      <span class="digits">
        {[...bits].map((bit, at) => <i key={at} class={bit === "1" ? "on" : undefined}>{bit}</i>)}
      </span>
      <small>{isRest ? `${name}, continued` : name}</small>
    </div>
  );
}

const VIEWS = ["Text", "JSON", "Hex"] as const;

interface CarriedProps {
  readonly frame: WireFrame;
  readonly payload: CarriedView;
  readonly message: CarriedView | undefined;
}

function Carried({ frame, payload, message }: CarriedProps) {
  const [isMessage, setMessage] = useState(message !== undefined);
  const shown = isMessage && message !== undefined ? message : payload;
  const json = jsonOf(shown.bytes);
  const isText = shown.isText || json !== undefined;
  const [view, setView] = useState<typeof VIEWS[number]>(json !== undefined ? "JSON" : isText ? "Text" : "Hex");
  const { opcode } = headerView(frame.h);
  const close = opcode === 8 ? closeOf(payload) : undefined;
  const { inflation, frames = 1 } = frame.c ?? {};
  const sources = [
    {
      isMessage: true,
      name: inflation === undefined ? `Message of ${countText(frames, "frame")}` : "Inflated message",
    },
    { isMessage: false, name: inflation === undefined ? "This frame" : "This frame, compressed" },
  ];
  return (
    <div class="carried">
      <div class="tools">
        {message !== undefined && (
          <Choice
            label="What is shown"
            names={sources.map(({ name }) => name)}
            chosen={sources.find((source) => source.isMessage === isMessage)!.name}
            onChoose={(chosen) => setMessage(sources.find(({ name }) => name === chosen)!.isMessage)}
          />
        )}
        <Choice
          label="Shown as"
          names={VIEWS}
          chosen={view}
          barred={json === undefined ? "JSON" : undefined}
          onChoose={setView}
        />
        <Copy text={() => view === "Hex" ? hexDump(shown.bytes) : textOf(shown.bytes)} name="Copy" />
      </div>
      {close !== undefined && (
        <p>
          Code <b>{close.code ?? "none"}</b> {close.code === undefined ? "" : closeWords(close.code)}
          {close.reason !== "" && `: ${close.reason}`}
        </p>
      )}
      {inflation !== undefined && inflation !== "whole" && <p class="warn">Inflation: {inflation}.</p>}
      <p class="hint">
        {shown.byteLength === undefined ? "Length not known" : countText(shown.byteLength, "byte")}
        {shown.byteLength !== undefined && shown.byteLength > shown.bytes.length &&
          `, of which the first ${bytesText(shown.bytes.length)} are shown`}
        {isMessage && inflation === "whole" && shown.byteLength !== undefined && frames === 1 &&
          `, inflated from ${countText(headerView(frame.h).payloadBytes, "byte")}`}
      </p>
      <Payload view={view} bytes={shown.bytes} />
    </div>
  );
}

interface ChoiceProps<Name extends string> {
  readonly label: string;
  readonly names: readonly Name[];
  readonly chosen: Name;
  /** One that cannot be chosen. */
  readonly barred?: Name | undefined;
  readonly onChoose: (name: Name) => void;
}

function Choice<Name extends string>({ label, names, chosen, barred, onChoose }: ChoiceProps<Name>) {
  return (
    <div role="group" aria-label={label} class="choice">
      {names.map((name) => (
        <button
          type="button"
          key={name}
          aria-pressed={name === chosen}
          disabled={name === barred}
          onClick={() => onChoose(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function Payload({ view, bytes }: { readonly view: typeof VIEWS[number]; readonly bytes: Uint8Array }) {
  const json = view === "JSON" ? jsonOf(bytes) : undefined;
  if (json !== undefined) {
    return (
      <div class="payload json" tabIndex={0} role="region" aria-label="Payload as JSON">
        {json.header !== undefined && <JsonTree name="header" value={json.header} />}
        <JsonTree value={json.value} />
      </div>
    );
  }
  const name = view.toLowerCase();
  return (
    <pre class={`payload ${name}`} tabIndex={0} role="region" aria-label={`Payload as ${name}`}>
      {view === "Hex" ? hexDump(bytes) : textOf(bytes)}
    </pre>
  );
}

/** A button that copies a text, and says that it has. */
function Copy({ text, name }: { readonly text: () => string; readonly name: string }) {
  const [said, setSaid] = useState("");
  const copy = (): void => {
    // It is there on loopback and over TLS.
    const copied = navigator.clipboard?.writeText(text()) ?? Promise.reject(new Error("no clipboard"));
    copied.then(() => setSaid("Copied"), () => setSaid("Not allowed")).then(() => setTimeout(() => setSaid(""), 1500));
  };
  return <button type="button" class="copy" onClick={copy}>{said || name}</button>;
}
