/**
 * One console: a tab's panel with its connection. Runs in the browser; `../script.ts` says how.
 *
 * @module
 */
import { closeMeaning, refusalMeaning } from "./close_words.js";
import { addLine } from "./log.js";
import { bytesOfHex, hexOf, quantiles, sizeOf, spanOf } from "./text.js";

/**
 * Makes the panel of a route.
 *
 * @returns what the other functions call `view`: the panel, its parts, and its state.
 */
export function makeConsole(route, tab) {
  const panel = document.querySelector("#console").content.firstElementChild.cloneNode(true);
  for (const part of panel.querySelectorAll("[data-only], [data-not]")) {
    if ((part.dataset.only ?? route.id) !== route.id || part.dataset.not === route.id) part.remove();
  }
  const find = (selector) => panel.querySelector(selector);
  const view = {
    route,
    tab,
    panel,
    find,
    field: (name) => find(`[name=${name}]`),
    fact: (name, value) => find(`[data-fact=${name}]`).textContent = value,
    log: find(".log"),
    socket: undefined,
    hasOpened: false,
    sent: 0,
    received: 0,
    sentAt: [],
    spans: [],
    measuring: 0,
    sendNow: (message, isQuiet) => sendNow(view, message, isQuiet),
    measured: () => endMeasuring(view),
  };
  find(".about").textContent = route.about;
  view.log.dataset.empty = "Nothing yet. Connect, and messages appear here.";
  view.log.setAttribute("aria-label", `Messages of ${route.tab}`);
  // A line a second, read aloud, would bury everything else.
  if (route.id === "clock") view.log.setAttribute("aria-live", "off");
  if (view.field("text")) view.field("text").placeholder = route.placeholder;
  showState(view, "idle", "not connected");
  listen(view);
  return view;
}

/** Wires the panel's forms and buttons. */
export function listen(view) {
  const { panel, find } = view;
  panel.addEventListener("submit", (event) => event.preventDefault());
  find(".dial").addEventListener("submit", () => toggle(view));
  find(".dial").addEventListener("input", () => showAddress(view));
  find(".closing").addEventListener("submit", () => closeWithCode(view));
  view.field("clear").addEventListener("click", () => view.log.replaceChildren());
  view.field("measure")?.addEventListener("click", () => startMeasuring(view));
  const composer = find(".composer");
  if (!composer) return;
  composer.addEventListener("submit", () => sendTyped(view));
  view.field("text").addEventListener("keydown", (event) => {
    // Enter sends, Shift+Enter breaks the line; not while an input method is still composing.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    sendTyped(view);
  });
  view.field("kind").addEventListener("change", () => {
    const kind = view.field("kind").value;
    view.field("text").hidden = kind === "file";
    view.field("file").hidden = kind !== "file";
    view.field("text").placeholder = kind === "hex" ? "48 65 6c 6c 6f" : view.route.placeholder;
  });
}

