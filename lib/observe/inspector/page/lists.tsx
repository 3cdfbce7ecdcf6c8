/**
 * What there is on the server, in four lists.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { WireConnection, WireOverview } from "../wire.ts";
import type { Target } from "./app.tsx";
import { ageText, bytesText, countText } from "./format.ts";

const TABS = ["Connections", "Routes", "Topics", "Deployments"] as const;
type Tab = typeof TABS[number];

interface ListsProps {
  readonly overview: WireOverview | undefined;
  readonly search: string;
  readonly onSearch: (search: string) => void;
  readonly target: Target | undefined;
  readonly onTarget: (target: Target) => void;
}

/** The lists. */
export function Lists(props: ListsProps) {
  const [tab, setTab] = useState<Tab>("Connections");
  const tabs = useRef<HTMLDivElement>(null);
  const turn = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: TABS.length - 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(tab) + step) % TABS.length]!;
    setTab(next);
    tabs.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <section class="card lists" aria-label="The server">
      <div class="tabs" role="tablist" aria-label="Lists" ref={tabs} onKeyDown={turn}>
        {TABS.map((name) => (
          <button
            type="button"
            role="tab"
            key={name}
            id={`tab-${name}`}
            aria-controls="list"
            aria-selected={name === tab}
            tabIndex={name === tab ? 0 : -1}
            onClick={() => setTab(name)}
          >
            {name}
          </button>
        ))}
      </div>
      <div id="list" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === "Connections" && <Connections {...props} />}
        {tab === "Routes" && <Routes {...props} />}
        {tab === "Topics" && <Topics {...props} />}
        {tab === "Deployments" && <Deployments {...props} />}
      </div>
    </section>
  );
}

function Connections({ overview, search, onSearch, target, onTarget }: ListsProps) {
  const { connections = [], found = 0, at = 0 } = overview ?? {};
  const open = target !== undefined && "connection" in target ? target.connection : undefined;
  return (
    <>
      <label class="search">
        Find by id, route or address
        <input
          type="search"
          value={search}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => onSearch(event.currentTarget.value)}
        />
      </label>
      {connections.length === 0
        ? (
          <Empty>
            {overview === undefined
              ? "…"
              : search !== ""
              ? `No connection has “${search}” in its id, route or address.`
              : "Nobody is connected. A connection appears here as it opens."}
          </Empty>
        )
        : (
          <ul class="rows" aria-label="Connections">
            {connections.map((connection) => (
              <li key={connection.id}>
                <ConnectionRow
                  connection={connection}
                  now={at}
                  isOpen={connection.id === open}
                  onOpen={() => onTarget({ connection: connection.id })}
                />
              </li>
            ))}
          </ul>
        )}
      {found > connections.length && (
        <p class="hint">The first {connections.length} of {countText(found, "connection")}: search for others.</p>
      )}
    </>
  );
}

interface RowProps {
  readonly connection: WireConnection;
  readonly now: number;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

function ConnectionRow({ connection, now, isOpen, onOpen }: RowProps) {
  const { id, target, address, transport, openedAt, buffered, bytesIn, bytesOut, topics, state } = connection;
  const age = openedAt === undefined ? "before the inspector" : ageText(now - openedAt);
  return (
    <button type="button" class="row" aria-pressed={isOpen} onClick={onOpen}>
      <span class="path">{target}</span>
      <span class="id">{id}</span>
      <span class="facts">
        {address} · {transport} · {age} · ↑ {bytesText(bytesIn)} ↓ {bytesText(bytesOut)}
        {buffered > 0 && <b>· {bytesText(buffered)} waiting</b>}
        {topics > 0 && ` · ${countText(topics, "topic")}`}
        {state !== "open" && <b>· {state}</b>}
      </span>
    </button>
  );
}

function Routes({ overview, onTarget }: ListsProps) {
  const routes = overview?.routes ?? [];
  if (routes.length === 0) return <Empty>There are no routes.</Empty>;
  return (
    <Table
      label="Routes"
      head={["Route", "Takes", "Peers", ""]}
      rows={routes.map(({ pattern, takes, peers }) => [
        <code key="pattern">{pattern}</code>,
        takes,
        peers.toLocaleString("en"),
        takes.includes("WebSocket")
          ? (
            <button
              type="button"
              class="small"
              aria-label={`Watch the next connection to ${pattern}`}
              onClick={() => onTarget({ route: pattern })}
            >
              Watch next
            </button>
          )
          : "",
      ])}
    />
  );
}

function Topics({ overview }: ListsProps) {
  const { topics = [], counts } = overview ?? {};
  if (topics.length === 0) return <Empty>No topic has a subscriber here.</Empty>;
  return (
    <>
      <Table
        label="Topics"
        head={["Topic", "Subscribers"]}
        rows={topics.map(({ name, subscribers }) => [<code key="name">{name}</code>, subscribers.toLocaleString("en")])}
      />
      {(counts?.topics ?? 0) > topics.length && <p class="hint">The first {topics.length} of {counts?.topics}.</p>}
    </>
  );
}

function Deployments({ overview }: ListsProps) {
  const deployments = overview?.deployments ?? [];
  if (deployments.length === 0) return <Empty>There are no deployments.</Empty>;
  return (
    <Table
      label="Deployments"
      head={["Deployment", "State", "Peers"]}
      rows={deployments.map(({ name, state, share, peers }) => [
        <code key="name">{name}</code>,
        share === undefined ? state : `${state}, ${Math.round(share * 100)} %`,
        peers.toLocaleString("en"),
      ])}
    />
  );
}

interface TableProps {
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
}

function Table({ label, head, rows }: TableProps) {
  return (
    <div class="scroll">
      <table aria-label={label}>
        <thead>
          <tr>{head.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((cells, at) => <tr key={at}>{cells.map((cell, column) => <td key={column}>{cell}</td>)}</tr>)}
        </tbody>
      </table>
    </div>
  );
}

/** What stands in an empty list. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}
