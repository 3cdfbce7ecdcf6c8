/**
 * Begins the page.
 *
 * @module
 */
import { render } from "preact";
import { App } from "./app.tsx";

const root = document.getElementById("page")!;
root.textContent = "";
render(<App />, root);
