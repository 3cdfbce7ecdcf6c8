/**
 * The routes the page offers, and what is particular to each. Runs in the browser; `../script.ts` says how.
 *
 * A route here has: `id`, `tab` (its label), `about`, `placeholder`, `path(view)`; where its path has one, its `rule`;
 * and where it has something to show beyond the message itself, `receive(view, text)`, which returns the line to log.
 *
 * @module
 */
import { quantiles, spanOf, timeOfDay } from "./text.js";

/** All of them, in the order of the tabs. */
export function pageRoutes() {
  return [
    {
      id: "greeter",
      tab: "/",
      about: "Greets you, then answers each message with what it got.",
      placeholder: "Say something",
      path: () => "/",
    },
    {
      id: "echo",
      tab: "/echo",
      about: "Sends every message back, text as text and bytes as bytes. The round trip is from send to receive, here.",
      placeholder: "Sent back as it is",
      path: () => "/echo",
      receive: showRoundTrip,
    },
    {
      id: "rooms",
      tab: "/rooms/…",
      about: "A chat room. Send plain text; everybody in the room gets JSON with who said it and how many are there. " +
        "Open this page in a second window to talk to yourself.",
      placeholder: "Say something to the room",
      rule: "A room's name starts with a letter or digit; dots, dashes, underscores and spaces may follow.",
      path: roomPath,
      receive: showRoomEvent,
    },
    {
      id: "broadcast",
      tab: "/broadcast",
      about: "What you send, all others get, and you do not. Open this page in a second window, connect in both, " +
        "and send from one.",
      placeholder: "Sent to all others",
      path: () => "/broadcast",
    },
    {
      id: "clock",
      tab: "/clock",
      about: "The server pushes its time every second; you have nothing to send.",
      placeholder: "",
      path: () => "/clock",
      receive: showTime,
    },
    {
      id: "own",
      tab: "your own",
      about: "Any path of this server: the route you just wrote, for one.",
      placeholder: "A message for your route",
      path: (view) => view.field("path").value.trim().replace(/^(?!\/)/, "/"),
    },
  ];
}

/** The path of the room that is typed in. */
export function roomPath(view) {
  const room = view.field("room").value.trim();
  const name = view.field("name").value.trim();
  return `/rooms/${encodeURIComponent(room)}${name ? `?name=${encodeURIComponent(name)}` : ""}`;
}

/** Echoes come back in order, so the oldest unanswered send is the one. */
export function showRoundTrip(view, text) {
  const sentAt = view.sentAt.shift();
  if (sentAt === undefined) return text;
  const span = performance.now() - sentAt;
  view.spans.push(span);
  if (view.spans.length > 500) view.spans.shift();
  view.fact("last", spanOf(span));
  view.fact("median", spanOf(quantiles(view.spans).median));
  if (view.measuring === 0) return text;
  view.measuring--;
  if (view.measuring > 0) view.sendNow("ping", true);
  else view.measured();
  return undefined;
}

/** A room's JSON as a line of chat. */
export function showRoomEvent(view, text) {
  let event;
  try {
    event = JSON.parse(text);
  } catch {
    // Not what a room sends: shown as it came.
    return text;
  }
  view.fact("count", event.count);
  if (event.type === "message") return `${event.from}: ${event.text}`;
  if (event.type === "error") return `Not passed on. ${event.text}`;
  return `${event.from} ${event.type === "join" ? "joined" : "left"} (${event.count} here)`;
}

/** The clock's face. */
export function showTime(view, text) {
  let reading;
  try {
    reading = JSON.parse(text);
  } catch {
    // Not what the clock sends: shown as it came.
    return text;
  }
  const time = new Date(reading.time);
  view.find(".face").textContent = timeOfDay(time).slice(0, 8);
  view.fact("watching", reading.watching);
  view.fact("offset", `${Math.abs(Date.now() - time.getTime())} ms`);
  return text;
}
