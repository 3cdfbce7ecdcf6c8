/**
 * The thread of a bystander: is told the URL of an echo first, and then to say what its echoes took.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { CERT } from "./certificates.ts";

/** Between two echoes: it is to watch, and not to be a load. */
const REST_MS = 2;

let timesMs: number[] = [];
let askedAt = 0;

self.onmessage = ({ data }: MessageEvent<string>) => {
  if (data !== "take") return begin(data);
  // An echo that is still waited for counts with what it has taken so far.
  const own = [...timesMs, performance.now() - askedAt].sort((a, b) => a - b);
  timesMs = [];
  self.postMessage(own);
};

function begin(url: string): void {
  // Deno's takes more than what the types of browsers know.
  const options = { client: Deno.createHttpClient({ caCerts: [CERT] }) } as unknown as string[];
  const socket = url.startsWith("wss:") ? new WebSocket(url, options) : new WebSocket(url);
  const ask = (): void => {
    askedAt = performance.now();
    socket.send("?");
  };
  socket.onopen = () => {
    self.postMessage("open");
    ask();
  };
  socket.onmessage = () => {
    timesMs.push(performance.now() - askedAt);
    setTimeout(ask, REST_MS);
  };
}
