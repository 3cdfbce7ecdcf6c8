/**
 * Starts the page. Runs in the browser; `../script.ts` says how.
 *
 * @module
 */
import { abandon, connect } from "./console.js";
import { makeFramePanel } from "./frame.js";
import { makeHandshakePanel } from "./handshake.js";
import { makeTabs } from "./tabs.js";

/** Builds every panel. */
export function startPage() {
  const show = makeTabs();
  showSnippets();
  makeCopyButtons();
  makeOwnPathForm(show);
  makeHandshakePanel();
  makeFramePanel();
}

/** The snippets with this server's address in them. */
export function showSnippets() {
  const address = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}`;
  for (const code of document.querySelectorAll("#classic-code, #terminal-code")) {
    code.textContent = code.textContent.replace("ws://127.0.0.1:4000", address);
  }
}

export function makeCopyButtons() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const code = document.getElementById(button.dataset.copy);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        // Not allowed, or not a secure context: selected, it is one key away.
        getSelection().selectAllChildren(code);
        button.textContent = "Press Ctrl+C";
      }
      setTimeout(() => button.textContent = "Copy", 2_000);
    });
  }
}

/** The box under “Add a route” connects in the tab for paths of one's own. */
export function makeOwnPathForm(show) {
  const form = document.querySelector("#own-path");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const view = show("own");
    abandon(view);
    view.field("path").value = form.querySelector("input").value;
    connect(view);
    view.tab.scrollIntoView({ block: "nearest" });
    view.tab.focus();
  });
}
