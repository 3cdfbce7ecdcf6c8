/**
 * The connection that is looked at: its handshake, its frames, and what can be done to it.
 *
 * @module
 */
import { useReducer, useRef, useState } from "preact/hooks";
import type { WatchStream, WireBatch, WireFrame, WireRoute, WireWatched } from "../wire.ts";
import { Actions } from "./actions_form.tsx";
import type { Target } from "./app.tsx";
import { closeWords } from "./format.ts";
import { FrameDetail } from "./frame_detail.tsx";
import { FrameList } from "./frame_list.tsx";
import { FrameStore } from "./frame_store.ts";
import { Handshake } from "./handshake.tsx";
import { useStream } from "./streams.tsx";

interface PaneProps {
  readonly target: Target | undefined;
  readonly routes: readonly WireRoute[];
  readonly onTarget: (target: Target | undefined) => void;
}

/** The pane. */
export function ConnectionPane({ target, routes, onTarget }: PaneProps) {
  if (target === undefined) return <NothingOpened routes={routes} onTarget={onTarget} />;
  return <Watched target={target} onTarget={onTarget} />;
}

function NothingOpened({ routes, onTarget }: Omit<PaneProps, "target">) {
  const [route, setRoute] = useState("");
  const sockets = routes.filter(({ takes }) => takes.includes("WebSocket"));
  return (
    <section class="card pane nothing" aria-label="Connection">
      <h2>Open a connection to see its frames</h2>
      <p>
        Choose one from the list: its handshake is shown step by step, and every frame as it passes. Or watch one from
        its first byte:
      </p>
      <form
        class="line"
        onSubmit={(event) => {
          event.preventDefault();
          onTarget({ route });
        }}
      >
        <label class="grow">
          The next connection to
          <select value={route} onChange={(event) => setRoute(event.currentTarget.value)}>
            <option value="">any route</option>
            {sockets.map(({ pattern }) => <option key={pattern} value={pattern}>{pattern}</option>)}
          </select>
        </label>
        <button type="submit" class="primary">Watch it</button>
      </form>
    </section>
  );
}

function Watched({ target, onTarget }: { readonly target: Target; readonly onTarget: PaneProps["onTarget"] }) {
  const store = useRef<FrameStore | undefined>(undefined);
  const frames = store.current ??= new FrameStore();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [watched, setWatched] = useState<WireWatched>();
  const [gone, setGone] = useState<WatchStream["gone"]>();
  const [selected, setSelected] = useState<WireFrame>();
  const path = "connection" in target
    ? `api/watch?connection=${encodeURIComponent(target.connection)}`
    : `api/watch?next=${encodeURIComponent(target.route)}`;
  const state = useStream(path, {
    watched: (next: WireWatched) => {
      // After a break the frames are counted anew.
      if (watched !== undefined) frames.clear();
      setSelected(undefined);
      setWatched(next);
    },
    frames: (batch: WireBatch) => {
      frames.add(batch);
      redraw(0);
    },
    gone: setGone,
  }, "gone");
  const title = watched?.connection.target ?? ("connection" in target ? target.connection : "Waiting…");
  return (
    <section class="card pane" aria-label="Connection">
      <div class="title">
        <h2>{title}</h2>
        <button type="button" onClick={() => onTarget(undefined)}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      {watched === undefined
        ? (
          <p class="empty" role="status">
            {state === "lost"
              ? "The server does not answer, or the connection is gone."
              : "route" in target && state === "open"
              ? `Waiting for the next connection to ${target.route || "any route"}.`
              : "…"}
          </p>
        )
        : (
          <>
            <Facts watched={watched} gone={gone} isLost={state === "lost"} />
            <Handshake handshake={watched.handshake} extensions={watched.extensions} />
            <FrameList
              store={frames}
              redraw={() => redraw(0)}
              selected={selected}
              onSelect={setSelected}
              isOver={gone !== undefined}
            />
            {selected !== undefined && <FrameDetail frame={selected} onClose={() => setSelected(undefined)} />}
            {gone === undefined && <Actions id={watched.connection.id} />}
          </>
        )}
    </section>
  );
}

interface FactsProps {
  readonly watched: WireWatched;
  readonly gone: WatchStream["gone"] | undefined;
  readonly isLost: boolean;
}

function Facts({ watched, gone, isLost }: FactsProps) {
  const { id, route, address, transport, subprotocol, runtime } = watched.connection;
  const words = gone === undefined ? "" : [gone.code, closeWords(gone.code), gone.reason].filter(Boolean).join(" ");
  return (
    <p class="about">
      <code>{id}</code> · route <code>{route}</code> ({runtime}) · {address} · {transport}
      {subprotocol !== "" && ` · ${subprotocol}`} ·{" "}
      {watched.isFromBeginning ? "from its beginning" : "joined while it was open"}
      {gone !== undefined && <b class="gone" role="status">closed: {words}</b>}
      {isLost && <b class="gone" role="status">lost: the server is away, or the connection has gone</b>}
    </p>
  );
}
