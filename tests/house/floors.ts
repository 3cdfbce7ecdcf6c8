/**
 * The floors of the project: which folder may import which.
 *
 * @module
 */
import type { Problem } from "./problem.ts";

/** One import: from a file to a file (both relative to the project), or to what is not ours (`npm:…`, `node:…`). */
export interface ImportEdge {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** As it stands in the source. */
  readonly specifier: string;
  /** Where it leads. */
  readonly target: string;
}

/** Folder → floor. Imports go to lower floors only. */
export const FLOORS: Readonly<Record<string, number>> = {
  "lib/frame": 0,
  "lib/http": 0,
  "lib/handshake": 1,
  "lib/protocol": 1,
  "lib/subprotocol": 1,
  "lib/route": 2,
  "lib/pubsub": 2,
  "lib/gateway": 3,
  "lib/runtime": 3,
  "lib/backplane": 3,
  "lib/observe": 4,
  "lib/deploy": 4,
  "lib/testing": 5,
  "lib/workers": 5,
  "lib/start": 6,
};

/** Folders that stand beside the floors: what of ours each may import. */
export const BESIDE_FLOORS: Readonly<Record<string, readonly string[]>> = {
  "lib/auth": ["lib/subprotocol", "lib/route"],
  "lib/client": ["lib/frame", "lib/subprotocol"],
  "lib/std": [],
  "lib/terminal": ["lib/frame", "lib/http", "lib/handshake", "lib/protocol", "lib/route"],
};

/** What other folders may import of a folder: its `mod.ts`, and these. */
const OTHER_FACES: Readonly<Record<string, readonly string[]>> = {
  // `mod.ts` is what a route module imports; the server's own face stands beside it.
  "lib/route": ["table.ts", "runtime_contract.ts"],
  // What can be loaded without the kernel of lib/frame: by a browser, and by a route.
  "lib/subprotocol": ["v1.ts", "handshake_token.ts"],
  // The texts that the server serves; `mod.ts` runs in browsers.
  "lib/client": ["served.ts"],
};

/** Floors 0 and 1 may use these modules of the platform: pure functions all. */
const PURE_PLATFORM_MODULES: readonly string[] = ["node:buffer", "node:zlib"];

/** Every import that breaks a rule of the floors. */
export function floorProblems(edges: readonly ImportEdge[]): readonly Problem[] {
  return edges.flatMap((edge) => {
    const found = edge.file.startsWith("routes/") ? routeProblem(edge) : folderProblem(edge);
    return found === undefined ? [] : [{ file: edge.file, line: edge.line, ...found }];
  });
}

type Finding = Pick<Problem, "what" | "remedy">;

function routeProblem({ specifier, target }: ImportEdge): Finding | undefined {
  if (specifier === "sockeye" || specifier === "sockeye/auth" || /^(npm|jsr):/.test(target)) return undefined;
  if (target.startsWith("routes/") && target.split("/").some((segment) => segment.startsWith("_"))) return undefined;
  return {
    what: `a route imports "${specifier}"`,
    remedy: 'import "sockeye", "sockeye/auth", a package, or a file of routes/ whose name begins with "_"',
  };
}

function folderProblem(edge: ImportEdge): Finding | undefined {
  if (edge.file === "lib/route/contract.ts" && !/^\.\/\w+_contract\.ts$/.test(edge.specifier)) {
    return {
      what: `the contract imports "${edge.specifier}"`,
      remedy: "it is types only and imports nothing but its parts",
    };
  }
  const remote = /^https?:/.test(edge.target);
  if (remote) return { what: `imports "${edge.specifier}" from the network`, remedy: "use a package in deno.json" };
  const home = folderOf(edge.file);
  if (home === undefined) return undefined;
  if (!isKnown(home)) return unknownFolder(home);
  // Where deno.json links a stand-in, the package's name leads into lib/std: it is a package all the same.
  if (edge.specifier.startsWith("@std/") && home !== "lib/std") return undefined;
  if (!edge.target.startsWith("lib/")) return platformProblem(edge, home);
  const away = folderOf(edge.target);
  if (away === undefined || away === home) return undefined;
  return floorProblem(edge, home, away) ?? faceProblem(edge, away);
}

/** `lib/frame/header.ts` → `lib/frame`; undefined outside `lib/`. */
function folderOf(path: string): string | undefined {
  return /^lib\/[^/]+(?=\/)/.exec(path)?.[0];
}

function isKnown(folder: string): boolean {
  return Object.hasOwn(FLOORS, folder) || Object.hasOwn(BESIDE_FLOORS, folder);
}

function unknownFolder(folder: string): Finding {
  return { what: `${folder} has no floor`, remedy: "give it one in tests/house/floors.ts and docs/ARCHITECTURE.md" };
}

function platformProblem({ target }: ImportEdge, home: string): Finding | undefined {
  if (target === "main.ts" || target.startsWith("routes/") || target.startsWith("tests/")) {
    return { what: `${home} imports ${target}`, remedy: "only main.ts wires; pass in what is needed" };
  }
  if ((FLOORS[home] ?? Infinity) > 1 || !target.startsWith("node:")) return undefined;
  if (PURE_PLATFORM_MODULES.includes(target)) return undefined;
  return {
    what: `${home} is pure and imports ${target}`,
    remedy: "pass in what it gives, or move the code up a floor",
  };
}

function floorProblem({ target }: ImportEdge, home: string, away: string): Finding | undefined {
  if (!isKnown(away)) return unknownFolder(away);
  const beside = BESIDE_FLOORS[home];
  if (beside !== undefined) {
    if (beside.includes(away)) return undefined;
    return { what: `${home} imports ${target}`, remedy: `it may import ${beside.join(" and ") || "nothing of ours"}` };
  }
  // Text, and no code of the server's.
  if (target === "lib/client/served.ts") return undefined;
  const [from = 0, to = Infinity] = [FLOORS[home], FLOORS[away]];
  if (to < from) return undefined;
  if (to === Infinity) return { what: `${home} imports ${target}`, remedy: `${away} is not for the server's own code` };
  return {
    what: `${home} (floor ${from}) imports ${target} (floor ${to})`,
    remedy: "imports go to lower floors only; move the code, or pass it in from main.ts",
  };
}

function faceProblem({ target }: ImportEdge, away: string): Finding | undefined {
  const name = target.slice(away.length + 1);
  if (name === "mod.ts" || OTHER_FACES[away]?.includes(name)) return undefined;
  return { what: `imports ${target}, a room of another folder`, remedy: `import ${away}/mod.ts` };
}