/** The address the panel would connect to. */
export function addressOf(view) {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${view.route.path(view)}`;
}

export function showAddress(view) {
  if (!view.socket) view.find(".url").textContent = addressOf(view);
}

/** Shows a state in the panel and on its tab. */
export function showState(view, state, words) {
  const isLive = view.socket !== undefined;
  const label = view.find(".state");
  label.dataset.state = view.tab.dataset.state = state;
  label.textContent = words;
  view.tab.setAttribute("aria-label", `${view.route.tab}, ${words}`);
  const toggleButton = view.field("toggle");
  toggleButton.textContent = isLive ? "Disconnect" : state === "idle" ? "Connect" : "Reconnect";
  toggleButton.classList.toggle("primary", !isLive);
  toggleButton.disabled = state === "closing";
  for (const name of ["send", "close", "measure"]) {
    const button = view.field(name);
    if (button) button.disabled = state !== "open" || (name === "measure" && view.measuring > 0);
  }
  for (const name of ["path", "room", "name"]) {
    const field = view.field(name);
    if (field) field.readOnly = isLive;
  }
  showAddress(view);
}

export function toggle(view) {
  if (!view.socket) return connect(view);
  addLine(view.log, "note", "Closing.");
  view.socket.close(1000);
  showState(view, "closing", "closing");
}

/** Opens the connection and listens to it. */
export function connect(view) {
  let socket;
  try {
    socket = new WebSocket(addressOf(view));
  } catch (error) {
    addLine(view.log, "fault", `That is not an address: ${error.message}`);
    return;
  }
  socket.binaryType = "arraybuffer";
  view.socket = socket;
  view.hasOpened = false;
  view.sentAt = [];
  view.spans = [];
  view.measuring = 0;
  showState(view, "connecting", "connecting");
  socket.onopen = () => {
    view.hasOpened = true;
    addLine(view.log, "note", `Connected to ${socket.url}`);
    showState(view, "open", "connected");
  };
  socket.onmessage = (event) => receive(view, event.data);
  socket.onclose = (event) => ended(view, event);
}

/** Closes what is open and forgets it, to connect elsewhere. */
export function abandon(view) {
  if (!view.socket) return;
  view.socket.onopen = view.socket.onmessage = view.socket.onclose = null;
  view.socket.close(1000);
  view.socket = undefined;
  addLine(view.log, "note", "Closed, to connect elsewhere.");
}

/** Counts and logs what came. */
export function receive(view, payload) {
  view.fact("received", ++view.received);
  const isText = typeof payload === "string";
  const bytes = isText ? new TextEncoder().encode(payload) : new Uint8Array(payload);
  const plain = isText ? payload : hexOf(bytes, 256);
  const line = view.route.receive ? view.route.receive(view, plain) : plain;
  if (line !== undefined) addLine(view.log, "received", line, `${isText ? "" : "binary "}${sizeOf(bytes.length)}`);
}

/** The connection is over, or never was. */
export async function ended(view, event) {
  const path = view.route.path(view);
  view.socket = undefined;
  if (view.measuring > 0) view.measuring = 0;
  if (view.find("[data-fact=count]")) view.fact("count", "–");
  if (view.hasOpened) {
    const meaning = closeMeaning(event.code);
    const reason = event.reason ? ` “${event.reason}”` : "";
    addLine(view.log, event.wasClean ? "note" : "fault", `Closed: ${event.code}${reason}${meaning && `, ${meaning}`}.`);
    showState(view, event.wasClean ? "closed" : "failed", `closed (${event.code})`);
    return;
  }
  showState(view, "failed", "not connected");
  addLine(view.log, "fault", await refusalMeaning(path, view.route.rule));
}

/** Sends one message and logs it, unless `isQuiet`. */
export function sendNow(view, message, isQuiet = false) {
  view.sentAt.push(performance.now());
  view.socket.send(message);
  view.fact("sent", ++view.sent);
  if (isQuiet) return;
  const isText = typeof message === "string";
  const bytes = isText ? new TextEncoder().encode(message) : new Uint8Array(message);
  const size = `${isText ? "" : "binary "}${sizeOf(bytes.length)}`;
  addLine(view.log, "sent", isText ? message : hexOf(bytes, 256), size);
}

/** Sends what the composer holds. */
export async function sendTyped(view) {
  const kind = view.field("kind").value;
  const text = view.field("text");
  try {
    if (view.socket?.readyState !== WebSocket.OPEN) throw new Error("Not connected. Connect first, then send.");
    if (view.measuring > 0) throw new Error("A measurement is under way. Send again when it is done.");
    const file = view.field("file").files[0];
    if (kind === "file" && !file) throw new Error("Choose a file first.");
    const message = kind === "text" ? text.value : kind === "hex" ? bytesOfHex(text.value) : await file.arrayBuffer();
    text.removeAttribute("aria-invalid");
    sendNow(view, message);
    if (kind === "text") text.value = "";
  } catch (error) {
    if (kind === "hex") text.setAttribute("aria-invalid", "true");
    addLine(view.log, "fault", error.message);
  }
}

/** Starts the closing handshake with the code and reason that are typed in. */
export function closeWithCode(view) {
  const code = Number(view.field("code").value);
  const reason = view.field("reason").value;
  try {
    view.socket.close(code, reason);
  } catch {
    // The browser's own words differ from one to the next; the rule is the same.
    const isTooLong = new TextEncoder().encode(reason).length > 123;
    const problem = isTooLong ? "a reason has at most 123 bytes" : "a page may close with 1000 or 3000 to 4999 only";
    addLine(view.log, "fault", `Not closed: ${problem}.`);
    return;
  }
  addLine(view.log, "note", `Closing with ${code}${reason && ` “${reason}”`}.`);
  showState(view, "closing", "closing");
}

/** A hundred round trips, one after the other. */
export function startMeasuring(view) {
  if (view.sentAt.length > 0) {
    return addLine(view.log, "fault", "An echo is still on its way. Measure when it is here.");
  }
  view.measuring = 100;
  view.spans = [];
  view.field("measure").disabled = true;
  sendNow(view, "ping", true);
}

export function endMeasuring(view) {
  const { median, p99 } = quantiles(view.spans);
  addLine(view.log, "note", `100 round trips of 4 bytes: median ${spanOf(median)}, 99th percentile ${spanOf(p99)}.`);
  view.field("measure").disabled = false;
}
