/**
 * The streams of the server, for components: events in, and whether it is there.
 *
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";

/** How a stream is. */
export type StreamState = "connecting" | "open" | "lost" | "ended";

/** What is done with each event, by its name. */
export type Handlers = Readonly<Record<string, (value: never) => void>>;

/** After a refusal by the server it is tried again this much later. */
const RETRY_MS = 2000;

/**
 * Listens to server-sent events for as long as the component is there and the address stays the same.
 *
 * @param path relative to the page; undefined for none.
 * @param handlers of each name; one called `ended` ends the stream after it.
 */
export function useStream(path: string | undefined, handlers: Handlers, last?: string): StreamState {
  const [state, setState] = useState<StreamState>("connecting");
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    if (path === undefined) return;
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = (): void => {
      source = new EventSource(path);
      source.onopen = () => setState("open");
      source.onerror = () => {
        setState("lost");
        // A browser comes back by itself after a break, and not after a refusal.
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS);
      };
      for (const name of Object.keys(latest.current)) {
        source.addEventListener(name, (event) => {
          latest.current[name]!(JSON.parse(event.data) as never);
          if (name !== last) return;
          source?.close();
          setState("ended");
        });
      }
    };
    // Another search is no other server.
    setState((before) => before === "open" ? before : "connecting");
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [path]);
  return state;
}

/**
 * Asks the server to do something.
 *
 * @throws {Error} with what the server says is wrong.
 */
export async function order(path: string, what: unknown): Promise<void> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(what),
  });
  if (response.ok) return void await response.body?.cancel();
  if (response.status === 401) location.reload();
  const { error } = await response.json() as { readonly error?: string };
  throw new Error(error ?? `the server answered ${response.status}`);
}
