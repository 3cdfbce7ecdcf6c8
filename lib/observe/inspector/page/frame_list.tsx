/**
 * The frames as they pass: only the rows on the screen are there.
 *
 * @module
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { WireFrame } from "../wire.ts";
import { exportLines } from "./export_lines.ts";
import { bytesText, countText, timeText } from "./format.ts";
import type { FrameFilter, FrameStore } from "./frame_store.ts";
import { headerView, opcodeName, previewOf } from "./frame_view.ts";
import { scrollTo, windowRows } from "./window_rows.ts";

interface ListProps {
  readonly store: FrameStore;
  readonly redraw: () => void;
  readonly selected: WireFrame | undefined;
  readonly onSelect: (frame: WireFrame | undefined) => void;
  readonly isOver: boolean;
}

const ROW_HEIGHT = 28;
const PAGE_ROWS = 10;

/** The list, and what it is filtered by. */
export function FrameList(props: ListProps) {
  const { store, isOver } = props;
  return (
    <section class="frames" aria-label="Frames">
      <Tools {...props} />
      <Rows {...props} />
      <p class="hint counts">
        {countText(store.total, "frame")}
        {store.shown.length !== store.total && `, ${store.shown.length.toLocaleString("en")} in the list`}
        {store.notShown > 0 && <b>, {countText(store.notShown, "frame")} not shown: too many at once</b>}
        {store.isPaused && <b>, {countText(store.waiting, "frame")} waiting</b>}
        {isOver && ", and no more will come"}
      </p>
    </section>
  );
}

function Tools({ store, redraw, onSelect }: ListProps) {
  const filter = (change: Partial<FrameFilter>): void => {
    store.filter = { ...store.filter, ...change };
    redraw();
  };
  const { direction, opcode, text } = store.filter;
  return (
    <div class="tools" role="group" aria-label="Which frames">
      <h3>Frames</h3>
      <select
        aria-label="Direction"
        value={direction}
        onChange={(event) => filter({ direction: event.currentTarget.value as FrameFilter["direction"] })}
      >
        <option value="">both ways</option>
        <option value="in">from peer</option>
        <option value="out">to peer</option>
      </select>
      <select
        aria-label="Opcode"
        value={opcode}
        onChange={(event) => filter({ opcode: event.currentTarget.value as FrameFilter["opcode"] })}
      >
        <option value="">all opcodes</option>
        {["text", "binary", "continuation", "close", "ping", "pong", "other"].map((name) => (
          <option key={name} value={name}>{name}</option>
        ))}
      </select>
      <input
        type="search"
        class="grow"
        aria-label="Text in the frame"
        placeholder="text…"
        spellcheck={false}
        value={text}
        onInput={(event) => filter({ text: event.currentTarget.value })}
      />
      <button
        type="button"
        aria-pressed={store.isPaused}
        onClick={() => {
          if (store.isPaused) store.resume();
          else store.pause();
          redraw();
        }}
      >
        {store.isPaused ? "Go on" : "Pause"}
      </button>
      <button
        type="button"
        onClick={() => {
          store.clear();
          onSelect(undefined);
          redraw();
        }}
      >
        Clear
      </button>
      <button type="button" onClick={() => save(store.shown)} disabled={store.shown.length === 0}>Export</button>
    </div>
  );
}

function save(frames: readonly WireFrame[]): void {
  const url = URL.createObjectURL(new Blob([exportLines(frames)], { type: "application/jsonl" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "frames.jsonl";
  link.click();
  URL.revokeObjectURL(url);
}

/** Which row a key leads to. @param at the row that is chosen; -1 for none. */
function rowFor(key: string, at: number, count: number): number | undefined {
  return {
    ArrowDown: at + 1,
    ArrowUp: at === -1 ? count - 1 : at - 1,
    PageDown: at + PAGE_ROWS,
    PageUp: at - PAGE_ROWS,
    Home: 0,
    End: count - 1,
  }[key];
}

function Rows({ store, selected, onSelect }: ListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const [height, setHeight] = useState(300);
  const isFollowing = useRef(true);
  const frames = store.shown;
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setHeight(entry!.contentRect.height));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  // Whoever is at the end stays there.
  useLayoutEffect(() => {
    if (isFollowing.current) box.current!.scrollTop = frames.length * ROW_HEIGHT;
  }, [frames.at(-1)?.n, frames.length]);
  const view = { count: frames.length, rowHeight: ROW_HEIGHT, scrollTop, height };
  const [start, end] = windowRows(view);
  const at = selected === undefined ? -1 : frames.findIndex(({ n }) => n === selected.n);
  const move = (to: number): void => {
    const row = Math.max(0, Math.min(frames.length - 1, to));
    const frame = frames[row];
    if (frame === undefined) return;
    isFollowing.current = false;
    onSelect(frame);
    box.current!.scrollTop = scrollTo(row, { ...view, scrollTop: box.current!.scrollTop });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = rowFor(event.key, at, frames.length);
    if (to === undefined && (event.key !== "Escape" || selected === undefined)) return;
    event.preventDefault();
    if (to === undefined) onSelect(undefined);
    else move(to);
  };
  return (
    <div
      class="list"
      ref={box}
      role="listbox"
      tabIndex={0}
      aria-label="Frames, oldest first"
      aria-activedescendant={at >= start && at < end ? `frame-${selected!.n}` : undefined}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        const { scrollTop: top, scrollHeight, clientHeight } = event.currentTarget;
        isFollowing.current = top + clientHeight >= scrollHeight - ROW_HEIGHT;
        setScrollTop(top);
      }}
    >
      {frames.length === 0 && (
        <p class="empty">{store.total > 0 ? "No frame is like that." : "No frame has passed yet."}</p>
      )}
      <div class="room" role="presentation" style={{ height: `${frames.length * ROW_HEIGHT}px` }}>
        <div class="window" role="presentation" style={{ transform: `translateY(${start * ROW_HEIGHT}px)` }}>
          {frames.slice(start, end).map((frame, index) => (
            <Row
              key={frame.n}
              frame={frame}
              at={start + index + 1}
              count={frames.length}
              isSelected={frame.n === selected?.n}
              onSelect={() => move(start + index)}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  readonly frame: WireFrame;
  readonly at: number;
  readonly count: number;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
}

function Row({ frame, at, count, isSelected, onSelect }: RowProps) {
  const { opcode, fin, rsv, maskKey, payloadBytes } = headerView(frame.h);
  const reserved = [...rsv].map((bit, at) => bit === "1" ? `RSV${at + 1}` : "");
  const marks = [fin ? "FIN" : "", ...reserved, maskKey === "" ? "" : "mask"].filter(Boolean);
  return (
    <div
      class="frame-row"
      id={`frame-${frame.n}`}
      role="option"
      aria-selected={isSelected}
      aria-setsize={count}
      aria-posinset={at}
      data-direction={frame.d}
      data-opcode={opcode}
      onClick={onSelect}
    >
      <span class="time">{timeText(frame.t)}</span>
      <span class="way" aria-label={frame.d === "in" ? "from peer" : "to peer"}>{frame.d === "in" ? "↑" : "↓"}</span>
      <span class="name">{opcodeName(opcode)}</span>
      <span class="marks">{marks.join(" ")}</span>
      <span class="length">{bytesText(payloadBytes)}</span>
      <span class="preview">{previewOf(frame)}</span>
    </div>
  );
}
