/**
 * What the pure floors must not touch, and what nobody may serve through.
 *
 * @module
 */
import type { Problem } from "./problem.ts";
import type { SourceFile } from "./source_file.ts";
import { syntaxProblems, type SyntaxRule } from "./syntax.ts";

/** Folders that do no I/O and know no time and no chance. */
export const PURE_FOLDERS = ["lib/frame", "lib/http", "lib/handshake", "lib/protocol", "lib/subprotocol"] as const;

/** Every use of the outside world in a file of the pure floors. */
export function purityProblems(file: SourceFile): readonly Problem[] {
  return syntaxProblems(file, PURITY_RULES);
}

/** Every use of Deno's own HTTP and WebSocket server. */
export function serverProblems(file: SourceFile): readonly Problem[] {
  if (file.path === ADMIN_LISTENER) return [];
  return syntaxProblems(file, [SERVER_RULE]);
}

const REMEDY = "a pure floor gets clock, chance and sinks passed in";

/** The beginning of an expression that reaches outside: a member of a global, or a call of one. */
const OUTSIDE = new RegExp(
  [
    /^(?:Deno|performance|console)\b/,
    /^(?:Date\.now|Math\.random|crypto\.(?:getRandomValues|randomUUID))\b/,
    /^(?:fetch|setTimeout|setInterval|setImmediate|queueMicrotask|new WebSocket)\(/,
    /^new Date(?:\(\s*\)|$)/,
  ].map(({ source }) => source).join("|"),
);

const PURITY_RULES: readonly SyntaxRule[] = [
  { selector: "AwaitExpression", judge: () => ({ what: "awaits", remedy: REMEDY }) },
  { selector: "ForOfStatement[await=true]", judge: () => ({ what: "awaits", remedy: REMEDY }) },
  {
    selector: ":matches(FunctionDeclaration, FunctionExpression, ArrowFunctionExpression)[async=true]",
    judge: () => ({ what: "has an async function", remedy: REMEDY }),
  },
  {
    selector: ":matches(MemberExpression, CallExpression, NewExpression)",
    judge: (text) => {
      const outside = OUTSIDE.exec(text)?.[0];
      return outside === undefined ? undefined : { what: `uses ${outside}`, remedy: REMEDY };
    },
  },
];

/** Not the data path. */
const ADMIN_LISTENER = "lib/deploy/admin_listener.ts";

const SERVER_RULE: SyntaxRule = {
  selector: "MemberExpression",
  judge: (text) =>
    /^Deno\.(serve|upgradeWebSocket|serveHttp)$/.test(text)
      ? { what: `uses ${text}`, remedy: "serve through lib/gateway, over Deno.listen" }
      : undefined,
};
