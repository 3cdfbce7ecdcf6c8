/**
 * The tabs and their panels. Runs in the browser; `../script.ts` says how.
 *
 * @module
 */
import { connect, makeConsole } from "./console.js";
import { pageRoutes } from "./routes.js";

/**
 * Makes a tab and a panel for each route and shows the one the address names.
 *
 * @returns shows the panel of a route by its id, and returns its view.
 */
export function makeTabs() {
  const list = document.querySelector("[role=tablist]");
  const panels = document.querySelector("#panels");
  const views = pageRoutes().map((route) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.textContent = route.tab;
    tab.id = `tab-${route.id}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", `panel-${route.id}`);
    const view = makeConsole(route, tab);
    view.panel.id = `panel-${route.id}`;
    view.panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => show(route.id));
    list.append(tab);
    panels.append(view.panel);
    return view;
  });
  const show = (id) => {
    const chosen = views.find((view) => view.route.id === id) ?? views[0];
    for (const view of views) {
      const isChosen = view === chosen;
      view.panel.hidden = !isChosen;
      view.tab.setAttribute("aria-selected", String(isChosen));
      view.tab.tabIndex = isChosen ? 0 : -1;
    }
    history.replaceState(null, "", chosen === views[0] ? location.pathname : `#${chosen.route.id}`);
    return chosen;
  };
  list.addEventListener("keydown", (event) => moveFocus(event, views));
  addEventListener("hashchange", () => show(location.hash.slice(1)));
  // The first connection is made without being asked for, so that the page is seen to be alive.
  const first = show(location.hash.slice(1));
  if (first.route.id !== "own") connect(first);
  return show;
}

/** Arrow keys, Home and End move among the tabs, as the ARIA pattern of tabs has it. */
export function moveFocus(event, views) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const at = views.findIndex((view) => view.tab === document.activeElement);
  const last = views.length - 1;
  const next = Number.isFinite(step) ? (at + step + views.length) % views.length : step < 0 ? 0 : last;
  views[next].tab.click();
  views[next].tab.focus();
}
