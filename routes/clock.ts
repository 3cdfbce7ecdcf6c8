/**
 * `/clock`: the server's time, pushed every second: `{"time":"2026-01-02T03:04:05.678Z","watching":1}`.
 *
 * One interval serves all peers, and there is none while nobody watches.
 *
 * @module
 */
import { defineRoute, type StartContext } from "sockeye";

const TOPIC = "clock";
const TICK_INTERVAL_MS = 1_000;

let server: StartContext | undefined;
let timer: ReturnType<typeof setInterval> | undefined;

export default defineRoute("/clock", {
  // A watcher has nothing to say.
  options: { maxMessageBytes: 1_024 },
  start(context) {
    server = context;
  },
  open(peer) {
    peer.send(reading());
    startTicking();
    return peer.subscribe(TOPIC);
  },
  resume: startTicking,
  close() {
    if (watching() === 0) stopTicking();
  },
  stop() {
    stopTicking();
    server = undefined;
  },
});

function tick(): void {
  void server?.publish(TOPIC, reading());
}

function reading(): string {
  return JSON.stringify({ time: new Date().toISOString(), watching: watching() });
}

function watching(): number {
  return server?.peers.size ?? 0;
}

function startTicking(): void {
  timer ??= setInterval(tick, TICK_INTERVAL_MS);
}

function stopTicking(): void {
  clearInterval(timer);
  timer = undefined;
}
