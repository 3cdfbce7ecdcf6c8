/**
 * The page's script: the functions of `browser/`, written out one after the other.
 *
 * They are ordinary modules, so that they are formatted, linted and tested like all code, and they travel as their own
 * source, so that a bundle in one file still has them. For that, everything in them is a function declaration, and
 * each is in the table below.
 *
 * @module
 */
import * as closeWords from "./browser/close_words.js";
import * as consolePanel from "./browser/console.js";
import * as frame from "./browser/frame.js";
import * as handshake from "./browser/handshake.js";
import * as log from "./browser/log.js";
import * as page from "./browser/page.js";
import * as routes from "./browser/routes.js";
import * as tabs from "./browser/tabs.js";
import * as text from "./browser/text.js";

const MODULES = [text, log, closeWords, routes, consolePanel, tabs, handshake, frame, page];

/** No string in the modules spans lines, so what starts a line is code or a comment. */
const INDENTS_AND_COMMENTS = /\n\s*(?:\/\/.*)?(?=\n|\S)/g;

/** One script that shares no name with anything else on the page. */
export const SCRIPT_JS = [
  `(() => {"use strict";`,
  ...MODULES.flatMap((module) => Object.values<unknown>(module).map(String)),
  `${page.startPage.name}();`,
  "})();",
].join("\n").replace(INDENTS_AND_COMMENTS, "\n");
