/**
 * Plug-ins: route modules of others, each in a sandbox of its own, with what the server's owner grants it and no more.
 *
 * @module
 */
import { messageOf, parsePattern } from "../route/table.ts";
import {
  GrantError,
  type Grants,
  type Limits,
  missingGrants,
  parseGrants,
  parseHibernation,
  parseLimits,
} from "../runtime/mod.ts";

/** One entry of `plugins` in `sockeye.config.ts`. */
export interface PluginOrder {
  /** Its pattern: `/hooks/[room]`. */
  readonly mount: string;
  /** A file or folder, relative to the working directory, or a package: `npm:name@range`. */
  readonly module: string;
  readonly permissions: Grants;
  readonly limits: Limits;
  /** Nothing happens for so long, in milliseconds: its code is ended until something does. 0 = never. */
  readonly hibernateAfterMs: number;
}

/** What a plug-in says of itself, in its export `manifest`. */
export interface PluginManifest {
  readonly name: string;
  readonly version: string;
  /** What it needs. */
  readonly permissions: Grants;
}

/** A plug-in cannot be used: the message says which, why, and what to do. */
export class PluginError extends Error {
  override readonly name = "PluginError";
}

/**
 * Reads `plugins` of `sockeye.config.ts`.
 *
 * @throws {PluginError}
 */
export function parsePlugins(value: unknown): readonly PluginOrder[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    throw new PluginError("plugins: it must be a list of { mount, module, permissions, limits }");
  }
  const orders = value.map((one: unknown, at) => parseOrder(one, `plugins[${at}]`));
  for (const [at, { mount }] of orders.entries()) {
    const first = orders.findIndex((other) => other.mount === mount);
    if (first < at) throw new PluginError(`plugins[${at}].mount: ${mount} is taken by plugins[${first}]`);
  }
  return orders;
}

const KEYS = ["mount", "module", "permissions", "limits", "hibernateAfterMs"];

function parseOrder(value: unknown, where: string): PluginOrder {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PluginError(`${where}: it must be an object with ${KEYS.join(", ")}`);
  }
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw new PluginError(`${where}: unknown key "${unknown}"; allowed: ${KEYS.join(", ")}`);
  const { mount, module, permissions, limits, hibernateAfterMs } = value as Readonly<Record<string, unknown>>;
  if (typeof mount !== "string") throw new PluginError(`${where}.mount: it must be a pattern, as in "/hooks/[room]"`);
  if (typeof module !== "string" || module === "") {
    throw new PluginError(`${where}.module: it must be a file, or a package, as in "npm:name@1"`);
  }
  try {
    return {
      mount: parsePattern(mount).source,
      module,
      permissions: parseGrants(permissions, `${where}.permissions`),
      limits: parseLimits(limits, `${where}.limits`),
      hibernateAfterMs: parseHibernation(hibernateAfterMs, where),
    };
  } catch (error) {
    if (error instanceof GrantError) throw new PluginError(error.message, { cause: error });
    throw new PluginError(`${where}.mount: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * What a plug-in says of itself, if it was granted what it asks for.
 *
 * @param said its export `manifest`.
 * @throws {PluginError} that names each grant it lacks.
 */
export function checkManifest(said: unknown, { mount, module, permissions }: PluginOrder): PluginManifest {
  const where = `the plug-in ${module}`;
  if (typeof said !== "object" || said === null) {
    throw new PluginError(`${where} says nothing of itself; it must export manifest = { name, version, permissions }`);
  }
  const { name, version, permissions: asked } = said as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || name === "" || typeof version !== "string" || version === "") {
    throw new PluginError(`${where}: its manifest must have a name and a version`);
  }
  let grants: Grants;
  try {
    grants = parseGrants(asked, `${where}: manifest.permissions`);
  } catch (error) {
    throw new PluginError(messageOf(error), { cause: error });
  }
  const missing = missingGrants(grants, permissions);
  if (missing.length > 0) {
    throw new PluginError(
      `${where} at ${mount} asks for more than it was granted; to use it, add to its permissions: { ${
        missing.join(", ")
      } }`,
    );
  }
  return { name, version, permissions: grants };
}

/** One line for a terminal: what runs where, and what it may do. */
export function describePlugin({ name, version }: PluginManifest, order: PluginOrder): string {
  const { net = [], env = [], topics = [], headers = [] } = order.permissions;
  const may = [
    ...(net.length > 0 ? [`connect to ${net.join(", ")}`] : []),
    ...(env.length > 0 ? [`read ${env.join(", ")}`] : []),
    ...(topics.length > 0 ? [`use the topics ${topics.join(", ")}`] : []),
    ...(headers.length > 0 ? [`see ${headers.join(", ")}`] : []),
  ];
  return `${order.mount}  ${name} ${version} (${order.module}): ${
    may.length === 0 ? "granted nothing" : `may ${may.join("; ")}`
  }`;
}
